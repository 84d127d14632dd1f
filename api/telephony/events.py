"""Server-Sent Events of one call or of all live calls (WHATWG HTML, server-sent events).

A stream begins with what already happened, so that a late watcher misses nothing; a watcher that does not
read loses its oldest events and never slows a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from uuid import UUID

from aiohttp import web

from api.access.asker import TICKETS, How, asker
from api.access.scopes import Scope
from api.answers import dumps
from api.asking import switchboard
from api.context import CONTEXT, ApiContext
from api.routing.problems import Problem
from api.routing.serving import STREAM
from api.routing.table import ApiRoutes
from api.shared_places import SharedPlaces
from api.telephony.acting import not_elsewhere
from api.telephony.callers_sight import told_to_caller
from api.telephony.finding import CALL, live_call, row_of
from api.telephony.live_events import LIVE_EVENTS
from mediaserver.calls.events import LiveEvent
from mediaserver.calls.protocols import Switchboard
from mediaserver.errors import CapacityError
from mediaserver.storage import outcomes, turns

HEARTBEAT_S = 15.0
"""A comment after this long without events keeps proxies from closing the stream, and finds the dead."""
UNREAD_S = 20.0
"""A watcher that reads nothing for so long gives its place up."""

routes = ApiRoutes("calls")

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


@routes.get(f"{CALL}/events", scope=Scope.CALLS_READ, produces=(STREAM,), events=LIVE_EVENTS, errors=(421,))
async def call_events(request: web.Request, id: UUID) -> web.StreamResponse:
    """The events of one call, until it ends, as server-sent events.

    A call of the past is told from its transcript."""
    if live_call(request, id) is None:
        await not_elsewhere(request, id)  # more will happen in it, there
        past = await _past(request, id)
        response = await begin_stream(request)
        for event in past:
            await _tell_event(request, response, event)
        return response
    return await _stream(request, id)


@routes.get("/api/telephony/events", scope=Scope.CALLS_READ, produces=(STREAM,), events=LIVE_EVENTS)
async def all_events(request: web.Request) -> web.StreamResponse:
    """The events of all calls from now on, as server-sent events.

    Those that are up are told from their beginnings."""
    return await _stream(request, None)


async def _stream(request: web.Request, call_id: UUID | None) -> web.StreamResponse:
    context, board, who = request.app[CONTEXT], switchboard(request), asker(request)
    if who.how in TICKETS:  # a caller is nobody's key, least of all the operator's
        place = place_among(context.caller_places, call_id)
    else:
        place = place_among(context.live_places, who.key)
    with place:
        return await _told(request, context, board, call_id)


@contextmanager
def place_among(places: SharedPlaces, whose: UUID | None, code: str = "too_many_watchers") -> Iterator[None]:
    """For what somebody holds open. `whose`: the key; None: the operator. Raises Problem."""
    with ExitStack() as stack:
        try:
            stack.enter_context(places.take(whose))
        except CapacityError as error:
            raise Problem(429, code, f"{str(error).capitalize()}.") from None
        yield


async def _told(
    request: web.Request, context: ApiContext, board: Switchboard, call_id: UUID | None
) -> web.StreamResponse:
    watch = board.watch(call_id)
    following = asyncio.ensure_future(anext(watch, None))
    try:
        # The first step of `watch` subscribes; only then is the history complete without a gap.
        await asyncio.sleep(0)
        seen = _Seen(request)
        history = [event for event in _history(context, call_id) if seen(event)]
        told = {id(event) for event in history}
        response = await begin_stream(request)
        with suppress(ConnectionResetError):  # the watcher went away
            for past in history:
                await _tell_event(request, response, past)
                if call_id is not None and past.kind == "ended":
                    return response
            while True:
                await asyncio.wait({following}, timeout=HEARTBEAT_S)
                if not context.access.still_good(asker(request)):
                    return response
                if not following.done():
                    await tell(request, response, b": still here\n\n")
                    continue
                event = following.result()
                if event is None:
                    return response
                following = asyncio.ensure_future(anext(watch, None))
                if id(event) in told or not seen(event):
                    continue
                await _tell_event(request, response, event)
                if call_id is not None and event.kind == "ended":
                    return response
        return response
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await watch.aclose()


class _Seen:
    """Whether whoever watches may see an event: those of its own calls; of no call, the operator's alone."""

    def __init__(self, request: web.Request) -> None:
        self._who = asker(request)
        self._context = request.app[CONTEXT]

    def __call__(self, event: LiveEvent) -> bool:
        if self._who.admin:
            return True
        board = self._context.switchboard
        call = board.get(event.call_id) if board is not None else None
        return call is not None and self._who.sees(call.owner)


def _history(context: ApiContext, call_id: UUID | None) -> list[LiveEvent]:
    if call_id is not None:
        call = context.switchboard.get(call_id) if context.switchboard is not None else None
        return list(call.history) if call is not None else []
    return [event for call in context.switchboard or () for event in call.history]


async def _past(request: web.Request, call_id: UUID) -> list[LiveEvent]:
    """What a call of the past would have told, each event at the time when it happened."""
    row, pool = await row_of(request, call_id), request.app[CONTEXT].database
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


async def _tell_event(request: web.Request, response: web.StreamResponse, event: LiveEvent) -> None:
    """As whoever asks is told it, if at all. Raises as `tell`."""
    told = told_to_caller(event) if asker(request).how is How.TICKET else event
    if told is not None:
        await tell(request, response, _sse(told))


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
