"""Runs jobs from the database's queue: on every server, each job on one of them.

The library (pgqueuer) takes jobs and notes what came of them; here is what a server needs around it: a
connection of its own that is made anew when it breaks, an end that loses nothing, and a word on how it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import asyncpg
from croniter import croniter
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.models import Schedule
from pgqueuer.domain.types import Channel

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import DatabaseError
from mediaserver.jobs.kinds import JobKind, JobTry, Work
from mediaserver.jobs.names import HEARTBEAT, TABLES, queries_on
from mediaserver.jobs.queue import NewJob, QueueState, put, state
from mediaserver.jobs.trying import Tries, TryExecutor

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Jobs that one server does at a time."""
POLL = timedelta(seconds=5)
"""Beside the database's notifications, which get lost behind some connection poolers."""
LOGS = timedelta(0)
"""The library's statistics are not kept: /metrics counts."""
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5.0
LOOK_S = 15.0
"""Between looks at how the queue is."""
LATE_S = 300.0
"""A job that waits for longer though it could be done is worth a word."""
KEPT_DAYS = 30
"""That jobs which failed for good are kept; the log of those that were done, a tenth of it."""
TIDYING = "jobs.tidy"
"""The runner's own job: throws away what is not kept any more."""

TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, DatabaseError)

Connect = Callable[[], Awaitable[asyncpg.Connection]]


def nobody_counts(name: str, outcome: str) -> None:
    """Nobody counts."""


class JobRunner:
    """Declare all kinds and schedules, then `start`. Belongs to the loop in which it is started."""

    def __init__(
        self,
        connect: Connect,
        *,
        at_once: int = AT_ONCE,
        count: Callable[[str, str], None] = nobody_counts,
        heartbeat: timedelta = HEARTBEAT,
        poll: timedelta = POLL,
    ) -> None:
        """`connect`: a connection that is the runner's alone. `at_once`: jobs at a time, on this server.
        `count`: told of each try: the job's name, and 'done', 'again' or 'failed'. `heartbeat`: the same on
        all servers. `poll`: how often the queue is looked at though nobody told of anything."""
        self._connect = connect
        self._at_once = max(2, at_once)
        self._count = count
        self._heartbeat = heartbeat
        self._poll = poll
        self._kinds: dict[str, JobKind] = {}
        self._schedules: dict[str, str] = {}
        self._tries = Tries()
        self._closing = asyncio.Event()
        self._managers: tuple[QueueManager, SchedulerManager] | None = None
        self._connection: asyncpg.Connection | None = None
        self._queries: Queries | None = None
        self._state = QueueState(0, 0, {}, 0.0)
        self._task: asyncio.Task[None] | None = None
        self._fault = ""
        self.every(TIDYING, "17 * * * *", self._tidy)

    def declare(self, kind: JobKind) -> None:
        """Jobs of this name are done on this server. Raises ValueError when there is such a kind already."""
        if kind.name in self._kinds:
            raise ValueError(f"there are two kinds of jobs called {kind.name}")
        if self._task is not None:
            raise ValueError(f"the kind {kind.name} comes too late: the jobs are running")
        self._kinds[kind.name] = kind

    def every(self, name: str, cron: str, work: Work, *, within_s: float = 300.0, tries: int = 3) -> None:
        """Do this again and again: `cron` in UTC ("17 3 * * *"), once for all servers together. A time at
        which no server was up is made up for once. It is a job like others, and not begun while the last
        one runs."""
        if not croniter.is_valid(cron):
            raise ValueError(f"{cron!r} is no time of cron's")
        self.declare(JobKind(name, work, within_s=within_s, tries=tries))
        self._schedules[name] = cron

    async def start(self) -> None:
        """Begin to do jobs; returns at once."""
        self._task = asyncio.create_task(self._run(), name="jobs")

    async def close(self, grace_s: float = 1.0, within_s: float = 3.0) -> None:
        """No new jobs; those that run have `grace_s` to end, and go back into the queue then. What could not
        be noted within `within_s` is found by its silence, and done again. Idempotent."""
        task, self._task = self._task, None
        if task is None:
            return
        self._closing.set()
        self._stop_managers()
        if self._tries:
            await asyncio.wait({task}, timeout=grace_s)
        self._tries.stop()
        await asyncio.wait({task}, timeout=max(0.0, within_s - grace_s))
        if not task.done():
            if self._connection is not None:
                self._connection.terminate()
            self._tries.stop()
            await asyncio.wait({task}, timeout=1.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    @property
    def state(self) -> QueueState:
        """The queue, as it stood when it was last looked at."""
        return self._state

    def finding(self) -> Finding:
        """How the queue was when it was last looked at; for health."""
        if self._fault:
            return Finding(
                "jobs", False, self._fault, "they wait, and go on once the database answers", required=False
            )
        return _said(self._state)

    # ---- inside

    async def _run(self) -> None:
        delay = FIRST_DELAY_S
        while not self._closing.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._work()
            except TROUBLE as error:
                self._failed(error)
            except Exception as error:  # whatever it is, later jobs are to be done
                log.exception("the jobs stopped")
                self._failed(error)
            if asyncio.get_running_loop().time() - began > LONGEST_DELAY_S:
                delay = FIRST_DELAY_S
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._closing.wait()
            delay = min(delay * 2, LONGEST_DELAY_S)

    async def _work(self) -> None:
        """Do jobs over one connection until it breaks or we close. Neither manager is ever cancelled: that
        would have the library delete the jobs that run."""
        connection = self._connection = await self._connect()
        try:
            queries = self._queries = queries_on(connection)
            queue, schedules = self._managers = self._manage(queries)
            if self._closing.is_set():
                self._stop_managers()
            tasks = {
                asyncio.create_task(self._take(queue), name="job queue"),
                asyncio.create_task(schedules.run(), name="job schedules"),
                asyncio.create_task(self._look(queue, queries), name="look at jobs"),
            }
            self._fault = ""
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            self._stop_managers()
            await asyncio.wait(tasks)
            for task in tasks:
                task.result()
        finally:
            self._managers = self._connection = self._queries = None
            connection.terminate()

    async def _take(self, queue: QueueManager) -> None:
        batch = self._at_once // 2
        await queue.run(
            dequeue_timeout=self._poll,
            batch_size=batch,
            max_concurrent_tasks=2 * batch,
            heartbeat_timeout=self._heartbeat,
            log_aggregation_interval=LOGS,
        )

    def _manage(self, queries: Queries) -> tuple[QueueManager, SchedulerManager]:
        queue = QueueManager(queries, Channel(TABLES.channel))
        for kind in self._kinds.values():
            queue.register_executor(kind.name, TryExecutor(kind, self._tries, self._count))
        schedules = SchedulerManager(queries)

        async def due(schedule: Schedule) -> None:
            """A time has come: its job is put into the queue."""
            await put(queries, NewJob(schedule.entrypoint, once="scheduled"))

        for name, cron in self._schedules.items():
            schedules.schedule(name, cron)(due)
        return queue, schedules

    async def _look(self, queue: QueueManager, queries: Queries) -> None:
        while not queue.shutdown.is_set():
            self._state = await state(queries)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await queue.shutdown.wait()

    async def _tidy(self, job: JobTry) -> None:
        if self._queries is None:
            return
        driver = self._queries.driver
        await driver.execute(
            f"delete from {TABLES.queue_table} where status = 'failed' and updated < now() - $1::interval",
            timedelta(days=KEPT_DAYS),
        )
        await driver.execute(
            f"delete from {TABLES.queue_table_log} where created < now() - $1::interval",
            timedelta(days=KEPT_DAYS) / 10,
        )

    def _stop_managers(self) -> None:
        for manager in self._managers or ():
            manager.shutdown.set()

    def _failed(self, error: Exception) -> None:
        if not self._fault:
            log.warning("jobs wait: %s", _short(error))
        self._fault = f"no jobs are done: {_short(error)}"


def _said(found: QueueState) -> Finding:
    if found.failed:
        names = ", ".join(f"{count} of {name}" for name, count in sorted(found.failed.items()))
        return Finding(
            "jobs", False, f"failed for good: {names}",
            "see the log for why; `pgq requeue` with the database's address has them done again",
            required=False,
        )  # fmt: skip
    if found.late_s > LATE_S:
        return Finding(
            "jobs", False, f"{found.waiting} jobs wait, the oldest for {found.late_s:.0f} s",
            "look for a job that takes long in the log, or let this server do more (jobs.at_once)",
            required=False,
        )  # fmt: skip
    return Finding("jobs", True, f"{found.waiting} wait, {found.running} run", required=False)


def _short(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:500]
