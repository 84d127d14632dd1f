"""A server's name is its own in the database, too: a copied data folder has the name of the one it was copied
from, whose live calls its start would otherwise close."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol
from uuid import UUID

import asyncpg

TRIES = 5
TRY_AGAIN_S = 0.1
"""The database notices a moment later that the process which had the name before has died."""


class Name(Protocol):
    id: UUID

    def renew(self) -> None:
        """Take another id."""


class NameLock:
    """An advisory lock of the database on the name, held by a connection of its own. Behind a pooler that
    shares sessions it protects nothing, and costs nothing either."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], name: Name) -> None:
        self._connect = connect
        self._name = name
        self._connection: asyncpg.Connection | None = None

    async def take(self) -> None:
        """Renew a name that a living server holds, until it is ours alone. Raises what the database does."""
        self._connection = await self._connect()
        for _ in range(TRIES):
            if await self._locked():
                return
            await asyncio.sleep(TRY_AGAIN_S)
        while not await self._locked():
            self._name.renew()

    async def keep(self) -> None:
        """Take it again when the database had gone away. Raises what the database does."""
        if self._connection is not None and self._connection.is_closed():
            self._connection = await self._connect()
            await self._locked()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _locked(self) -> bool:
        assert self._connection is not None
        key = int.from_bytes(self._name.id.bytes[:8], "big", signed=True)
        locked: bool = await self._connection.fetchval("select pg_try_advisory_lock($1)", key)
        return locked
