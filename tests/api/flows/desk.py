"""The routes of flows over a real database, asked by keys that need not be proved."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler

from api.access.asker import ASKER, OPERATOR, Asker, How
from api.access.scopes import Scope
from api.context import CONTEXT, ApiContext
from api.flows.tables import FLOW_TABLES
from api.routing.serving import route_of, serve_routes
from api.tidy import tidy
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from tests.api.keys import stored_key

FLOWS = "/api/flows"
ASKS = "X-Who-Asks"
WRITES = frozenset({Scope.FLOWS_READ, Scope.FLOWS_WRITE})


def desk_document(text: str = "Welcome.", name: str = "desk", **more: Any) -> dict[str, Any]:
    """A flow that says one thing and ends."""
    return {
        "format": 1,
        "name": name,
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "hello", "type": "say", "text": text},
            {"id": "end", "type": "end_call", "text": "Goodbye."},
        ],
        "edges": [
            {"type": "next", "source": "start", "target": "hello"},
            {"type": "next", "source": "hello", "target": "end"},
        ],
    } | more


BROKEN = desk_document(edges=[{"type": "next", "source": "start", "target": "nowhere"}])
"""A draft: it leads to a node that is not there."""


class FlowDesk:
    """`ask(who, ...)`: `who` is a key's name, or 'operator'."""

    def __init__(self, client: TestClient[Any, Any], context: ApiContext, pool: asyncpg.Pool) -> None:
        self.client = client
        self.context = context
        self.pool = pool

    async def ask(self, who: str, method: str, path: str = "", content: Any = None, **query: Any) -> Any:
        """Status and JSON (None: nothing came)."""
        body = None if content is None else io.BytesIO(json.dumps(content).encode())
        headers = {ASKS: who} | ({} if content is None else {"Content-Type": "application/json"})
        response = await self.client.request(
            method, f"{FLOWS}{path}", data=body, params=query, headers=headers
        )
        text = await response.text()
        return response.status, (await response.json() if text else None)

    async def done(self, who: str, method: str, path: str = "", content: Any = None, **query: Any) -> Any:
        """What a success answers."""
        status, found = await self.ask(who, method, path, content, **query)
        assert status < 300, (status, found)
        return found


@asynccontextmanager
async def flow_desk(
    pool: asyncpg.Pool, *, shared: Mapping[str, Any] | None = None, **more: Any
) -> AsyncIterator[FlowDesk]:
    """`shared`: what the operator lends, as the settings have it. `more`: fields of the context."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        who = request.headers.get(ASKS, "operator")
        request[ASKER] = (
            Asker(None, "operator", OPERATOR, How.TOKEN)
            if who == "operator"
            else Asker(keys[who], who, WRITES, How.KEY)
        )
        route = route_of(request)
        if route is not None and route.scope is not None and not request[ASKER].may(route.scope):
            raise web.HTTPForbidden(reason="It lacks the scope.")
        return await handler(request)

    app = web.Application(middlewares=[tidy, guard])
    context = app[CONTEXT] = ApiContext(load(None, {"shared": shared or {}}), Health(), Metrics(), pool=pool)
    for name, value in more.items():
        setattr(context, name, value)
    serve_routes(app, FLOW_TABLES)
    keys = {name: (await stored_key(context, pool, WRITES, name))[0].id for name in ("ann", "bob")}
    async with TestClient(TestServer(app)) as client:
        yield FlowDesk(client, context, pool)
