"""The tables `agents` and `routes` in memory, for whoever must know at once who answers.

Nothing here waits for the database or fails with it: what is asked is the last snapshot that it gave.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

import asyncpg

from mediaserver.calls.routes import AgentSpec, Check, Resolution, Routes, RouteTable, sound
from mediaserver.diagnosis.finding import Finding
from mediaserver.storage import agents as tables
from mediaserver.storage.following import POLL_S, Following
from mediaserver.storage.sql import Row

log = logging.getLogger(__name__)


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
        self._extensions = extensions
        self._on_change = on_change
        self._check = check
        self._table = RouteTable(extensions=extensions)
        self._read: tuple[list[Row], list[Row]] | None = None
        self._following = Following(connect, self._load, "agents and routes", poll_s)

    async def start(self) -> None:
        """Read the tables, then follow them. Whatever stands in them is a finding at most; raises
        DatabaseError when they cannot be reached."""
        await self._following.start()

    async def close(self) -> None:
        """Follow no more; what is known stays. Idempotent."""
        await self._following.close()

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
        if self._following.fault:
            detail += f", maybe not as the tables say: {self._following.fault}"
            mend = "correct the row that was changed last; the log says more"
        elif self._following.stale:
            detail += ", as they were before the database went away"
            mend = "start PostgreSQL; calls go by what was known last"
        own = Finding("directory", not mend, detail, mend, required=False)
        return [own, *self._table.findings()]

    def recheck(self) -> None:
        """What the rows name beside each other (a flow) has changed: look at them again."""
        if self._read is not None:
            self._take(*self._read)

    async def _load(self, connection: asyncpg.Connection) -> None:
        # One snapshot for both: a route must not be read without the agent that was made with it.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            read = await tables.all_agents(connection), await tables.all_routes(connection)
        if read != self._read:
            self._take(*read)

    def _take(self, agents: list[Row], routes: list[Row]) -> None:
        self._table = RouteTable(agents, routes, self._extensions, self._check)
        for finding in self._table.findings():
            log.warning("%s: %s", finding.name, finding.detail)
        if self._on_change is not None:
            self._on_change()
        self._read = agents, routes
