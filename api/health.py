"""`/api/health` (live, ready and what is missing) and `/metrics`."""

from __future__ import annotations

import asyncio

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.origin import on_this_machine
from api.access.scopes import Scope
from api.answers import answer
from api.context import CONTEXT
from api.routing.models import ResponseModel
from api.routing.table import ApiRoutes
from mediaserver.diagnosis.finding import Finding
from mediaserver.metrics import Metrics

routes = ApiRoutes("server", "How the server is.")


class FindingShown(ResponseModel):
    """One part: how it is, and how to mend it."""

    name: str = Field(description="What was looked at: `database`, `flow front-desk`.")
    ok: bool
    detail: str = Field(description="What is wrong, or a word on what runs; empty to who may not see it.")
    mend: str = Field(description="What the operator can do; empty where all is well.")
    required: bool = Field(description="Without it no call is served.")


class HealthShown(ResponseModel):
    """Whether new calls can be served, and what is missing for it."""

    live: bool = Field(description="Always true: it answers.")
    ready: bool
    draining: bool = Field(description="It refuses new calls, because it is to be stopped.")
    calls: int = Field(description="Calls that are up.")
    missing: list[str] = Field(description="Parts without which it is not ready.")
    components: list[FindingShown] = Field(description="Each part: how it is, and how to mend it.")


@routes.get("/api/health", scope=None, answers=HealthShown, alike=(503,))
async def health(request: web.Request) -> web.StreamResponse:
    """200 when new calls can be served, else 503.

    What is missing stands in `missing`; the answer is the same for both. Components that it can do without
    (agents, flows, trunks, hosts by their names) are shown to the operator alone, and so is what is wrong;
    where no ADMIN_TOKEN is set, to this machine, too."""
    context, whole = request.app[CONTEXT], _may_see_all(request)
    state = context.health
    board = context.switchboard
    draining = board is not None and board.draining
    ready = state.ready and not draining
    shown = HealthShown(
        live=True,
        ready=ready,
        draining=draining,
        calls=len(board) if board is not None else 0,
        missing=[part.name for part in state.missing],
        components=[_shown(part, whole=whole) for part in state.findings if whole or part.required],
    )
    return answer(shown.model_dump(), 200 if ready else 503)


def _may_see_all(request: web.Request) -> bool:
    settings = request.app[CONTEXT].settings
    guarded = bool(settings.http.admin_token.get_secret_value())
    return asker(request).admin or (not guarded and on_this_machine(request, settings))


def _shown(part: Finding, *, whole: bool) -> FindingShown:
    """`whole`: with words, which may name agents, trunks and addresses."""
    shown = part if whole else Finding(part.name, part.ok, required=part.required)
    return FindingShown(**shown.as_dict())


@routes.get("/metrics", scope=Scope.METRICS, produces=("text/plain",))
async def metrics(request: web.Request) -> web.StreamResponse:
    """Figures of the whole server, in the Prometheus text format.

    This machine needs no key for it where no ADMIN_TOKEN is set."""
    # Some thousand lines are written in tens of milliseconds, and all calls would wait for that.
    body = await asyncio.to_thread(request.app[CONTEXT].metrics.collected().render)
    return web.Response(body=body, headers={"Content-Type": Metrics.CONTENT_TYPE})
