"""What tells of stored events: the feed for those who watch, the relay and the jobs of webhooks; and what is
thrown away of both."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from cli.serving.database import Stored
from mediaserver.config import Settings
from mediaserver.fetching.protocols import Fetcher
from mediaserver.jobs.kinds import JobTry
from mediaserver.jobs.runner import JobRunner
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage.outbox import table
from mediaserver.storage.outbox.feed import EventFeed
from mediaserver.webhooks import deliveries
from mediaserver.webhooks.delivering import WebhookSender
from mediaserver.webhooks.relay import WebhookRelay

SWEPT = 5000
"""Rows that are thrown away at a time."""
TIDY = "events.tidy"


def kept_days(wanted: float, retention: RetentionSettings) -> float:
    """Events repeat what calls leave behind: they are kept no longer than any of it."""
    of_calls = (
        retention.transcripts_days, retention.events_days, retention.messages_days, retention.calls_days,
    )  # fmt: skip
    return min(wanted, *(days or wanted for days in of_calls))


async def open_webhooks(
    settings: Settings,
    database: Stored,
    fetcher: Fetcher,
    for_keys: Fetcher,
    feed: EventFeed,
    jobs: JobRunner,
    undo: AsyncExitStack,
) -> WebhookSender:
    """Before the jobs are started. `for_keys`: who sends to the endpoints of keys. Raises what the database
    does."""
    sender = WebhookSender(database.pool, fetcher, for_keys, database.sealer, settings.webhooks)
    await sender.look()

    async def tidy(job: JobTry) -> None:
        now = datetime.now(UTC)
        days = kept_days(settings.events.keep_days, settings.retention)
        while await table.sweep(database.pool, now - timedelta(days=days), SWEPT) == SWEPT:
            pass
        days = kept_days(settings.webhooks.keep_days, settings.retention)
        while await deliveries.sweep(database.pool, now - timedelta(days=days), SWEPT) == SWEPT:
            pass
        await sender.look()

    jobs.declare(sender.kind())
    jobs.every(TIDY, "47 * * * *", tidy)
    relay = WebhookRelay(database.pool, feed)
    undo.push_async_callback(relay.close)
    relay.start()
    return sender
