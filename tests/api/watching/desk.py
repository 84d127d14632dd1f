"""The routes of events over the real database. Who asks is in a header: the guard has its own tests."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler

from api.access.asker import ASKER, OPERATOR, Asker, How
from api.access.scopes import Scope
from api.context import CONTEXT, ApiContext
from api.routing.serving import serve_routes
from api.routing.table import ApiRoutes
from api.tidy import tidy
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.storage.outbox.feed import EventFeed
from mediaserver.storage.outbox.table import append
from mediaserver.storage.outbox.telling import OutboxEntry
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection

ADMIN = "admin"
Client = TestClient[web.Request, web.Application]


@web.middleware
async def by_header(request: web.Request, handler: Handler) -> web.StreamResponse:
    who = request.headers.get("Authorization", ADMIN)
    key = None if who == ADMIN else UUID(who)
    scopes = OPERATOR if key is None else frozenset(Scope) - {Scope.ADMIN}
    request[ASKER] = Asker(key, who, scopes, How.TOKEN)
    return await handler(request)


class WatchDesk:
    def __init__(self, pool: asyncpg.Pool, postgres: EmbeddedPostgres, *tables: ApiRoutes) -> None:
        self.pool = pool
        self.postgres = postgres
        self.context = ApiContext(load(None, {}), Health(), Metrics(), pool=pool)
        app = web.Application(middlewares=[tidy, by_header])
        app[CONTEXT] = self.context
        serve_routes(app, tables)
        self.client: Client = TestClient(TestServer(app))
        self.feed = EventFeed(lambda: open_connection(postgres.dsn), pool, kept=20)

    async def start(self) -> None:
        await self.feed.start()
        self.context.feed = self.feed
        await self.client.start_server()

    async def stop(self) -> None:
        await self.feed.close()
        await self.client.close()

    async def key(self) -> UUID:
        key = uuid4()
        await self.pool.execute(
            "insert into api_keys (id, name, prefix, hash, scopes) values ($1, 'k', 'vf_', $2, '{}')",
            key, key.bytes * 2,
        )  # fmt: skip
        return key

    async def tell(self, *topics: str, owner: UUID | None = None) -> None:
        """Events with these topics, committed."""
        async with self.pool.acquire() as connection:
            entries = [
                OutboxEntry(topic, None, json.dumps({"n": n}), owner=owner) for n, topic in enumerate(topics)
            ]
            await append(connection, entries)

    async def get(self, path: str, who: object = ADMIN, **query: Any) -> tuple[int, Any]:
        response = await self.client.get(path, params=query, headers={"Authorization": str(who)})
        return response.status, await response.json()


class Withdrawn:
    """Nobody's key is good any more."""

    def still_good(self, who: Asker) -> bool:
        return False


class Sse:
    """A reader of server-sent events, as a browser's."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self.last = ""
        """What a browser would send as Last-Event-ID."""

    async def next(self) -> tuple[str, Any]:
        """The next event and its data."""
        event, data = "", ""
        async with asyncio.timeout(10):
            async for raw in self.response.content:
                line = raw.decode().rstrip("\n")
                name, _, value = line.partition(": ")
                match name:
                    case "id":
                        self.last = value
                    case "event":
                        event = value
                    case "data":
                        data = value
                    case "" if not line and data:
                        return event, json.loads(data)
        raise EOFError

    async def topics(self, count: int) -> list[str]:
        return [(await self.next())[0] for _ in range(count)]
