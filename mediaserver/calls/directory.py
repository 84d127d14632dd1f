"""The tables `agents` and `routes` in memory, for whoever must know at once who answers.

Nothing here waits for the database or fails with it: what is asked is the last snapshot that it gave.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime

import asyncpg

from mediaserver.calls.routes import AgentSpec, Check, Resolution, Routes, RouteTable, sound
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import DatabaseError
from mediaserver.storage import agents as tables
from mediaserver.storage.sql import Row

log = logging.getLogger(__name__)

POLL_S = 5.0
"""Beside the database's notifications, which get lost behind some connection poolers."""
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 2.0

TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, DatabaseError)


class Directory(Routes):
    """Follows the tables over a connection of its own; `resolve` and `agent` may be asked at any time."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        extensions: Collection[str] = (),
        *,
        poll_s: float = POLL_S,
        on_change: Callable[[], None] | None = None,
        check: Check = sound,
    ) -> None:
        """`extensions`: user names of phones that may register. `on_change`: told after each new snapshot.
        `check`: see `RouteTable`."""
        self._connect = connect
        self._extensions = extensions
        self._poll_s = poll_s
        self._on_change = on_change
        self._check = check
        self._table = RouteTable(extensions=extensions)
        self._read: tuple[list[Row], list[Row]] | None = None
        self._stale = False
        self._fault = ""
        """Why the tables that could be reached could not be taken over."""
        self._connection: asyncpg.Connection | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read the tables, then follow them. Whatever stands in them is a finding at most; raises
        DatabaseError when they cannot be reached."""
        changed = None
        try:
            changed = await self._listen()
        except TROUBLE as error:
            self._hang_up()
            raise DatabaseError(f"cannot read agents and routes: {_short(error)}") from None
        except Exception as error:
            self._failed(error)
        self._task = asyncio.create_task(self._follow(changed), name="directory")

    async def close(self) -> None:
        """Follow no more; what is known stays. Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._hang_up()

    def resolve(self, dialled: str, now: datetime) -> Resolution:
        return self._table.resolve(dialled, now)

    def agent(self, name: str) -> AgentSpec | None:
        return self._table.agent(name)

    def agents(self) -> list[AgentSpec]:
        """All that make sense, by name."""
        return list(self._table.agents.values())

    def findings(self) -> list[Finding]:
        """How fresh the snapshot is, and each row that makes no sense."""
        detail, mend = f"{len(self._table.agents)} agents", ""
        if self._fault:
            detail += f", maybe not as the tables say: {self._fault}"
            mend = "correct the row that was changed last; the log says more"
        elif self._stale:
            detail += ", as they were before the database went away"
            mend = "start PostgreSQL; calls go by what was known last"
        own = Finding("directory", not mend, detail, mend, required=False)
        return [own, *self._table.findings()]

    async def _follow(self, changed: asyncio.Event | None) -> None:
        """`changed`: of a connection that listens; None: the tables could not be read yet."""
        while True:
            try:
                while changed is not None:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), self._poll_s)
                    changed.clear()
                    await self._load()
            except TROUBLE as error:
                log.warning("agents and routes stay as they are: %s", _short(error))
            except Exception as error:  # whatever a row makes fail, later changes are to be read
                self._failed(error)
            self._stale = True
            if self._fault:
                await asyncio.sleep(self._poll_s)
            changed = await self._again()

    async def _again(self) -> asyncio.Event:
        """Connect until it succeeds."""
        delay = FIRST_DELAY_S
        while True:
            self._hang_up()
            try:
                return await self._listen()
            except TROUBLE:
                pass  # said already
            except Exception as error:
                self._failed(error)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY_S)

    async def _listen(self) -> asyncio.Event:
        """Connect, listen, read. The event is set when there may be something new."""
        changed = asyncio.Event()
        connection = self._connection = await self._connect()
        connection.add_termination_listener(lambda _: changed.set())
        await connection.add_listener(tables.CHANNEL, lambda *_: changed.set())
        await self._load()
        return changed

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _load(self) -> None:
        connection = self._connection
        if connection is None:
            return
        # One snapshot for both: a route must not be read without the agent that was made with it.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            read = await tables.all_agents(connection), await tables.all_routes(connection)
        if read != self._read:
            self._take(*read)
        self._stale, self._fault = False, ""

    def _take(self, agents: list[Row], routes: list[Row]) -> None:
        self._table = RouteTable(agents, routes, self._extensions, self._check)
        for finding in self._table.findings():
            log.warning("%s: %s", finding.name, finding.detail)
        if self._on_change is not None:
            self._on_change()
        self._read = agents, routes

    def _failed(self, error: Exception) -> None:
        log.error("agents and routes stay as they are", exc_info=error)
        self._fault = f"{type(error).__name__}: {_short(error)}"


def _short(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:500]
