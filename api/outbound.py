"""`/api/telephony/outbound`: what calls out have used of their limits, and what is left."""

from __future__ import annotations

from aiohttp import web

from api.answers import answer
from api.context import CONTEXT


async def outbound(request: web.Request) -> web.Response:
    """`{"currency", "limits": [{"scope", "used", "limits", "left"}], "reached": [...]}`; limits that are not
    set are left out."""
    context = request.app[CONTEXT]
    meter = context.outbound
    if meter is None:
        raise web.HTTPServiceUnavailable(reason="The server is still starting.")
    return answer(
        {
            "currency": context.settings.outbound.currency,
            "limits": meter.ledger.report(meter.now()),
            "reached": meter.ledger.reached,
        }
    )
