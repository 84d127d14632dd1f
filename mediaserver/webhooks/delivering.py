"""One try at a delivery: signed, sent through the guarded client, and what comes of it."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import FetchError, FetchFault, SealError
from mediaserver.fetching.protocols import Fetcher
from mediaserver.fetching.request import FetchRequest
from mediaserver.jobs.kinds import JobKind, JobPutOff, JobTry, back_off_s
from mediaserver.settings.webhooks import WebhooksSettings
from mediaserver.storage.outbox.table import append
from mediaserver.storage.outbox.telling import OutboxEntry
from mediaserver.storage.sealing import Sealer
from mediaserver.webhooks import deliveries, endpoints
from mediaserver.webhooks.deliveries import JOB, WebhookDelivery
from mediaserver.webhooks.signing import signed_headers

log = logging.getLogger(__name__)

AT_ONCE_EACH = 4
"""Deliveries to one endpoint at a time, of one server: a slow one does not keep the places of others."""
ASIDE_S = 1.0
"""A delivery that finds these taken comes again so much later."""
AWAY_S = 15.0
"""Likewise one to a host that is not asked at all now, or while we have too much to fetch."""
GONE = 410
DAY_S = 86_400.0


class WebhookSender:
    """Does the jobs of deliveries."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        fetcher: Fetcher,
        for_keys: Fetcher,
        sealer: Sealer,
        settings: WebhooksSettings,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`fetcher`: sends to the operator's endpoints; `for_keys`: to those of keys."""
        self._pool = pool
        self._fetcher = fetcher
        self._for_keys = for_keys
        self._sealer = sealer
        self._settings = settings
        self._wall = wall
        self._busy: Counter[UUID] = Counter()
        self._disabled = 0

    def kind(self) -> JobKind:
        """What the runner is to do. Its own tries are for faults of ours, as a database that is away;
        those of deliveries are counted with them."""
        return JobKind(JOB, self.deliver, within_s=60.0, tries=100, longest_delay_s=60.0)

    async def look(self) -> None:
        """See how many endpoints are switched off; for `findings`."""
        self._disabled = await endpoints.disabled(self._pool)

    def findings(self) -> list[Finding]:
        if not self._disabled:
            return []
        detail = f"{self._disabled} webhooks were switched off, since nothing reached them for days"
        mend = "see `fault` in /api/webhooks; mend the endpoint and set `active`, then replay what is dead"
        return [Finding("webhooks", False, detail, mend, required=False)]

    async def deliver(self, job: JobTry) -> None:
        """Raises JobPutOff to be tried again."""
        delivery = await deliveries.waiting(self._pool, UUID(job.payload["delivery"]))
        if delivery is None:
            return
        if not delivery.wanted:
            await deliveries.tried(
                self._pool, delivery.id, "dead", None, "the endpoint is switched off", None
            )
            return
        if self._busy[delivery.webhook_id] >= AT_ONCE_EACH:
            raise JobPutOff(back_off_s(1, ASIDE_S, ASIDE_S), "others go to this endpoint now")
        self._busy[delivery.webhook_id] += 1
        try:
            await self._try(delivery)
        finally:
            self._busy[delivery.webhook_id] -= 1
            if not self._busy[delivery.webhook_id]:
                del self._busy[delivery.webhook_id]

    async def _try(self, delivery: WebhookDelivery) -> None:
        try:
            fetcher = self._fetcher if delivery.owner is None else self._for_keys
            answer = await fetcher.fetch(self._request(delivery))
        except FetchError as error:
            if error.kind in (FetchFault.CIRCUIT_OPEN, FetchFault.BUSY):
                await self._failing(delivery, str(error))
                raise JobPutOff(back_off_s(1, AWAY_S, AWAY_S), str(error)) from None
            await self._failed(delivery, None, str(error), None, 0.0)
        except SealError as error:
            await self._failed(delivery, None, str(error), None, 0.0)
        else:
            if answer.ok:
                await self._delivered(delivery, answer.status, answer.elapsed_ms)
                return
            said = f"it answered {answer.status}"
            wait_s = _asked_s(answer.headers.get("retry-after", ""))
            took = answer.elapsed_ms
            await self._failed(delivery, answer.status, said, took, wait_s, gone=answer.status == GONE)

    def _request(self, delivery: WebhookDelivery) -> FetchRequest:
        """Raises SealError."""
        whose = endpoints.sealed_as(delivery.webhook_id)
        sealed = [delivery.secret, *filter(None, [delivery.old_secret])]
        keys = [self._sealer.open(each, whose) for each in sealed]
        return FetchRequest(
            delivery.url,
            "POST",
            signed_headers(str(delivery.id), self._wall(), delivery.body, keys),
            body=delivery.body.encode(),
            content_type="application/json",
            status_only=True,  # what was taken is delivered, whatever the answer goes on to say
            redirects=False,
        )

    async def _delivered(self, delivery: WebhookDelivery, status: int, took_ms: int) -> None:
        async with self._pool.acquire(timeout=5) as connection, connection.transaction():
            await deliveries.tried(connection, delivery.id, "delivered", status, "", took_ms)
            await endpoints.reached(connection, delivery.webhook_id)

    async def _failed(
        self,
        delivery: WebhookDelivery,
        status: int | None,
        fault: str,
        took_ms: int | None,
        wait_s: float,
        *,
        gone: bool = False,
    ) -> None:
        """Raises JobPutOff while tries are left. `wait_s`: that the endpoint asks for. `gone`: it wants no
        more at all."""
        number = delivery.tries + 1
        dead = gone or number >= self._settings.tries
        state = "dead" if dead else "waiting"
        async with self._pool.acquire(timeout=5) as connection, connection.transaction():
            await deliveries.tried(connection, delivery.id, state, status, fault, took_ms)
            await self._count_miss(connection, delivery, fault, gone=gone)
        if not dead:
            usual_s = back_off_s(number, self._settings.first_wait_s, self._settings.longest_wait_s)
            raise JobPutOff(max(usual_s, min(wait_s, self._settings.longest_wait_s)), fault)

    async def _failing(self, delivery: WebhookDelivery, fault: str) -> None:
        """It could not even be tried; that goes on for some time, too."""
        async with self._pool.acquire(timeout=5) as connection, connection.transaction():
            await self._count_miss(connection, delivery, fault, gone=False)

    async def _count_miss(
        self, connection: asyncpg.Connection, delivery: WebhookDelivery, fault: str, *, gone: bool
    ) -> None:
        """The endpoint was not reached; it is switched off when that has gone on for too long."""
        after_s = self._settings.disable_after_days * DAY_S
        off = await endpoints.missed(connection, delivery.webhook_id, fault, after_s, gone=gone)
        if off is None:
            return
        log.warning("the webhook %s is switched off: %s", delivery.webhook_id, fault)
        self._disabled += 1
        data = {
            "id": str(delivery.webhook_id), "url": off["url"], "fault": fault,
            "failing_since": off["failing_since"].isoformat(),
        }  # fmt: skip
        await append(
            connection, [OutboxEntry("webhook.disabled", None, json.dumps(data), owner=off["owner"])]
        )


def _asked_s(retry_after: str) -> float:
    """Retry-After in seconds; 0: none that we read."""
    return (
        float(retry_after)
        if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9
        else 0.0
    )
