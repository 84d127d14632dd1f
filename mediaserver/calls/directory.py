"""Who answers which address: the tables `agents` and `routes` and the settings' extensions, in memory.

`resolve` never waits and never fails: it asks the last snapshot that the database gave, be that away or not.
A row that makes no sense refuses its own calls, in words, and touches no other.

    1. a route with exactly this address   2. an extension of the settings   3. a route whose pattern fits
    Among several the lowest priority number goes first, then the longest pattern, then the oldest.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args
from uuid import UUID

import asyncpg

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import DatabaseError
from mediaserver.storage import agents as tables
from mediaserver.storage.sql import Row

log = logging.getLogger(__name__)

POLL_S = 5.0
"""Beside the database's notifications, which get lost behind some connection poolers."""
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 2.0

AgentKind: TypeAlias = Literal["flow", "python", "echo"]
KINDS: tuple[AgentKind, ...] = get_args(AgentKind)
_ENTRY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_NUMBER = re.compile(r"[+*?\d\-.() ]*\d[+*?\d\-.() ]*")
_SEPARATORS = str.maketrans("", "", "-.() ")
"""Visual separators in telephone numbers (:rfc:`3966` section 5.1.1), and the space that people write."""

TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, DatabaseError)


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """A row of `agents` as it was when it was read; a call keeps the one it began with."""

    id: UUID
    name: str
    version: int
    """Goes up with each change of the row."""
    kind: AgentKind
    flow: str = ""
    prompt: str = ""
    entry: str = ""
    """'module:Class' of an agent in Python."""
    voice: str = ""
    """Empty: the settings' own; so for `language`."""
    language: str = ""
    stt: tuple[str, ...] = ()
    """Engines in order of preference; empty: whatever is there. So for `tts` and `llm`."""
    tts: tuple[str, ...] = ()
    llm: tuple[str, ...] = ()
    turn: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """Settings of turn-taking that differ from the usual."""
    recording: bool = True


@dataclass(frozen=True, slots=True)
class ToAgent:
    agent: AgentSpec


@dataclass(frozen=True, slots=True)
class ToExtension:
    extension: str


@dataclass(frozen=True, slots=True)
class Refused:
    code: int
    """SIP status code."""
    why: str
    """For the caller's screen and the log."""


Resolution: TypeAlias = ToAgent | ToExtension | Refused


@dataclass(frozen=True, slots=True)
class Route:
    """A row of `routes`. A pattern with `@` is compared with the whole address, any other with its user part
    or number; `*` stands for any characters, `?` for one."""

    id: int
    pattern: str
    priority: int
    agent: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    @property
    def exact(self) -> bool:
        return not {"*", "?"} & set(self.pattern)

    def holds(self, now: datetime) -> bool:
        """Whether it is in force; `valid_until` is the first moment when it no longer is."""
        return (self.valid_from is None or self.valid_from <= now) and (
            self.valid_until is None or now < self.valid_until
        )


class Snapshot:
    """Both tables at one moment. Never changes."""

    def __init__(self, agents: Iterable[Row] = (), routes: Iterable[Row] = ()) -> None:
        self.agents: dict[str, AgentSpec] = {}
        self.faults: dict[str, str] = {}
        """What is wrong with an agent, by its name."""
        for row in agents:
            if fault := _fault(row):
                self.faults[row["name"]] = fault
            else:
                self.agents[row["name"]] = _spec(row)
        self._exact: dict[str, list[Route]] = {}
        self._patterns: list[tuple[re.Pattern[str], Route]] = []
        for route in sorted((Route(**row) for row in routes), key=_rank):
            pattern = _plain(route.pattern)
            if route.exact:
                self._exact.setdefault(pattern, []).append(route)
            else:
                self._patterns.append((_compiled(pattern), route))

    def exact(self, dialled: str, now: datetime) -> Route | None:
        """The route with this very address."""
        found = (route for form in _forms(dialled) for route in self._exact.get(form, ()) if route.holds(now))
        return next(found, None)

    def fitting(self, dialled: str, now: datetime) -> Route | None:
        """The first route whose pattern fits."""
        whole, user = _forms(dialled)
        for pattern, route in self._patterns:
            if pattern.fullmatch(whole if "@" in route.pattern else user) and route.holds(now):
                return route
        return None


class Directory:
    """Follows the tables over a connection of its own; `resolve` and `agent` may be asked at any time."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        extensions: Collection[str] = (),
        *,
        poll_s: float = POLL_S,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        """`extensions`: user names of phones that may register. `on_change`: told after each new snapshot."""
        self._connect = connect
        self._extensions = frozenset(extensions)
        self._poll_s = poll_s
        self._on_change = on_change
        self._snapshot = Snapshot()
        self._read: tuple[list[Row], list[Row]] | None = None
        self._stale = False
        self._connection: asyncpg.Connection | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read the tables, then follow them. Raises DatabaseError."""
        try:
            changed = await self._listen()
        except TROUBLE as error:
            self._hang_up()
            raise DatabaseError(f"cannot read agents and routes: {_short(error)}") from None
        self._task = asyncio.create_task(self._follow(changed), name="directory")

    async def close(self) -> None:
        """Follow no more; what is known stays. Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._hang_up()

    def resolve(self, dialled: str, now: datetime) -> Resolution:
        """Who answers. `dialled`: a user part, a number or user@host. `now`: aware, for routes with times."""
        if (route := self._snapshot.exact(dialled, now)) is not None:
            return self._to(route)
        user = dialled.partition("@")[0]
        if user in self._extensions:
            return ToExtension(user)
        if (route := self._snapshot.fitting(dialled, now)) is not None:
            return self._to(route)
        return Refused(404, f"nobody answers at {dialled or 'an empty address'}")

    def agent(self, name: str) -> AgentSpec | None:
        """An agent by name; None when there is none that makes sense."""
        return self._snapshot.agents.get(name)

    def agents(self) -> list[AgentSpec]:
        """All that make sense, by name."""
        return list(self._snapshot.agents.values())

    def findings(self) -> list[Finding]:
        """How fresh the snapshot is, and each agent that makes no sense."""
        known = f"{len(self._snapshot.agents)} agents"
        detail = f"{known}, as they were before the database went away" if self._stale else known
        mend = "start PostgreSQL; calls go by what was known last" if self._stale else ""
        own = Finding("directory", not self._stale, detail, mend, required=False)
        return [own] + [
            Finding(f"agent {name}", False, fault, f"correct the row {name!r} of the table agents", False)
            for name, fault in self._snapshot.faults.items()
        ]

    def _to(self, route: Route) -> Resolution:
        spec = self._snapshot.agents.get(route.agent)
        if spec is not None:
            return ToAgent(spec)
        fault = self._snapshot.faults.get(route.agent, "it does not exist")
        return Refused(480, f"the agent {route.agent} cannot answer: {fault}")

    async def _follow(self, changed: asyncio.Event) -> None:
        while True:
            try:
                while True:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), self._poll_s)
                    changed.clear()
                    await self._load()
            except TROUBLE as error:
                log.warning("agents and routes stay as they are: %s", _short(error))
                self._stale = True
            changed = await self._again()

    async def _again(self) -> asyncio.Event:
        """Connect until it succeeds."""
        delay = FIRST_DELAY_S
        while True:
            self._hang_up()
            with suppress(*TROUBLE):
                return await self._listen()
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
        self._stale = False
        if read == self._read:
            return
        self._read = read
        self._snapshot = Snapshot(*read)
        for name, fault in self._snapshot.faults.items():
            log.warning("the agent %s cannot answer: %s", name, fault)
        if self._on_change is not None:
            self._on_change()


def _fault(row: Row) -> str:
    """What is wrong with a row of `agents`; empty when nothing is."""
    if row["kind"] not in KINDS:
        return f"its kind {row['kind']!r} is none of {', '.join(KINDS)}"
    if row["kind"] == "flow" and not row["flow"]:
        return "it names no flow"
    if row["kind"] == "python" and not _ENTRY.fullmatch(row["entry"]):
        return f"its entry {row['entry']!r} is not written module:Class"
    if not isinstance(row["turn"], dict):
        return "its turn is not a JSON object"
    for kind in ("stt", "tts", "llm"):
        if not all(row[kind]):
            return f"its list {kind} has an empty name"
    return ""


def _spec(row: Row) -> AgentSpec:
    lists = {kind: tuple(row[kind]) for kind in ("stt", "tts", "llm")}
    return AgentSpec(**{**row, **lists, "turn": MappingProxyType(row["turn"])})


def _rank(route: Route) -> tuple[int, int, int]:
    return route.priority, -len(route.pattern.replace("*", "")), route.id


def _forms(dialled: str) -> tuple[str, str]:
    """The whole address, and its user part or number."""
    return _plain(dialled), _plain(dialled.partition("@")[0])


def _plain(address: str) -> str:
    """A telephone number without what only people read; anything else as it is."""
    return address.translate(_SEPARATORS) if _NUMBER.fullmatch(address) else address


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each) or re.escape(each) for each in pattern), re.DOTALL)


def _short(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:500]
