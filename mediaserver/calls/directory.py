"""The tables `agents`, `routes`, `numbers` and `calendars` in memory, for whoever must
know at once who answers.

Nothing here waits for the database or fails with it: what is asked is the last snapshot that it gave.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import NamedTuple

import asyncpg

from mediaserver.calls.route_index import RouteIndex
from mediaserver.calls.routes import (
    AgentSpec,
    Check,
    Dress,
    Explained,
    Resolution,
    Routes,
    RouteTable,
    sound,
    unchanged,
)
from mediaserver.diagnosis.finding import Finding
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.storage import agents, calendars, numbers, routes
from mediaserver.storage.following import POLL_S, Following
from mediaserver.storage.sql import Database, Row

log = logging.getLogger(__name__)


class DirectoryRows(NamedTuple):
    """All that says who answers, as it was at one moment."""

    agents: list[Row]
    routes: list[Row]
    numbers: list[Row]
    calendars: list[Row]

    @classmethod
    async def of(cls, connection: Database) -> DirectoryRows:
        """As the tables are."""
        return cls(
            await agents.all_agents(connection),
            await routes.all_routes(connection),
            await numbers.all_numbers(connection),
            await calendars.all_calendars(connection),
        )

    def indexed(self, plan: NumberPlan | None = None) -> RouteIndex:
        """See `RouteIndex`."""
        return RouteIndex(self.routes, self.numbers, self.calendars, plan)


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
        plan: NumberPlan | None = None,
        dress: Dress = unchanged,
    ) -> None:
        """`extensions`: user names of phones that may register. `on_change`: told after each new snapshot.
        `check`, `dress`: see `RouteTable`; `plan`: `RouteIndex`."""
        self._dress = dress
        self._extensions = extensions
        self._on_change = on_change
        self._check = check
        self._plan = plan
        self._table = RouteTable(extensions=extensions)
        self._read: tuple[list[Row], RouteIndex] | None = None
        self._state: tuple[object, ...] | None = None
        self._following = Following(connect, self._load, "agents and routes", poll_s)

    async def start(self) -> None:
        """Read the tables, then follow them. Whatever stands in them is a finding at most; raises
        DatabaseError when they cannot be reached."""
        await self._following.start()

    async def close(self) -> None:
        """Follow no more; what is known stays. Idempotent."""
        await self._following.close()

    async def caught_up(self) -> None:
        """See `Following.caught_up`."""
        await self._following.caught_up()

    def resolve(self, dialled: str, now: datetime) -> Resolution:
        return self._table.resolve(dialled, now)

    def explain(self, dialled: str, now: datetime) -> Explained:
        """Who answers, and why."""
        return self._table.explain(dialled, now)

    def fault(self, agent: str) -> str:
        """Why an agent cannot answer; empty when it can, or there is none of that name."""
        return self._table.faults.get(agent, "")

    def route_fault(self, route: int) -> str:
        """Why nobody can go by a route; empty when all is well, or there is none of that id."""
        found = self._table.index.routes.get(route)
        return "" if found is None else found.fault

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
            self.take_over(*self._read)

    async def _load(self, connection: asyncpg.Connection) -> None:
        # One snapshot for all: a route must not be read without the agent that was made with it.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            # Thousands of rows are not to be read beside calls to find that none has changed.
            state = await agents.directory_state(connection)
            if state == self._state:
                return
            read = await DirectoryRows.of(connection)
        index = await asyncio.to_thread(read.indexed, self._plan)
        self.take_over(read.agents, index)
        self._state = state

    def take_over(self, rows: list[Row], index: RouteIndex) -> None:
        """These are the agents and routes from now on."""
        self._table = RouteTable(rows, (), self._extensions, self._check, index=index, dress=self._dress)
        for finding in self._table.findings():
            log.warning("%s: %s", finding.name, finding.detail)
        if self._on_change is not None:
            self._on_change()
        self._read = rows, index
