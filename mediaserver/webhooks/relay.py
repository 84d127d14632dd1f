"""From the outbox to deliveries: each event once to each endpoint that wants it.

The cursor, the deliveries and their jobs are one transaction, and one server at a time holds the cursor: a
server that dies in the middle leaves nothing half done, and another goes on.
"""

from __future__ import annotations

import asyncio
import logging

import asyncpg

from mediaserver.storage.outbox import table
from mediaserver.storage.outbox.feed import TROUBLE, EventFeed
from mediaserver.storage.outbox.table import EventFilter
from mediaserver.webhooks import deliveries, endpoints

log = logging.getLogger(__name__)

BATCH = 200
SKIPPED = 1000
"""Numbers after which the cursor is moved though nobody wants anything: that is a write for each event."""
AGAIN_S = 1.0
"""After trouble, or while another server holds the cursor."""
_ALL = EventFilter(everything=True)


class WebhookRelay:
    """One for a server."""

    def __init__(self, pool: asyncpg.Pool, feed: EventFeed) -> None:
        self._pool = pool
        self._feed = feed
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="webhook relay")

    async def close(self) -> None:
        """Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def step(self) -> int | None:
        """Make the deliveries of the next events; returns up to which number that is done, None while another
        server does it."""
        async with self._pool.acquire(timeout=5) as connection, connection.transaction():
            at = await connection.fetchval("select seq from webhook_cursor for update skip locked")
            if at is None:
                return None
            wanting = await endpoints.wanting(connection)
            head = await table.head(connection)
            if head < at:
                return int(at)
            if not wanting:
                upto = head
            else:
                # What happened before the oldest endpoint was there is nobody's.
                at = max(at, min(head, min(endpoint.since for endpoint in wanting)))
                events, upto = await table.after(connection, at, head, BATCH, _ALL, held=True)
                made = [
                    (endpoint.id, event)
                    for event in events
                    for endpoint in wanting
                    if event.seq > endpoint.since and endpoint.filter.lets(event)
                ]
                await deliveries.make(connection, made)
            if wanting or upto - at >= SKIPPED:
                await connection.execute("update webhook_cursor set seq = $1", upto)
            return upto

    async def _run(self) -> None:
        at = 0
        while await self._feed.beyond(at):
            try:
                done = await self.step()
            except TROUBLE as error:
                log.debug("webhooks wait: %s", error)  # the feed says what is wrong
                done = None
            except Exception:
                log.exception("webhooks wait")
                done = None
            if done is None:
                await asyncio.sleep(AGAIN_S)
            else:
                at = max(at, done)
