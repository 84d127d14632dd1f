"""`/api/drain`: empty the server for a deploy, without cutting anybody off."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.context import CONTEXT
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import started
from api.routing.table import ApiRoutes

LONGEST_S = 7 * 86_400.0

routes = ApiRoutes("server")


class DrainWanted(RequestModel):
    """How the server is to be emptied."""

    within_s: float | None = Field(
        default=None, strict=True, ge=0, le=LONGEST_S, description="Calls that are up then are ended."
    )
    stop: bool = Field(default=False, strict=True, description="The server is stopped then.")


class DrainShown(ResponseModel):
    """How far it is."""

    draining: bool = Field(description="New calls are refused.")
    calls: int = Field(description="Calls that are up.")
    longest_s: float = Field(description="How long the oldest of them has been there.")
    left_s: float | None = Field(description="Until calls that are up are ended; null: never.")
    stop: bool


@routes.get("/api/drain", scope=Scope.ADMIN)
async def drain_progress(request: web.Request) -> DrainShown:
    """Whether new calls are refused, and how many are up."""
    return DrainShown.model_validate(started(request.app[CONTEXT].drain).progress())


@routes.post("/api/drain", scope=Scope.ADMIN, status=202)
async def drain_begin(request: web.Request, body: DrainWanted | None = None) -> DrainShown:
    """Refuse new calls; those that are up after `within_s` seconds are ended.

    With `stop` the server is stopped then. A drain that runs gets the new limit."""
    drain, wanted = started(request.app[CONTEXT].drain), body or DrainWanted()
    drain.begin(wanted.within_s, stop=wanted.stop)
    return DrainShown.model_validate(drain.progress())


@routes.delete("/api/drain", scope=Scope.ADMIN)
async def drain_take_back(request: web.Request) -> DrainShown:
    """Take new calls again."""
    drain = started(request.app[CONTEXT].drain)
    drain.take_back()
    return DrainShown.model_validate(drain.progress())
