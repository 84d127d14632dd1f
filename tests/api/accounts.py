"""Some routes over the real database, asked by whoever a test says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import asyncpg
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler

from api.access.asker import ASKER, Asker
from api.context import CONTEXT, ApiContext
from api.routing.serving import serve_routes
from api.routing.table import ApiRoutes
from api.tidy import tidy
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics


class Account:
    """`who` asks from now on."""

    def __init__(self, client: TestClient[web.Request, web.Application], context: ApiContext) -> None:
        self.client, self.context = client, context
        self.who: Asker | None = None


@asynccontextmanager
async def account(tables: Iterable[ApiRoutes], pool: asyncpg.Pool) -> AsyncIterator[Account]:
    """Their routes, without what finds out who asks."""
    context = ApiContext(load(None, {}), Health(), Metrics(), pool=pool)

    @web.middleware
    async def known(request: web.Request, handler: Handler) -> web.StreamResponse:
        if made.who is not None:
            request[ASKER] = made.who
        return await handler(request)

    app = web.Application(middlewares=[tidy, known])
    app[CONTEXT] = context
    serve_routes(app, tables)
    async with TestClient(TestServer(app)) as client:
        made = Account(client, context)
        yield made
