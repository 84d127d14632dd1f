"""What only one of the servers that share a database does at a time.

An advisory lock says who: it is held by a transaction that stays open, so that it ends with its connection. A
server that dies loses it by itself, one whose machine is gone within half a minute; and it holds behind a
pooler that shares sessions. Nothing is written, and no row keeps PostgreSQL from cleaning up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import asyncpg

from mediaserver.errors import DatabaseError

BEAT_S = 5.0
"""Between looks whether the connection stands; signs of life for what is between us and the database, too."""
AGAIN_S = 0.5
"""Between tries to hold it again once the connection is lost."""
GIVES_WAY_S = 15.0
"""After the database was away for all, who waits leaves it to the one that had it."""

_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, DatabaseError)
_SET = """
set local idle_in_transaction_session_timeout = 0;
set local tcp_keepalives_idle = 10;
set local tcp_keepalives_interval = 5;
set local tcp_keepalives_count = 3;
"""
_LOCK = "select pg_try_advisory_xact_lock(hashtextextended('claim ' || $1, 0))"


class SoleClaim(Protocol):
    """On one thing, by one server."""

    async def take(self) -> bool:
        """Try to have it. False: another has. Raises DatabaseError."""

    async def lost(self) -> None:
        """Returns once another has what was ours. While the database is away nobody can take it: it stays
        ours."""

    def release(self) -> None:
        """Idempotent."""


class DatabaseClaim:
    """Implements SoleClaim. It has a connection of its own from the first try on."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], what: str) -> None:
        """`what`: the same on all servers."""
        self._connect = connect
        self._what = what
        self._connection: asyncpg.Connection | None = None
        self._closed = asyncio.Event()
        self._not_before = 0.0

    async def take(self) -> bool:
        now = asyncio.get_running_loop().time()
        if self._connection is not None and self._connection.is_closed():
            self.release()
            self._not_before = now + GIVES_WAY_S
        if now < self._not_before:
            return False
        try:
            return await self._locked()
        except _TROUBLE as error:
            self.release()
            raise DatabaseError(f"the database is away: {' '.join(str(error).split())}") from None

    async def lost(self) -> None:
        while True:
            try:
                if self._connection is None or self._connection.is_closed():
                    if not await self._locked():
                        return
                else:
                    await self._connection.execute("select 1")
            except _TROUBLE:
                self.release()
                await asyncio.sleep(AGAIN_S)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await self._closed.wait()

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _locked(self) -> bool:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
            closed = self._closed = asyncio.Event()
            self._connection.add_termination_listener(lambda _: closed.set())
        connection = self._connection
        await connection.execute("begin")
        if await connection.fetchval(_LOCK, self._what):
            # Behind the lock: it also ends that query's portal, whose snapshot would hold up cleaning.
            await connection.execute(_SET)
            return True
        await connection.execute("rollback")
        return False
