"""Tells all who watch on this server that there are new events: one connection listens for all of them.

The latest events are kept in memory, once for all. Whoever is behind them reads the table, at its own pace:
nothing is kept for a slow reader, and nothing waits for one.
"""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg

from mediaserver.errors import DatabaseError
from mediaserver.storage.outbox import table
from mediaserver.storage.outbox.table import CHANNEL, EventFilter, OutboxEvent

log = logging.getLogger(__name__)

KEPT = 2000
"""Events in memory at most; some 2 MB."""
KEPT_CHARS = 4_000_000
BATCH = 500
POLL_S = 1.0
"""Beside the database's notifications, which get lost behind some connection poolers."""
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 2.0
READING = 2
"""Readers of the table at a time; the pool's other connections are for calls."""

TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, DatabaseError)
_ALL = EventFilter(everything=True)


class EventFeed:
    """One for a server. `start` before anybody reads."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        pool: asyncpg.Pool,
        *,
        kept: int = KEPT,
        poll_s: float = POLL_S,
    ) -> None:
        """`connect`: a connection that is the feed's alone."""
        self._connect = connect
        self._pool = pool
        self._kept = kept
        self._poll_s = poll_s
        self._recent: list[OutboxEvent] = []
        self._seqs: list[int] = []
        self._chars = 0
        self._floor = 0
        """Everything behind it, up to the head, is in memory."""
        self._head = 0
        self._moved = asyncio.Event()
        self._reading = asyncio.Semaphore(READING)
        self._connection: asyncpg.Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self.closed = False

    @property
    def head(self) -> int:
        """The last number that is known to stand."""
        return self._head

    async def start(self) -> None:
        """Know where we are, then follow. Raises DatabaseError."""
        try:
            changed = await self._listen()
        except TROUBLE as error:
            self._hang_up()
            raise DatabaseError(f"cannot read events: {_short(error)}") from None
        self._task = asyncio.create_task(self._follow(changed), name="events")

    async def close(self) -> None:
        """Whoever waits is told that nothing more comes. Idempotent."""
        self.closed = True
        self._moved.set()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._hang_up()

    async def beyond(self, seq: int) -> bool:
        """Wait until there is something behind `seq`; False when nothing more comes."""
        while self._head <= seq and not self.closed:
            await self._moved.wait()
        return not self.closed

    async def read(self, seq: int, which: EventFilter, most: int = 100) -> tuple[list[OutboxEvent], int]:
        """What `which` lets through behind `seq`, in order and at most so many; and up to which number that
        is, where to go on. Raises what the database does, where it has to be asked."""
        if seq >= self._floor:
            return self._remembered(seq, which, most)
        async with self._reading:
            return await table.after(self._pool, seq, self._head, most, which)

    async def missed(self, seq: int) -> int:
        """The number up to which events behind `seq` were thrown away; 0: none were."""
        if seq >= self._floor:
            return 0
        swept = await table.swept(self._pool)
        return swept if seq < swept else 0

    async def ahead(self, seq: int) -> bool:
        """No event has this number yet: it is of another database, e.g. of before this one was made anew.
        Raises what the database does."""
        # Another server may have told of what we have not read yet.
        return seq > self._head and seq > await table.head(self._pool)

    def _remembered(self, seq: int, which: EventFilter, most: int) -> tuple[list[OutboxEvent], int]:
        found = []
        for at in range(bisect_right(self._seqs, seq), len(self._seqs)):
            if which.lets(event := self._recent[at]):
                found.append(event)
                if len(found) == most:
                    return found, event.seq
        return found, max(seq, self._head)

    # ---- following the table

    async def _listen(self) -> asyncio.Event:
        """Connect, listen, read what came meanwhile. The event is set when there may be something new."""
        changed = asyncio.Event()
        connection = self._connection = await self._connect()
        connection.add_termination_listener(lambda _: changed.set())
        await connection.add_listener(CHANNEL, lambda *_: changed.set())
        head = await table.head(connection)
        if self._task is None or head < self._head:  # the beginning, or another database
            self._forget(head)
        await self._catch_up(connection)
        return changed

    async def _follow(self, changed: asyncio.Event) -> None:
        delay = FIRST_DELAY_S
        while not self.closed:
            try:
                while self._connection is not None:
                    with suppress(TimeoutError):
                        # Not `wait_for`, which loses a cancellation that comes with the event (Python 3.11).
                        async with asyncio.timeout(self._poll_s):
                            await changed.wait()
                    changed.clear()
                    await self._catch_up(self._connection)
                    delay = FIRST_DELAY_S
                changed = await self._listen()
            except TROUBLE as error:
                log.warning("events wait: %s", _short(error))
                self._hang_up()
            except Exception:  # whatever it is, later events are to be told
                log.exception("events wait")
                self._hang_up()
            if self._connection is None:
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY_S)

    async def _catch_up(self, connection: asyncpg.Connection) -> None:
        while True:
            head = await table.head(connection)
            if head <= self._head:
                return
            events, upto = await table.after(connection, self._head, head, BATCH, _ALL)
            self._remember(events, upto)

    def _remember(self, events: list[OutboxEvent], upto: int) -> None:
        self._recent += events
        self._seqs += (event.seq for event in events)
        self._chars += sum(len(event.data) for event in events)
        if len(self._recent) > self._kept or self._chars > KEPT_CHARS:
            # Half at once: what is moved up is moved seldom.
            self._drop(max(len(self._recent) - self._kept // 2, len(self._recent) // 2))
        self._head = upto
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _drop(self, count: int) -> None:
        if count:
            self._floor = self._seqs[count - 1]
            del self._recent[:count], self._seqs[:count]
            self._chars = sum(len(event.data) for event in self._recent)

    def _forget(self, head: int) -> None:
        self._recent, self._seqs, self._chars = [], [], 0
        self._floor = self._head = head

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def _short(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:500]
