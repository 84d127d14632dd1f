"""Events that were stored, page by page, and as they come (server-sent events, WHATWG HTML)."""

from __future__ import annotations

from contextlib import aclosing

from aiohttp import web

from api.access.asker import asker
from api.access.scopes import Scope
from api.answers import dumps
from api.context import CONTEXT
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.telephony.events import begin_stream, place_among, tell
from api.watching.models import LARGEST_SEQ, STREAM_EVENTS, EventPage, EventsQuery, StreamQuery
from api.watching.steps import ToldEvents, ToldGap, ToldNothing, ToldPartial, ToldReset, WatchStep, steps
from mediaserver.storage.outbox import table

routes = ApiRoutes("events", "What happens, told once and in order.")

WINDOWS = 10
"""Of the table that one request looks through, at most, for what a filter lets through."""


@routes.get("/api/events", scope=Scope.EVENTS_READ, answers=EventPage)
async def events(request: web.Request, query: EventsQuery) -> web.StreamResponse:
    """Stored events in their order.

    Each has a number; ask for those behind the last one you have. No event ever gets a number before one that
    you were shown. A key sees its own."""
    pool = request.app[CONTEXT].database
    which, at = query.filter(asker(request)), query.after
    async with request.app[CONTEXT].reading:
        head, swept = await table.head(pool), await table.swept(pool)
        found: list[table.OutboxEvent] = []
        for _ in range(WINDOWS):
            found, at = await table.after(pool, at, head, query.limit, which)
            if found or at >= head:
                break
    items = ",".join(event.text for event in found)
    more = "true" if at < head else "false"
    body = f'{{"items":[{items}],"after":{at},"more":{more},"swept":{swept},"head":{head}}}'
    return web.Response(text=body, content_type="application/json")


@routes.get(
    "/api/events/stream", scope=Scope.EVENTS_READ, produces=("text/event-stream",), events=STREAM_EVENTS
)
async def event_stream(request: web.Request, query: StreamQuery) -> web.StreamResponse:
    """Events as server-sent events, from now on or from where you were.

    `id` is the number; a browser's EventSource sends it when it comes back and goes on there. `event` is the
    topic, `data` what `/api/events` shows. First comes `ready` with the number from which on you are told;
    `gap` says that events up to a number are not kept any more; `reset` that no event has your number yet,
    since the database was made anew, and from which on you are told; `partial` has no number."""
    context, who = request.app[CONTEXT], asker(request)
    feed = started(context.feed)
    after = _last_seen(request, query)
    with place_among(context.watcher_places, who.key):
        start = feed.head if after is None else after
        response = await begin_stream(request)
        board = context.switchboard if query.partials else None
        try:
            await tell(request, response, _framed("ready", f'{{"after":{start}}}', start))
            async with aclosing(steps(feed, query.filter(who), start, board=board)) as told:
                async for step in told:
                    if not context.access.still_good(who):
                        break
                    await tell(request, response, _written(step))
        except ConnectionResetError:  # the watcher went away
            pass
        return response


def _last_seen(request: web.Request, query: StreamQuery) -> int | None:
    """What the browser has seen is newer than what stood in its address at first. Raises Problem."""
    given = request.headers.get("Last-Event-ID", "").strip()
    if not given:
        return query.after
    if not (given.isascii() and given.isdigit() and len(given) < 20 and int(given) <= LARGEST_SEQ):
        raise Problem(400, "bad_request", "Last-Event-ID is the `id` of an event of this stream: a number.")
    return int(given)


def _written(step: WatchStep) -> bytes:
    match step:
        case ToldEvents(events):
            return b"".join(_framed(event.topic, event.text, event.seq) for event in events)
        case ToldPartial(event):
            return _framed("partial", dumps({**event.data, "call": str(event.call_id), "at": event.at}))
        case ToldGap(upto):
            return _framed("gap", f'{{"upto":{upto}}}', upto)
        case ToldReset(after):
            return _framed("reset", f'{{"after":{after}}}', after)
        case ToldNothing(upto):
            # Without data nobody is told, but the place is kept.
            return f": still here\nid: {upto}\n\n".encode()


def _framed(event: str, data: str, seq: int | None = None) -> bytes:
    number = f"id: {seq}\n" if seq is not None else ""
    return f"{number}event: {event}\ndata: {data}\n\n".encode()
