"""Whoever asks in tests of what one key sees of another's: said by a header, in the place of a guard."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler

from api.access.asker import ASKER, OPERATOR, Asker, How
from api.access.scopes import Scope
from api.context import CONTEXT, ApiContext
from api.routing.serving import serve_routes
from api.telephony.tables import TELEPHONY
from api.tidy import tidy
from tests.api.keys import made_up_key

ANN, BOB = UUID(int=1), UUID(int=2)
CALLERS_SCOPES = frozenset({Scope.CALLS_READ, Scope.CALLS_WRITE, Scope.CALLS_LISTEN})

Client = TestClient[web.Request, web.Application]


@web.middleware
async def as_said(request: web.Request, handler: Handler) -> web.StreamResponse:
    name = request.headers.get("X-Key", "operator")
    scopes = frozenset(Scope(each) for each in request.headers.get("X-Scopes", "").split()) or CALLERS_SCOPES
    key = {"ann": ANN, "bob": BOB}.get(name)
    how = How.TOKEN if key is None else How.KEY
    request[ASKER] = Asker(key, name, OPERATOR if key is None else scopes, how)
    return await handler(request)


async def known(pool: object, keys: Iterable[UUID] = (ANN, BOB)) -> None:
    """Put keys into the database."""
    for key in keys:
        await pool.execute(  # type: ignore[attr-defined]
            "insert into api_keys (id, name, prefix, hash, scopes) values ($1, $2, 'vf_x', $3, '{}')",
            key, f"key {key.int}", key.bytes * 2,
        )  # fmt: skip


def keyed(context: ApiContext) -> Client:
    """The routes of calls for whoever the header X-Key names."""
    app = web.Application(middlewares=[tidy, as_said])
    app[CONTEXT] = context
    for owner in (ANN, BOB):
        made_up_key(context, *CALLERS_SCOPES, id=owner)
    serve_routes(app, TELEPHONY)
    return TestClient(TestServer(app))
