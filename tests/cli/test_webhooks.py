"""Events and deliveries are kept no longer than what they tell of."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from cli.serving.webhooks import kept_days, open_webhooks
from mediaserver.config import load
from mediaserver.fetching.client import GuardedClient
from mediaserver.jobs.kinds import JobTry
from mediaserver.jobs.runner import JobRunner
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage.outbox.feed import EventFeed
from mediaserver.storage.outbox.table import append
from mediaserver.storage.outbox.telling import OutboxEntry
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from tests.mediaserver.webhooks.receiving import LOCAL, SEALER


@pytest.mark.parametrize(
    ("retention", "days"),
    [
        ({}, 30),
        ({"transcripts_days": 7}, 7),
        ({"calls_days": 90, "messages_days": 40}, 30),
        ({"audit_days": 1}, 30),
    ],
)
def test_events_are_kept_as_long_as_what_they_repeat(retention: dict[str, int], days: int) -> None:
    assert kept_days(30, RetentionSettings(**retention)) == days


async def test_what_is_old_goes_once_an_hour(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> None:
    now = datetime.now(UTC)
    async with pool.acquire() as connection:
        ages = (40, 10, 1)
        await append(connection, [OutboxEntry("turn", None, "{}", now - timedelta(days=age)) for age in ages])
    tidy: dict[str, Any] = {}

    class Noted(JobRunner):
        def every(self, name: str, cron: str, work: Any, **more: Any) -> None:
            tidy[name] = work

    async with AsyncExitStack() as undo:
        feed = EventFeed(lambda: open_connection(postgres.dsn), pool)
        await feed.start()
        undo.push_async_callback(feed.close)
        client = GuardedClient(LOCAL)
        undo.push_async_callback(client.close)
        stored = cast(Any, SimpleNamespace(pool=pool, sealer=SEALER))
        settings = load(None, {"retention": {"transcripts_days": 7}})
        await open_webhooks(settings, stored, client, client, feed, Noted(lambda: open_connection("")), undo)
        await tidy["events.tidy"](JobTry(1, {}, 1))
    assert await pool.fetchval("select count(*) from outbox") == 1
