"""What was said by SIP: a call's ladder and its packets, the latest messages of all, and those that go by.

All of it was masked when it was taken (`sip.tracing`). It tells who calls whom and where they are, so it is
guarded like transcripts, and without a token this machine itself has to ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any
from uuid import UUID

from aiohttp import web

from api.answers import dumps, error
from api.calls import identity
from api.context import CONTEXT
from api.events import HEARTBEAT_S, begin_stream, tell
from mediaserver.config import is_loopback
from sip.tracing.capture import Capture, CaptureLimits
from sip.tracing.ladder import Ladder, Mark
from sip.tracing.pcapng import CONTENT_TYPE
from sip.tracing.traced import TracedMessage, Wanted
from sip.tracing.tracer import FOLLOWERS, Tracer

CAPTURES = 4
LONGEST_CAPTURE_S = 600
LIMIT = 1_000
"""Messages at most in one answer."""
_TOLD: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "state": lambda data: str(data.get("state", "")),
    "hold": lambda data: "on hold" if data.get("held") else "off hold",
    "digit": lambda data: "a key was pressed",
    "ended": lambda data: f"ended: {data.get('text', '')}",
}
"""Events of a call that are shown beside its messages, and how: never what was said or pressed."""


async def ladder(request: web.Request) -> web.Response:
    """The SIP messages of one call. `?format=` json, text or full; without it text where `Accept` wants
    text/plain."""
    tracer, call_id = _tracer(request), identity(request)
    form = request.query.get("format") or _accepted(request)
    if form not in ("json", "text", "full"):
        raise web.HTTPBadRequest(reason="format is json, text or full.")
    found = _ladder(request, tracer, call_id)
    if form == "json":
        return _written(await asyncio.to_thread(lambda: dumps(found.as_dict())), "application/json")
    return _written(await asyncio.to_thread(found.text, full=form == "full"), "text/plain")


async def messages(request: web.Request) -> web.Response:
    """The latest messages, of calls and of all else. `?peer=` ADDRESS[:PORT], `?method=`, `?limit=`."""
    tracer = _tracer(request)
    text = request.query.get("limit", "100")
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= LIMIT):
        raise web.HTTPBadRequest(reason=f"limit is a number from 1 to {LIMIT}.")
    found = await tracer.recent(Wanted.of(request.query), int(text))
    content = await asyncio.to_thread(lambda: dumps({"messages": [each.as_dict() for each in found]}))
    return _written(content, "application/json")


async def follow(request: web.Request) -> web.StreamResponse:
    """The messages that go by from now on, as server-sent events. `?peer=`, `?method=`."""
    tracer = _tracer(request)
    if not tracer.room:
        return error(503, "too_many_watchers", f"{FOLLOWERS} watch the signalling already.")
    with tracer.following(Wanted.of(request.query)) as queue:
        response = await begin_stream(request)
        with suppress(ConnectionResetError):  # the watcher went away
            while True:
                content = b": still here\n\n"
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_S):
                        message = await queue.get()
                        if message is None:
                            return response
                        content = _sse(message)
                await tell(request, response, content)
        return response


async def capture(request: web.Request) -> web.StreamResponse:
    """One call's packets as pcapng: its SIP messages, and for `?seconds=` 0 to 600 what follows, with the
    headers of its audio. 0, the default, is what was said so far."""
    context, tracer, call_id = request.app[CONTEXT], _tracer(request), identity(request)
    text = request.query.get("seconds", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= LONGEST_CAPTURE_S):
        raise web.HTTPBadRequest(reason=f"seconds is a number from 0 to {LONGEST_CAPTURE_S}.")
    _ladder(request, tracer, call_id)
    if context.capturing >= CAPTURES:
        return error(503, "too_many_captures", f"{CAPTURES} calls are being captured already.")
    board = context.switchboard
    context.capturing += 1
    try:
        limits = CaptureLimits(seconds=int(text))
        taken = Capture(
            tracer, context.audio, call_id, board.is_live if board is not None else _nobody, limits
        )
        async with aclosing(taken.blocks()) as blocks:
            response = await begin_stream(request, CONTENT_TYPE)
            with suppress(ConnectionResetError):  # the reader went away
                async for block in blocks:
                    if block:
                        await tell(request, response, block)
        return response
    finally:
        context.capturing -= 1


def _nobody(call_id: UUID) -> bool:
    return False


def _written(content: str, content_type: str) -> web.Response:
    return web.Response(text=content, content_type=content_type, charset="utf-8")


def _sse(message: TracedMessage) -> bytes:
    return f"event: message\ndata: {dumps(message.as_dict())}\n\n".encode()


def _ladder(request: web.Request, tracer: Tracer, call_id: UUID) -> Ladder:
    """Raises HTTPNotFound."""
    trace, board = tracer.of_call(call_id), request.app[CONTEXT].switchboard
    call = board.get(call_id) if board is not None else None
    if trace is None:
        known = " The call has no leg by SIP." if call is not None else ""
        raise web.HTTPNotFound(
            reason=f"No SIP messages are kept of such a call (see sip.trace_minutes).{known}"
        )
    history = call.history if call is not None else ()
    marks = [Mark(event.at, _TOLD[event.kind](event.data)) for event in history if event.kind in _TOLD]
    return Ladder.of(call_id, trace, board is not None and board.is_live(call_id), marks)


def _accepted(request: web.Request) -> str:
    wanted = request.headers.get("Accept", "")
    return "text" if wanted.strip().lower().startswith("text/plain") else "json"


def _tracer(request: web.Request) -> Tracer:
    """Raises HTTPForbidden and HTTPServiceUnavailable."""
    context = request.app[CONTEXT]
    if not context.settings.http.admin_token.get_secret_value() and not is_loopback(request.remote or ""):
        raise web.HTTPForbidden(reason="Without ADMIN_TOKEN this machine alone may read signalling.")
    if context.tracer is None:
        raise web.HTTPServiceUnavailable(reason="The server is still starting.")
    if not context.settings.sip.trace_minutes:
        raise web.HTTPNotFound(reason="No SIP messages are kept: sip.trace_minutes is 0.")
    return context.tracer
