"""An endpoint as users have them: a real HTTP server that answers as it is told, and checks what it gets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import FetchLimits, GuardedClient
from mediaserver.jobs.runner import JobRunner
from mediaserver.settings.webhooks import WebhooksSettings
from mediaserver.storage.outbox.feed import EventFeed
from mediaserver.storage.outbox.table import append
from mediaserver.storage.outbox.telling import OutboxEntry
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.sealing import Sealer
from mediaserver.webhooks import endpoints
from mediaserver.webhooks.delivering import WebhookSender
from mediaserver.webhooks.relay import WebhookRelay
from mediaserver.webhooks.signing import new_secret
from tests.mediaserver.jobs.running import QUICK

SEALER = Sealer(b"k" * 32)
QUICKLY = WebhooksSettings(tries=4, first_wait_s=0.02, longest_wait_s=0.05)


@dataclass(frozen=True)
class Posted:
    headers: dict[str, str]
    text: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def content(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.text)
        return read

    def checked(self, secret: str) -> None:
        """As an endpoint does it. Raises WebhookVerificationError."""
        Webhook(secret).verify(self.text, self.headers)


class Receiver:
    """Answers with the statuses it is given, then 204; 0: it closes, -1: it hangs."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.statuses: list[int] = []
        self._more = asyncio.Event()
        app = web.Application()
        app.router.add_post("/hook", self._take)
        app.router.add_get("/hook", self._fetched)
        self.body = b""
        """Of its answers."""
        self.fetched = 0
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/hook"))

    async def wait(self, count: int) -> list[Posted]:
        async with asyncio.timeout(20):
            while len(self.posted) < count:
                self._more.clear()
                await self._more.wait()
        return self.posted

    async def _fetched(self, request: web.Request) -> web.Response:
        self.fetched += 1
        return web.Response()

    async def _take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.posted.append(Posted(headers, await request.text()))
        self._more.set()
        status = self.statuses.pop(0) if self.statuses else 204
        if status == -1:
            await asyncio.Event().wait()
        if status == 0:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        where = {"Location": "/hook"} if status in (302, 307) else {}
        return web.Response(status=status, headers=where, body=self.body)


class Sending:
    """All that a server has of it: feed, relay and jobs."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        postgres: EmbeddedPostgres,
        settings: WebhooksSettings,
        rule: AddressRule,
        for_keys: AddressRule | None = None,
    ):
        self.pool = pool
        self.fetcher = GuardedClient(rule, FetchLimits(timeout_s=0.5))
        self.for_keys = GuardedClient(for_keys or rule, FetchLimits(timeout_s=0.5))
        self.feed = EventFeed(lambda: open_connection(postgres.dsn), pool, poll_s=0.2)
        self.relay = WebhookRelay(pool, self.feed)
        self.sender = WebhookSender(pool, self.fetcher, self.for_keys, SEALER, settings)
        self.jobs = JobRunner(lambda: open_connection(postgres.dsn), heartbeat=QUICK, poll=QUICK / 5)
        self.jobs.declare(self.sender.kind())

    async def start(self) -> None:
        await self.feed.start()
        self.relay.start()
        await self.jobs.start()

    async def close(self) -> None:
        await self.jobs.close()
        await self.relay.close()
        await self.feed.close()
        await self.fetcher.close()
        await self.for_keys.close()


LOCAL = AddressRule(["127.0.0.1"])


@asynccontextmanager
async def sending(
    pool: asyncpg.Pool,
    postgres: EmbeddedPostgres,
    settings: WebhooksSettings = QUICKLY,
    rule: AddressRule = LOCAL,
) -> AsyncIterator[Sending]:
    running = Sending(pool, postgres, settings, rule)
    await running.start()
    try:
        yield running
    finally:
        await running.close()


async def endpoint(pool: asyncpg.Pool, url: str, *topics: str, owner: UUID | None = None) -> tuple[UUID, str]:
    """A new one: its id and secret."""
    identity, secret = uuid4(), new_secret()
    row = {
        "id": identity, "owner": owner, "url": url, "topics": list(topics) or ["*"], "description": "",
        "active": True,
    }  # fmt: skip
    await endpoints.add(pool, row, secret, SEALER)
    return identity, secret


async def tell(pool: asyncpg.Pool, *topics: str, owner: UUID | None = None) -> None:
    async with pool.acquire() as connection:
        await append(
            connection,
            [OutboxEntry(t, None, json.dumps({"n": n}), owner=owner) for n, t in enumerate(topics)],
        )


async def states(pool: asyncpg.Pool) -> dict[str, int]:
    rows = await pool.fetch("select state, count(*) as count from webhook_deliveries group by 1")
    return {row["state"]: row["count"] for row in rows}


async def settled(pool: asyncpg.Pool, expected: dict[str, int]) -> None:
    """Wait until deliveries are in these states."""
    found: dict[str, int] = {}
    try:
        async with asyncio.timeout(20):
            while (found := await states(pool)) != expected:  # noqa: ASYNC110 - seen in the table alone
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{found} instead of {expected}") from None
