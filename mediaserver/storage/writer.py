"""The sink in front of the database: takes records at once, writes them in order, keeps what it can.

While the database is away the records go to the journal on disk and are read back, in order, when it returns.
Nothing here ever raises into a call or makes it wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from uuid import UUID

import asyncpg

from mediaserver.errors import DatabaseError
from mediaserver.metrics import Metrics
from mediaserver.storage.journal import Journal
from mediaserver.storage.records import Record
from mediaserver.storage.saving import save_all
from mediaserver.storage.sql import Database, OrphanError

log = logging.getLogger(__name__)

BATCH = 200
"""Records in one transaction."""
READ_BACK = 100
"""Records read from the journal at once, so that decoding them does not hold up the loop."""
MEMORY_LIMIT = 100_000
"""Records kept in memory when neither database nor disk takes them; about 60 MB."""
FIRST_DELAY_S = 0.05
LONGEST_DELAY_S = 2.0
COMMIT_S = 5.0
"""Whoever asked for something to be stored at once is told so much later that it was not."""

TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""Not the record's fault unless `_is_poison` says so: wait and try again."""


class StoreWriter:
    """Implements mediaserver.storage.records.Sink over a pool. `put` belongs to the event loop's thread."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        data: Path,
        metrics: Metrics | None = None,
        revive: Callable[[], Awaitable[None]] | None = None,
        *,
        node: UUID | None = None,
        memory_limit: int = MEMORY_LIMIT,
    ) -> None:
        """`data`: the data folder. `revive`: asked to bring the database back when it does not answer.
        `node`: this server, to which the calls belong."""
        self._pool = pool
        self._journal = Journal(data / "unsaved", data / "rejected", node)
        self._metrics = metrics or Metrics()
        self._revive = revive
        self._node = node
        self._memory_limit = memory_limit
        self._queue: deque[tuple[Record, float]] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._down = False
        self._full = False
        self._lost = 0
        self._taken = 0
        self._stored = 0
        self._journaled = 0
        self._files_wait = False
        self._abandoned: set[asyncio.Task[None]] = set()
        """Commits that nobody waits for any more, until the database lets go of them."""
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._metrics.watch_db_queue(lambda: self.waiting)

    @property
    def node(self) -> UUID | None:
        """This server, to which the records belong."""
        return self._node

    @property
    def waiting(self) -> int:
        """Records taken and not yet in the database."""
        return self._taken - self._stored

    @property
    def healthy(self) -> bool:
        """Whether the last try to write succeeded."""
        return not self._down

    async def start(self) -> None:
        """Write what an earlier process left in the journal, then begin. Waits for that at most one try."""
        self._files_wait = bool(await asyncio.to_thread(self._journal.files))
        if self._files_wait:
            await self._try()
        self._task = asyncio.create_task(self._run(), name="store-writer")

    def put(self, record: Record) -> None:
        """Keep a record; returns at once and never raises."""
        if len(self._queue) >= self._memory_limit:
            self._lose()
            return
        self._queue.append((record, perf_counter()))
        self._taken += 1
        self._wake.set()

    async def commit(
        self,
        *records: Record,
        also: Callable[[Database], Awaitable[None]] | None = None,
        within_s: float = COMMIT_S,
    ) -> None:
        """Store records now, in a transaction of their own beside all that waits; they are there when this
        returns. `also`: what else is part of it. They may be put once more: that does no harm.

        Raises what `also` raises, and DatabaseError: then they are not there, or nobody knows, for the
        connection was lost while the database was about to say so.
        """
        work = asyncio.create_task(self._commit(records, also))
        try:
            await asyncio.wait({work}, timeout=within_s)
            if not work.done():
                raise DatabaseError(f"the database did not answer within {within_s:g} s; try again")
            work.result()
        except TROUBLE as error:
            raise DatabaseError(f"the database does not answer ({_short(error)}); try again") from error
        finally:
            if not work.done():
                # Giving a connection back may take as long as the database hangs: nobody waits for that.
                work.cancel()
                self._abandoned.add(work)
                work.add_done_callback(self._forget)

    async def flush(self, within_s: float | None = None) -> bool:
        """Wait until everything put so far is stored. False when `within_s` passed first."""
        if self._stored >= self._taken:
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (self._taken, future)
        self._waiters.append(entry)
        try:
            await asyncio.wait_for(future, within_s)
        except TimeoutError:
            return False
        finally:
            if entry in self._waiters:
                self._waiters.remove(entry)
        return True

    async def close(self, within_s: float = 2.0) -> bool:
        """Store what is left; what the database does not take in time goes to the journal. Idempotent."""
        flushed = await self.flush(within_s)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._queue:
            await self._to_journal()
        await asyncio.to_thread(self._journal.close)
        if not flushed:
            log.warning("%d records wait in the journal for the next start", self.waiting)
        return flushed

    async def _commit(
        self, records: Sequence[Record], also: Callable[[Database], Awaitable[None]] | None
    ) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await save_all(connection, records, self._node, also)

    def _forget(self, work: asyncio.Task[None]) -> None:
        self._abandoned.discard(work)
        if not work.cancelled():
            work.exception()

    async def _run(self) -> None:
        delay = FIRST_DELAY_S
        while True:
            if not self._queue and not self._files_wait:
                self._wake.clear()
                await self._wake.wait()
            if await self._try():
                delay = FIRST_DELAY_S
                continue
            await self._to_journal()
            await self._bring_back()
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY_S)

    async def _try(self) -> bool:
        """Write what waits: first the journal, which is older, then one batch. False on trouble."""
        try:
            while self._files_wait:
                await self._read_back()
            await self._write_queue()
        except TROUBLE as error:
            if not self._down:
                self._down = True
                log.warning("the database does not answer (%s); records wait in the journal", _short(error))
            return False
        if self._down:
            self._down = False
            log.info("the database answers again; nothing was lost")
        return True

    async def _write_queue(self) -> None:
        batch = list(islice(self._queue, BATCH))
        if not batch:
            return
        await self._write([record for record, _ in batch], self._node)
        self._metrics.db_write.observe(perf_counter() - batch[0][1])
        for _ in batch:
            self._queue.popleft()
        self._full = False
        self._advance(len(batch))

    async def _write(self, records: list[Record], node: UUID | None) -> None:
        """All in one transaction; when one is poisonous, one by one, with that one set aside."""
        try:
            await self._transaction(records, node)
        except Exception as error:
            if not _is_poison(error):
                raise
            if len(records) == 1:
                await self._reject(records[0], error)
                return
            for record in records:
                await self._write([record], node)
            return
        self._metrics.db_records.labels("saved").inc(len(records))

    async def _transaction(self, records: list[Record], node: UUID | None) -> None:
        async with self._pool.acquire(timeout=5) as connection, connection.transaction():
            await save_all(connection, records, node)

    async def _read_back(self) -> None:
        """Write the oldest file of the journal and remove it; twice is harmless if we die in between."""
        file = await asyncio.to_thread(self._journal.take)
        if file is None:
            self._files_wait = False
            self._advance(self._journaled)
            self._journaled = 0
            return
        lines = self._journal.read(file)
        while part := await asyncio.to_thread(lambda: list(islice(lines, READ_BACK))):
            for fault in (entry for entry in part if isinstance(entry, ValueError)):
                await self._reject(None, fault)
            records = [entry for entry in part if not isinstance(entry, ValueError)]
            if records:
                await self._write(records, self._journal.node_of(file))
        await asyncio.to_thread(self._journal.done, file)

    async def _to_journal(self) -> None:
        batch = [record for record, _ in self._queue]
        if not batch:
            return
        try:
            await asyncio.to_thread(self._journal.append, batch)
        except OSError as error:
            if not self._full:
                self._full = True
                log.error("the journal cannot be written (%s); records wait in memory", _short(error))
            return
        for _ in batch:
            self._queue.popleft()
        self._full = False
        self._journaled += len(batch)
        self._files_wait = True
        self._metrics.db_records.labels("journaled").inc(len(batch))

    async def _reject(self, record: Record | None, error: Exception) -> None:
        log.error("the database refuses a record (%s); it is set aside in `rejected`", _short(error))
        self._metrics.db_records.labels("rejected").inc()
        try:
            await asyncio.to_thread(self._journal.reject, record, _short(error))
        except OSError as full:
            log.error("it could not be set aside (%s): %r", _short(full), record)

    async def _bring_back(self) -> None:
        if self._revive is not None:
            try:
                await self._revive()
            except DatabaseError as error:
                log.warning("%s", error)

    def _advance(self, count: int) -> None:
        self._stored += count
        for entry in [entry for entry in self._waiters if entry[0] <= self._stored]:
            self._waiters.remove(entry)
            if not entry[1].done():
                entry[1].set_result(None)

    def _lose(self) -> None:
        self._metrics.db_records.labels("lost").inc()
        self._lost += 1
        if self._lost % 10_000 == 1:
            log.error("neither database nor disk takes records: lost %d so far", self._lost)


def _is_poison(error: Exception) -> bool:
    """Whether the record itself is at fault, so that trying again cannot help."""
    if isinstance(error, asyncpg.PostgresError):
        # 22 data exception, 23 integrity constraint violation, 54 program limit exceeded.
        return (error.sqlstate or "")[:2] in ("22", "23", "54")
    if isinstance(error, (ValueError, OrphanError)):  # asyncpg's own DataError is one too
        return True
    return not isinstance(error, TROUBLE)


def _short(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:500]
