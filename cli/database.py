"""The server's database for a command that runs beside the server, or without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from mediaserver.config import Settings
from mediaserver.storage.kms import KmsCommand
from mediaserver.storage.migrations import migrate
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.sealing import Sealer, open_sealer


def sealer_of(settings: Settings) -> Sealer:
    """Opens and seals what is secret in the database. Blocks. Raises StartupError."""
    secrets = settings.secrets
    kms = KmsCommand(secrets.kms_command, secrets.kms_timeout_s) if secrets.kms_command else None
    return open_sealer(settings.data, kms)


class InTurn:
    """A connection for several who ask at once, as a pool would be: asyncpg refuses that of one."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    async def execute(self, query: str, *args: Any) -> str:
        async with self._lock:
            status: str = await self._connection.execute(query, *args)
            return status

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        async with self._lock:
            rows: list[Any] = await self._connection.fetch(query, *args)
            return rows

    async def fetchrow(self, query: str, *args: Any) -> Any:
        async with self._lock:
            return await self._connection.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        async with self._lock:
            return await self._connection.fetchval(query, *args)


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
