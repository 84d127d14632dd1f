"""Runners over the tests' database, and work that says what was done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg

from mediaserver.jobs.kinds import JobKind, JobTry
from mediaserver.jobs.queue import NewJob, enqueue
from mediaserver.jobs.runner import JobRunner
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection

QUICK = timedelta(seconds=1)
"""After which a silent server's jobs are another's."""


_OPEN = "select count(*) from pgqueuer where status in ('queued', 'picked')"


class Done:
    """Work that is noted, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.tries: list[JobTry] = []
        self.failures = failures
        self._more = asyncio.Event()

    async def __call__(self, job: JobTry) -> None:
        self.tries.append(job)
        self._more.set()
        if len(self.tries) <= self.failures:
            raise ConnectionError("nobody there")

    async def wait(self, count: int) -> None:
        """Until it was tried so often."""
        async with asyncio.timeout(20):
            while len(self.tries) < count:
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def running(
    postgres: EmbeddedPostgres, *kinds: JobKind, begin: Callable[[JobRunner], Any] | None = None, **more: Any
) -> AsyncIterator[JobRunner]:
    runner = JobRunner(lambda: open_connection(postgres.dsn), **more)
    for kind in kinds:
        runner.declare(kind)
    if begin is not None:
        begin(runner)
    await runner.start()
    try:
        yield runner
    finally:
        await runner.close()


async def put(pool: asyncpg.Pool, *jobs: NewJob) -> int:
    async with pool.acquire() as connection:
        return await enqueue(connection, *jobs)


async def empty(pool: asyncpg.Pool) -> None:
    """Until no job waits or runs: the library notes what was done a moment later."""
    async with asyncio.timeout(20):
        while await pool.fetchval(_OPEN):  # noqa: ASYNC110 - the library tells nobody of it
            await asyncio.sleep(0.02)
