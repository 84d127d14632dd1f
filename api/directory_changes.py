"""Changes of what says who answers: agents, routes, numbers, calendars."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from aiohttp import web

from api.context import CONTEXT


@asynccontextmanager
async def changing_directory(request: web.Request) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
    """A transaction. Once it is committed this server goes by it before the request is answered: whoever adds
    an agent and places a call for it at once has one. Other servers follow within moments."""
    context = request.app[CONTEXT]
    async with context.database.acquire() as connection, connection.transaction():
        yield connection
    if context.directory is not None:
        await context.directory.caught_up()
