"""What sends events to users' endpoints: the relay, the jobs, and what is thrown away."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from cli.serving.database import Stored
from mediaserver.fetching.protocols import Fetcher
from mediaserver.jobs.kinds import JobTry
from mediaserver.jobs.runner import JobRunner
from mediaserver.settings.webhooks import WebhooksSettings
from mediaserver.storage.outbox.feed import EventFeed
from mediaserver.webhooks import deliveries
from mediaserver.webhooks.delivering import WebhookSender
from mediaserver.webhooks.relay import WebhookRelay

SWEPT = 5000
"""Deliveries that are thrown away at a time."""


async def open_webhooks(
    settings: WebhooksSettings,
    database: Stored,
    fetcher: Fetcher,
    feed: EventFeed,
    jobs: JobRunner,
    undo: AsyncExitStack,
) -> WebhookSender:
    """Before the jobs are started. Raises what the database does."""
    sender = WebhookSender(database.pool, fetcher, database.sealer, settings)
    await sender.look()

    async def tidy(job: JobTry) -> None:
        before = datetime.now(UTC) - timedelta(days=settings.keep_days)
        while await deliveries.sweep(database.pool, before, SWEPT) == SWEPT:
            pass
        await sender.look()

    jobs.declare(sender.kind())
    jobs.every("webhook.tidy", "47 * * * *", tidy)
    relay = WebhookRelay(database.pool, feed)
    undo.push_async_callback(relay.close)
    relay.start()
    return sender
