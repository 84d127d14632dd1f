"""The server's database for a command that runs beside the server, or without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from mediaserver.config import Settings
from mediaserver.storage.migrations import migrate
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection


@asynccontextmanager
async def server_database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database in its newest form. The embedded one is joined where it runs, and started
    for the moment where it does not. Raises DatabaseError."""
    url = settings.database.url.get_secret_value()
    embedded = None if url else EmbeddedPostgres(settings.data)
    try:
        connection = await open_connection(await embedded.start() if embedded is not None else url)
        try:
            await migrate(connection)
            yield connection
        finally:
            await connection.close()
    finally:
        if embedded is not None:
            await embedded.stop()
