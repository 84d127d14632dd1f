"""What is counted is kept no longer than it is needed, and the queue of jobs is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from cli.serving import usage as serving
from mediaserver.jobs.kinds import JobTry
from mediaserver.jobs.runner import JobRunner
from mediaserver.metrics import Metrics
from mediaserver.storage.records import UsageCounted, UsageKind
from mediaserver.storage.saving import save

KEY = UUID(int=1)
NOW = UsageCounted(uuid4(), datetime.now(UTC), KEY, UsageKind.CALLS, 1.0)


class Calendar(JobRunner):
    """Keeps what is to be done again and again, and never does it."""

    def __init__(self) -> None:
        async def nowhere() -> asyncpg.Connection:
            raise AssertionError

        self.works: dict[str, object] = {}
        super().__init__(nowhere)

    def every(self, name: str, cron: str, work: object, **more: object) -> None:
        self.works[name] = work


async def test_old_counts_are_forgotten_in_small_parts(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MOST", 2)
    for days in (0, 39, 41, 42, 43, 44):
        await save(pool, replace(NOW, id=uuid4(), at=NOW.at - timedelta(days=days)))
    calendar = Calendar()
    serving.forget_counts(calendar, pool)
    work = calendar.works[serving.FORGETTING]
    assert callable(work)
    await work(JobTry(1, {}, 1))
    assert await pool.fetchval("select count(*) from usage_counts") == 2
    assert await pool.fetchval("select sum(amount) from usage_days") == 6


async def test_the_queue_of_jobs_is_shown() -> None:
    metrics = Metrics()
    serving.watch_jobs(Calendar(), metrics)
    assert "voiceforge_jobs_late_seconds 0.0" in metrics.render().decode()
