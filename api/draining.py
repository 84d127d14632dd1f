"""`/api/drain`: empty the server for a deploy, without cutting anybody off."""

from __future__ import annotations

from aiohttp import web

from api.answers import answer
from api.asking import body, number
from api.context import CONTEXT
from mediaserver.calls.draining import Drain

LONGEST_S = 7 * 86_400.0


async def progress(request: web.Request) -> web.Response:
    """`{"draining", "calls", "longest_s", "left_s", "stop"}`."""
    return answer(_drain(request).progress())


async def begin(request: web.Request) -> web.Response:
    """`{"within_s"?, "stop"?}`: refuse new calls; those that are up after `within_s` seconds are ended. With
    `stop` the server is stopped then. 202; a drain that runs gets the new limit."""
    drain = _drain(request)
    content = await body(request)
    within_s = None if content.get("within_s") is None else number(content, "within_s", 0.0)
    stop = content.get("stop", False)
    if within_s is not None and not 0 <= within_s <= LONGEST_S:
        raise web.HTTPBadRequest(reason=f"within_s is 0 to {LONGEST_S:.0f} seconds.")
    if not isinstance(stop, bool):
        raise web.HTTPBadRequest(reason="stop is true or false.")
    drain.begin(within_s, stop=stop)
    return answer(drain.progress(), 202)


async def take_back(request: web.Request) -> web.Response:
    """Take new calls again."""
    drain = _drain(request)
    drain.take_back()
    return answer(drain.progress())


def _drain(request: web.Request) -> Drain:
    drain = request.app[CONTEXT].drain
    if drain is None:
        raise web.HTTPServiceUnavailable(reason="The server is still starting.")
    return drain
