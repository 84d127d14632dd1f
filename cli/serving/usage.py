"""Work beside the calls for what is counted: old counts go, and the queue of such work is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg

from mediaserver.jobs.kinds import JobTry
from mediaserver.jobs.runner import JobRunner
from mediaserver.metrics import Metrics
from mediaserver.storage import usage

FORGETTING = "usage.forget"
MOST = 5_000
"""Counts in one statement: what is written meanwhile does not wait for it."""


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
