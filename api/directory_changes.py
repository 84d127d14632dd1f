"""Changes of what this server follows: agents, routes, numbers, calendars; trunks; flows, their secrets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
from aiohttp import web

from api.context import CONTEXT
from mediaserver.storage.following import CatchesUp


def changing_directory(
    request: web.Request,
) -> AbstractAsyncContextManager[asyncpg.pool.PoolConnectionProxy]:
    """See `changing_followed`: agents, routes, numbers and calendars."""
    return changing_followed(request, request.app[CONTEXT].directory)


def changing_flows(request: web.Request) -> AbstractAsyncContextManager[asyncpg.pool.PoolConnectionProxy]:
    """See `changing_followed`: flows and their secrets."""
    return changing_followed(request, request.app[CONTEXT].flows)


@asynccontextmanager
async def changing_followed(
    request: web.Request, follower: CatchesUp | None
) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
    """A transaction. Once it is committed this server goes by it before the request is answered: whoever adds
    an agent and places a call for it at once has one. Other servers follow within moments. `follower`: who
    follows the tables here; None while the server is starting."""
    async with request.app[CONTEXT].database.acquire() as connection, connection.transaction():
        yield connection
    if follower is not None:
        await follower.caught_up()
