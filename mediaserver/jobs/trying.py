"""One try at a job, between the library and the work: its time, its end, what becomes of it when it fails."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import timedelta

from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job

from mediaserver.jobs.kinds import JobKind, JobPutOff, JobTry

log = logging.getLogger(__name__)


class Tries:
    """The tries that run, for whoever has to end them."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def begin(self, kind: JobKind, job: JobTry) -> asyncio.Task[None]:
        task = asyncio.create_task(_bounded(kind, job), name=f"job {kind.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def stop(self) -> None:
        """Cancel all: they go back into the queue."""
        for task in self._running:
            task.cancel()


class TryExecutor(AbstractEntrypointExecutor):
    """What the library calls for each job that it has taken.

    It must never see a cancelled job: it takes that for one that nobody wants any more, and deletes it.
    """

    def __init__(self, kind: JobKind, tries: Tries, count: Callable[[str, str], None]) -> None:
        """`count`: told of each try by the job's name and what came of it: done, again, failed."""
        super().__init__(
            EntrypointExecutorParameters(
                concurrency_limit=kind.at_once, func=self._never, accepts_context=True, on_failure="hold"
            )
        )
        self._kind = kind
        self._tries = tries
        self._count = count

    async def execute(self, job: Job, context: Context) -> None:
        """Raises RetryRequested to have it tried again; anything else means that it has failed for good."""
        kind, number = self._kind, job.attempts + 1
        task = self._tries.begin(kind, JobTry(job.id, json.loads(job.payload or b"{}"), number))
        await asyncio.wait({task})
        if task.cancelled():
            self._count(kind.name, "again")
            raise RetryRequested(timedelta(0), "its server was stopped")
        error = task.exception()
        if error is None:
            self._count(kind.name, "done")
        elif isinstance(error, JobPutOff):
            self._count(kind.name, "again")
            raise RetryRequested(timedelta(seconds=error.after_s), str(error))
        elif number < kind.tries:
            self._count(kind.name, "again")
            delay = kind.delay_s(number)
            log.warning("the job %s failed (%s); again in %.0f s", kind.name, _short(error), delay)
            raise RetryRequested(timedelta(seconds=delay), _short(error))
        else:
            self._count(kind.name, "failed")
            raise error

    async def _never(self, job: Job, context: Context) -> None:
        """The library wants a function; `execute` calls none."""


async def _bounded(kind: JobKind, job: JobTry) -> None:
    async with asyncio.timeout(kind.within_s):
        await kind.work(job)


def _short(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:500]
