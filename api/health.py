"""`/api/health` (live, ready and what is missing) and `/metrics`."""

from __future__ import annotations

from aiohttp import web

from api.answers import answer
from api.context import CONTEXT
from mediaserver.metrics import Metrics


async def health(request: web.Request) -> web.Response:
    """200 when new calls can be served, else 503; what is missing stands in `missing`."""
    context = request.app[CONTEXT]
    state = context.health
    board = context.switchboard
    draining = board is not None and board.draining
    ready = state.ready and not draining
    return answer(
        {
            "live": True,
            "ready": ready,
            "draining": draining,
            "calls": len(board) if board is not None else 0,
            "missing": [part.name for part in state.missing],
            "components": [part.as_dict() for part in state.findings],
        },
        200 if ready else 503,
    )


async def metrics(request: web.Request) -> web.Response:
    """The Prometheus text format."""
    body = request.app[CONTEXT].metrics.render()
    return web.Response(body=body, headers={"Content-Type": Metrics.CONTENT_TYPE})
