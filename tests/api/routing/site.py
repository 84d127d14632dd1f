"""An application of a few routes, for tests of how routes are served."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from api.context import CONTEXT, ApiContext
from api.cors import cors, let_read
from api.routing.serving import serve_routes
from api.routing.table import ApiRoutes
from api.tidy import tidy
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics

Client = TestClient[web.Request, web.Application]


@asynccontextmanager
async def site(tables: Iterable[ApiRoutes], **http: object) -> AsyncIterator[Client]:
    """Their routes without a guard. `http`: settings."""
    app = web.Application(middlewares=[tidy, cors])
    app.on_response_prepare.append(let_read)
    app[CONTEXT] = ApiContext(load(None, {"http": http}), Health(), Metrics())
    serve_routes(app, tables)
    async with TestClient(TestServer(app)) as client:
        yield client
