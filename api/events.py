"""Server-Sent Events of one call or of all live calls (WHATWG HTML, server-sent events).

A stream begins with what already happened, so that a late watcher misses nothing; a watcher that does not
read loses its oldest events and never slows a call.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import UUID

from aiohttp import web

from api.answers import dumps, error
from api.asking import switchboard
from api.calls import identity, require_pool
from api.context import CONTEXT, ApiContext
from mediaserver.calls.call import Call
from mediaserver.calls.events import LiveEvent
from mediaserver.storage import calls, outcomes, turns

WATCHER_LIMIT = 64
HEARTBEAT_S = 15.0
"""A comment after this long without events keeps proxies from closing the stream, and finds the dead."""
UNREAD_S = 20.0
"""A watcher that reads nothing for so long gives its place up."""

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


async def call_events(request: web.Request) -> web.StreamResponse:
    """The events of one call, until it ends. A call of the past is told from its transcript."""
    context = request.app[CONTEXT]
    call_id = identity(request)
    if _known(context, call_id) is None:
        past = await _past(context, call_id)
        response = await begin_stream(request)
        for event in past:
            await tell(request, response, _sse(event))
        return response
    return await _stream(request, call_id)


async def all_events(request: web.Request) -> web.StreamResponse:
    """The events of all calls from now on, after the histories of those that are live."""
    return await _stream(request, None)


async def _stream(request: web.Request, call_id: UUID | None) -> web.StreamResponse:
    context, board = request.app[CONTEXT], switchboard(request)
    if context.watchers >= WATCHER_LIMIT:
        return error(503, "too_many_watchers", f"There are {WATCHER_LIMIT} event streams already.")
    context.watchers += 1
    watch = board.watch(call_id)
    following = asyncio.ensure_future(anext(watch, None))
    try:
        # The first step of `watch` subscribes; only then is the history complete without a gap.
        await asyncio.sleep(0)
        history = _history(context, call_id)
        told = {id(event) for event in history}
        response = await begin_stream(request)
        with suppress(ConnectionResetError):  # the watcher went away
            for past in history:
                await tell(request, response, _sse(past))
                if call_id is not None and past.kind == "ended":
                    return response
            while True:
                await asyncio.wait({following}, timeout=HEARTBEAT_S)
                if not following.done():
                    await tell(request, response, b": still here\n\n")
                    continue
                event = following.result()
                if event is None:
                    return response
                following = asyncio.ensure_future(anext(watch, None))
                if id(event) in told:
                    continue
                await tell(request, response, _sse(event))
                if call_id is not None and event.kind == "ended":
                    return response
        return response
    finally:
        context.watchers -= 1
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await watch.aclose()


def _history(context: ApiContext, call_id: UUID | None) -> list[LiveEvent]:
    if call_id is not None:
        call = _known(context, call_id)
        return list(call.history) if call is not None else []
    return [event for call in context.switchboard or () for event in call.history]


def _known(context: ApiContext, call_id: UUID) -> Call | None:
    return context.switchboard.get(call_id) if context.switchboard is not None else None


async def _past(context: ApiContext, call_id: UUID) -> list[LiveEvent]:
    """What a call of the past would have told, each event at the time when it happened."""
    pool = require_pool(context)
    row = await calls.one(pool, call_id)
    if row is None:
        raise web.HTTPNotFound(reason="There is no such call.")
    began = row["started_at"].timestamp()
    answered = row["answered_at"].timestamp() if row["answered_at"] is not None else began
    over = row["ended_at"].timestamp() if row["ended_at"] is not None else None
    told: list[LiveEvent] = []
    for line in await turns.of_call(pool, call_id):
        # What the caller says is known when it was said, what the others say when it begins.
        by = line["speaker"]
        kind, ms = ("final", "ended_ms") if by == "caller" else (by, "started_ms")
        told.append(LiveEvent(call_id, kind, line, answered + line[ms] / 1000))
    for outcome in await outcomes.of_call(pool, call_id):
        # It may have waited for the database until long after the call.
        at = max(answered, outcome.pop("saved_at").timestamp())
        told.append(LiveEvent(call_id, "outcome", outcome, at if over is None else min(at, over)))
    told.sort(key=lambda event: event.at)
    who = {
        key: row[key] for key in ("state", "direction", "from_uri", "to_uri", "app", "agent", "agent_version")
    }
    told.insert(0, LiveEvent(call_id, "state", who, began))
    if over is not None:
        how = {"by": row["ended_by"], "why": row["why"], "code": row["code"], "detail": row["detail"]}
        told.append(LiveEvent(call_id, "ended", how, over))
    return told


async def tell(request: web.Request, response: web.StreamResponse, content: bytes) -> None:
    """Raises ConnectionResetError when the watcher is gone, or does not read and was sent away."""
    try:
        async with asyncio.timeout(UNREAD_S):
            await response.write(content)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the watcher does not read") from None


async def begin_stream(request: web.Request, content_type: str = "") -> web.StreamResponse:
    """`content_type`: of something else than events."""
    response = web.StreamResponse(headers=_HEADERS)
    if content_type:
        response.headers["Content-Type"] = content_type
    await response.prepare(request)
    return response


def _sse(event: LiveEvent) -> bytes:
    content = dumps({**event.data, "call": str(event.call_id), "at": event.at})
    return f"event: {event.kind}\ndata: {content}\n\n".encode()
