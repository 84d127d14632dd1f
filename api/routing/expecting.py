"""`Expect: 100-continue` (:rfc:`9110` 10.1.1): a client that asks before it sends a long body is told to go
on once somebody wants that body, so that a refusal costs it nothing."""

from __future__ import annotations

from aiohttp import HttpVersion11, hdrs, web

from api.routing.problems import Problem

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TOLD: web.RequestKey[bool] = web.RequestKey("told to go on", bool)


async def not_yet(request: web.Request) -> None:
    """In the place of aiohttp's own, which says it to everybody, before anything is looked at."""


async def go_on(request: web.Request) -> None:
    """The body of this request is wanted: call it before the first read of it. Raises Problem (417) for
    expectations of another kind."""
    expected = request.headers.get(hdrs.EXPECT, "").strip().lower()
    if not expected or request.version < HttpVersion11 or _TOLD in request:
        return
    if expected != "100-continue":
        raise Problem(417, "expectation_failed", "Nothing can be expected here but `100-continue`.")
    request[_TOLD] = True
    await request.writer.write(CONTINUE)
    request.writer.output_size = 0  # aiohttp takes what was written for the beginning of the answer
