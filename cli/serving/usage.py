"""Keeps what was counted, and no longer than it is needed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import asyncpg

from api.request_tally import RequestTally
from mediaserver.jobs.kinds import JobTry
from mediaserver.jobs.runner import JobRunner
from mediaserver.metrics import Metrics
from mediaserver.storage import usage
from mediaserver.storage.records import Sink

FORGETTING = "usage.forget"
MOST = 5_000
"""Counts in one statement: what is written meanwhile does not wait for it."""


def keep_requests(requests: RequestTally, sink: Sink, undo: AsyncExitStack) -> None:
    """What keys asked for is kept now and then, and at the end."""
    keeping = asyncio.create_task(requests.run(sink), name="requests")

    async def close() -> None:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        requests.keep(sink)

    undo.push_async_callback(close)


def forget_counts(jobs: JobRunner, pool: asyncpg.Pool) -> None:
    """Single counts go once they are old; the days that they were added to stay."""

    async def forget(job: JobTry) -> None:
        before = datetime.now(UTC) - timedelta(days=usage.KEPT_DAYS)
        while await usage.forget(pool, before, MOST) == MOST:
            pass

    jobs.every(FORGETTING, "40 3 * * *", forget)


def watch_jobs(jobs: JobRunner, metrics: Metrics) -> None:
    """The queue, as the runner saw it last; asked for only when somebody reads the metrics."""
    metrics.watch("jobs_waiting", "Jobs that wait, also for their time", lambda: jobs.state.waiting)
    metrics.watch("jobs_running", "Jobs that are being done", lambda: jobs.state.running)
    metrics.watch("jobs_late_seconds", "How long the oldest job that is due waits", lambda: jobs.state.late_s)
    metrics.watch(
        "jobs_failed_kept", "Jobs that failed for good and are kept", lambda: sum(jobs.state.failed.values())
    )
