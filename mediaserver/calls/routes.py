"""Where a dialled address leads: to an agent, to a phone, or nowhere, in words. Rules over rows, no database.

A row that makes no sense refuses its own calls and touches no other.

    1. a route with exactly this address   2. an extension of the settings   3. a route whose pattern fits
    Among several the lowest priority number goes first, then the longest pattern, then the oldest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias, get_args
from uuid import UUID

from mediaserver.calls.glob import fits
from mediaserver.diagnosis.finding import Finding
from mediaserver.storage.sql import Row

AgentKind: TypeAlias = Literal["flow", "python", "llm", "realtime", "echo"]
KINDS: tuple[AgentKind, ...] = get_args(AgentKind)
LISTS = ("stt", "tts", "llm", "tools")
"""Columns that are lists of names."""
OBJECTS = ("turn", "insight", "assistant", "background")
"""Columns that are JSON objects."""
_ENTRY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*|[^:\s]+")
_NUMBER = re.compile(r"[+*?\d\-.() ]*")
"""With a digit in it: strangers choose what is compared, so that the expression must not go back."""
_DIGIT = re.compile(r"\d")
FAULT_CHARACTERS = 500
"""Of what is said of a row: a fault may quote it."""
LONGEST = 256
"""Characters of a dialled address; no more are looked at."""
_SEPARATORS = str.maketrans("", "", "-.() ")
"""Visual separators in telephone numbers (:rfc:`3966` section 5.1.1), and the space that people write."""


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
    """Of an agent in Python: 'module:Class', or the name of an entry point."""
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
    insight: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """What is to be known of its callers beyond their words, as far as that differs from the settings."""
    tools: tuple[str, ...] = ()
    """What its model may call, by name."""
    assistant: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """Settings of an agent that thinks with a model (kind "llm")."""
    background: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """Sounds that are heard under its words, as far as they differ from the settings."""
    owner: UUID | None = None
    """The key whose agent it is, and whose are the calls that come in for it; None: the operator's."""


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


class Routes(Protocol):
    """Answers at once, from memory."""

    def resolve(self, dialled: str, now: datetime) -> Resolution:
        """Who answers. `dialled`: a user part, a number or user@host. `now`: aware, for routes with times."""

    def agent(self, name: str) -> AgentSpec | None:
        """An agent by name; None when there is none that makes sense."""


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
        """Whether it is in force, by this server's own clock; `valid_until` is the first moment when it no
        longer is."""
        return (self.valid_from is None or self.valid_from <= now) and (
            self.valid_until is None or now < self.valid_until
        )


Check: TypeAlias = Callable[[AgentSpec], str]
"""What is wrong with an agent in the eyes of those who make it talk; empty when nothing is."""


def sound(agent: AgentSpec) -> str:
    """Nothing is wrong with any."""
    return ""


class RouteTable:
    """The tables `agents` and `routes` at one moment, and the settings' extensions. Never changes."""

    def __init__(
        self,
        agents: Iterable[Row] = (),
        routes: Iterable[Row] = (),
        extensions: Collection[str] = (),
        check: Check = sound,
    ) -> None:
        """`extensions`: user names of phones that may register. `check`: asked of each row that makes sense
        here."""
        self._extensions = frozenset(extensions)
        self.agents: dict[str, AgentSpec] = {}
        self.faults: dict[str, str] = {}
        """What is wrong with an agent, by its name."""
        self.idle: list[Route] = []
        """Routes that are never in force."""
        for row in agents:
            if fault := _fault(row, check):
                self.faults[row["name"]] = fault
            else:
                self.agents[row["name"]] = spec_of(row)
        self._exact: dict[str, list[Route]] = {}
        self._patterns: list[tuple[str, Route]] = []
        for route in sorted((Route(**row) for row in routes), key=_rank):
            if route.valid_from and route.valid_until and route.valid_until <= route.valid_from:
                self.idle.append(route)
                continue
            pattern = _plain(route.pattern)
            if route.exact:
                self._exact.setdefault(pattern, []).append(route)
            else:
                self._patterns.append((pattern, route))

    def resolve(self, dialled: str, now: datetime) -> Resolution:
        if len(dialled) > LONGEST:
            return nobody_at(dialled)
        if (route := self._named(dialled, now)) is not None:
            return self._to(route)
        user = dialled.partition("@")[0]
        if user in self._extensions:
            return ToExtension(user)
        if (route := self._fitting(dialled, now)) is not None:
            return self._to(route)
        return nobody_at(dialled)

    def agent(self, name: str) -> AgentSpec | None:
        return self.agents.get(name)

    def findings(self) -> list[Finding]:
        """Each row that makes no sense. None of them keeps the server from its work."""
        agents = [
            Finding(f"agent {name}", False, fault, f"correct the row {name!r} of the table agents", False)
            for name, fault in self.faults.items()
        ]
        routes = [
            Finding(
                f"route {route.id}", False, f"the route to {route.agent} ends before it begins",
                f"correct valid_from and valid_until of the row {route.id} of the table routes", False,
            )
            for route in self.idle
        ]  # fmt: skip
        return agents + routes

    def _to(self, route: Route) -> Resolution:
        spec = self.agents.get(route.agent)
        if spec is not None:
            return ToAgent(spec)
        fault = self.faults.get(route.agent, "it does not exist")
        return Refused(480, f"the agent {route.agent} cannot answer: {fault}")

    def _named(self, dialled: str, now: datetime) -> Route | None:
        """The route with this very address."""
        found = (route for form in _forms(dialled) for route in self._exact.get(form, ()) if route.holds(now))
        return next(found, None)

    def _fitting(self, dialled: str, now: datetime) -> Route | None:
        """The first route whose pattern fits."""
        whole, user = _forms(dialled)
        for pattern, route in self._patterns:
            if fits(pattern, whole if "@" in route.pattern else user) and route.holds(now):
                return route
        return None


def nobody_at(dialled: str) -> Refused:
    if len(dialled) > LONGEST:
        return Refused(404, f"nobody answers at an address of more than {LONGEST} characters")
    return Refused(404, f"nobody answers at {_printable(dialled) or 'an empty address'}")


def fault_of(row: Row) -> str:
    """What is wrong with a row of `agents`; empty when nothing is."""
    if row["kind"] not in KINDS:
        return f"its kind {row['kind']!r} is none of {', '.join(KINDS)}"
    if row["kind"] == "flow" and not row["flow"]:
        return "it names no flow"
    if row["kind"] == "python" and not _ENTRY.fullmatch(row["entry"]):
        return f"its entry {row['entry']!r} is neither module:Class nor the name of an entry point"
    for name in OBJECTS:
        if not isinstance(row[name], dict):
            return f"its {name} is not a JSON object"
    for kind in LISTS:
        if not all(isinstance(name, str) and name for name in row[kind]):
            return f"its list {kind} is no plain list of names"
    return ""


def _fault(row: Row, check: Check) -> str:
    """What is wrong here, or in the eyes of others; a check that fails is no reason to lose other rows."""
    try:
        return (fault_of(row) or check(spec_of(row)))[:FAULT_CHARACTERS]
    except Exception as error:
        return f"it could not be checked: {type(error).__name__}: {error}"


def spec_of(row: Row) -> AgentSpec:
    """A row of `agents` in which nothing is wrong."""
    lists = {kind: tuple(row[kind]) for kind in LISTS}
    objects = {name: MappingProxyType(row[name]) for name in OBJECTS}
    return AgentSpec(**{**row, **lists, **objects})


def _rank(route: Route) -> tuple[int, int, int]:
    return route.priority, -len(route.pattern.replace("*", "")), route.id


def _forms(dialled: str) -> tuple[str, str]:
    """The whole address, and its user part or number."""
    return _plain(dialled), _plain(dialled.partition("@")[0])


def _plain(address: str) -> str:
    """A telephone number without what only people read; anything else as it is."""
    return address.translate(_SEPARATORS) if _is_number(address) else address


def _printable(text: str) -> str:
    """For logs and headers, in which a stranger's line ends would begin lines."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def _is_number(address: str) -> bool:
    return _NUMBER.fullmatch(address) is not None and _DIGIT.search(address) is not None
