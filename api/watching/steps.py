"""What a watcher is told, one thing after another, whatever it is told by (server-sent events, a socket).

It is asked for the next step only when the last one was sent: whoever reads slowly is read for from the table
later, and nothing piles up here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

from mediaserver.calls.events import LiveEvent
from mediaserver.calls.protocols import Switchboard
from mediaserver.storage.outbox.feed import TROUBLE, EventFeed
from mediaserver.storage.outbox.table import EventFilter, OutboxEvent

BATCH = 100
BEAT_S = 15.0
"""A word after so long without events keeps proxies from closing the connection, and finds the dead."""
AGAIN_S = 2.0
"""Between tries to read a table that does not answer."""


@dataclass(frozen=True, slots=True)
class ToldEvents:
    """Events in their order."""

    events: list[OutboxEvent]


@dataclass(frozen=True, slots=True)
class ToldPartial:
    """What is understood of a caller who speaks."""

    event: LiveEvent


@dataclass(frozen=True, slots=True)
class ToldGap:
    """Events up to this number were thrown away before this watcher came for them."""

    upto: int


@dataclass(frozen=True, slots=True)
class ToldReset:
    """The watcher named a number that no event has yet: its events are of another database. It is told what
    comes from this number on."""

    after: int


@dataclass(frozen=True, slots=True)
class ToldNothing:
    """Nothing has come for a while; what has come up to this number was not for this watcher."""

    upto: int


WatchStep: TypeAlias = ToldEvents | ToldPartial | ToldGap | ToldReset | ToldNothing


async def steps(
    feed: EventFeed,
    which: EventFilter,
    after: int,
    *,
    board: Switchboard | None = None,
) -> AsyncGenerator[WatchStep, None]:
    """From `after` on, until the server stops. `board`: whose live calls' partial transcripts are told."""
    live = board.watch(None) if board is not None else None
    coming: dict[str, asyncio.Task[Any]] = {}
    async with aclosing(live) if live is not None else nullcontext():
        try:  # what waits for `live` ends before that is closed: it could not be while it runs
            if live is not None:
                coming["partial"] = asyncio.ensure_future(anext(live, None))
            while not feed.closed:
                try:
                    if await feed.ahead(after):
                        after = feed.head
                        if waiting := coming.pop("event", None):
                            waiting.cancel()
                        yield ToldReset(after)
                    if gap := await feed.missed(after):
                        after = gap
                        yield ToldGap(gap)
                    found, after = await feed.read(after, which, BATCH)
                except TROUBLE:  # the feed says what is wrong
                    await asyncio.sleep(AGAIN_S)
                    yield ToldNothing(after)
                    continue
                if found:
                    yield ToldEvents(found)
                elif after >= feed.head:
                    if "event" not in coming:
                        coming["event"] = asyncio.ensure_future(feed.beyond(after))
                    done, _ = await asyncio.wait(
                        coming.values(), timeout=BEAT_S, return_when=asyncio.FIRST_COMPLETED
                    )
                    if not done:
                        yield ToldNothing(after)
                    if coming["event"].done():
                        del coming["event"]
                partial = coming.get("partial")
                if partial is None or not partial.done() or live is None or board is None:
                    continue
                event = coming.pop("partial").result()
                if event is None:
                    continue  # no more calls; what is stored goes on
                coming["partial"] = asyncio.ensure_future(anext(live, None))
                if event.kind == "partial" and _lets(which, board, event):
                    yield ToldPartial(event)
        finally:
            for task in coming.values():
                task.cancel()
            await asyncio.gather(*coming.values(), return_exceptions=True)


def _lets(which: EventFilter, board: Switchboard, event: LiveEvent) -> bool:
    """Whether a live event is of a call that this watcher may see, and asked for."""
    if which.call_id is not None and which.call_id != event.call_id:
        return False
    call = board.get(event.call_id)
    return which.sees(call.owner if call is not None else None)
