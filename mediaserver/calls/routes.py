"""Where a dialled address leads: to an agent, to a phone, or nowhere, in words. Rules over rows, no database.

A row that makes no sense refuses its own calls and touches no other.

    1. a route with exactly this address   2. a number of ours   3. an extension of the settings
    4. a route whose pattern fits
    Among several the lowest priority number goes first, then the longest pattern, then the oldest. A route
    counts while it is in force and its hours hold, or, outside of them, where it has a fallback.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias, get_args
from uuid import UUID

from mediaserver.calls.phone_names import PhoneNames
from mediaserver.calls.route import Number, Route
from mediaserver.calls.route_index import RouteIndex
from mediaserver.diagnosis.finding import Finding
from mediaserver.storage.agents import OBJECTS
from mediaserver.storage.sql import Row

AgentKind: TypeAlias = Literal["flow", "python", "llm", "realtime", "echo"]
KINDS: tuple[AgentKind, ...] = get_args(AgentKind)
LISTS = ("stt", "tts", "llm", "tools")
"""Columns that are lists of names."""
_ENTRY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*|[^:\s]+")
FAULT_CHARACTERS = 500
"""Of what is said of a row: a fault may quote it."""
LONGEST = 256
"""Characters of a dialled address; no more are looked at."""


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
    retention: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """How long what belongs to its calls is kept, as far as that differs from the settings."""
    redaction: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """What is left out of its calls' transcripts, as far as that differs from the settings."""
    owner: UUID | None = None
    """The key whose agent it is, and whose are the calls that come in for it; None: the operator's."""


@dataclass(frozen=True, slots=True)
class ToAgent:
    agent: AgentSpec


@dataclass(frozen=True, slots=True)
class ToExtension:
    extension: str


@dataclass(frozen=True, slots=True)
class ToRing:
    """What a route has rung in an agent's place. Whoever may dial the route's address may reach it, as far as
    the server may call there at all."""

    to: str
    """An extension, a number or an address."""


@dataclass(frozen=True, slots=True)
class Refused:
    code: int
    """SIP status code."""
    why: str
    """For the caller's screen and the log."""


Resolution: TypeAlias = ToAgent | ToExtension | ToRing | Refused


@dataclass(frozen=True, slots=True)
class Explained:
    """Who answers, and how that was found."""

    resolution: Resolution
    route: int | None
    """By which row of `routes`."""
    number: str
    """Whose row of `numbers`; empty: of none."""
    why: tuple[str, ...]
    """In order, for whoever asks."""


class Routes(Protocol):
    """Answers at once, from memory."""

    def resolve(self, dialled: str, now: datetime) -> Resolution:
        """Who answers. `dialled`: a user part, a number or user@host. `now`: aware, for routes with times."""

    def agent(self, name: str) -> AgentSpec | None:
        """An agent by name; None when there is none that makes sense."""


Check: TypeAlias = Callable[[AgentSpec], str]
"""What is wrong with an agent in the eyes of those who make it talk; empty when nothing is."""


Dress: TypeAlias = Callable[[AgentSpec], AgentSpec]
"""Puts in the place of what a row says for short what is meant here."""


def unchanged(agent: AgentSpec) -> AgentSpec:
    return agent


def sound(agent: AgentSpec) -> str:
    """Nothing is wrong with any."""
    return ""


class RouteTable:
    """The tables `agents`, `routes`, `numbers` and `calendars` at one moment, and the settings' extensions.
    Never changes."""

    def __init__(
        self,
        agents: Iterable[Row] = (),
        routes: Iterable[Row] = (),
        extensions: Collection[str] = (),
        check: Check = sound,
        *,
        index: RouteIndex | None = None,
        dress: Dress = unchanged,
    ) -> None:
        """`extensions`: phones that the settings name. `check`: asked of each row that makes sense here.
        `index`: of the routes, in the place of their rows. `dress`: see `Dress`."""
        self._extensions = PhoneNames(extensions)
        self.index = index or RouteIndex(routes)
        self.agents: dict[str, AgentSpec] = {}
        self.faults: dict[str, str] = {}
        """What is wrong with an agent, by its name."""
        for row in agents:
            if fault := _fault(row, check):
                self.faults[row["name"]] = fault
            else:
                self.agents[row["name"]] = dress(spec_of(row))

    def resolve(self, dialled: str, now: datetime) -> Resolution:
        return self._find(dialled, now, None)[0]

    def explain(self, dialled: str, now: datetime) -> Explained:
        """The same, and why."""
        why: list[str] = []
        resolution, route, number = self._find(dialled, now, why)
        return Explained(resolution, route.id if route else None, number.number if number else "", tuple(why))

    def agent(self, name: str) -> AgentSpec | None:
        return self.agents.get(name)

    def findings(self) -> list[Finding]:
        """Each row that makes no sense. None of them keeps the server from its work."""
        agents = [
            Finding(f"agent {name}", False, fault, f"correct the row {name!r} of the table agents", False)
            for name, fault in self.faults.items()
        ]
        idle = [
            Finding(
                f"route {route.id}", False, f"the route to {route.agent} ends before it begins",
                f"correct valid_from and valid_until of the row {route.id} of the table routes", False,
            )
            for route in self.index.idle
        ]  # fmt: skip
        faulty = [
            Finding(
                f"route {route.id}", False, route.fault[:FAULT_CHARACTERS],
                f"correct hours, time_zone and calendar of the row {route.id} of the table routes", False,
            )
            for route in self.index.faulty
        ]  # fmt: skip
        return agents + idle + faulty

    def _find(
        self, dialled: str, now: datetime, why: list[str] | None
    ) -> tuple[Resolution, Route | None, Number | None]:
        """`why`: takes what is found on the way."""
        if len(dialled) > LONGEST:
            return nobody_at(dialled), None, None
        to: Resolution | None
        for route in self.index.named(dialled):
            if (to := self._by(route, now, why)) is not None:
                return to, route, None
        if (number := self.index.number(dialled)) is not None:
            to, followed = self._of_number(number, now, why)
            if to is not None:
                return to, followed, number
        user = dialled.partition("@")[0]
        if user in self._extensions:
            _say(why, "it is an extension")
            return ToExtension(user), None, None
        for route in self.index.fitting(dialled):
            if (to := self._by(route, now, why)) is not None:
                return to, route, None
        _say(why, "no route leads anywhere")
        return nobody_at(dialled), None, None

    def _of_number(
        self, number: Number, now: datetime, why: list[str] | None
    ) -> tuple[Resolution | None, Route | None]:
        if number.agent:
            _say(why, f"{number.number} is a number of ours, which {number.agent} answers")
            return self._to(number.agent), None
        if number.route is not None and (route := self.index.routes.get(number.route)) is not None:
            _say(why, f"{number.number} is a number of ours, which follows the route {route.id}")
            return self._by(route, now, why), route
        return None, None

    def _by(self, route: Route, now: datetime, why: list[str] | None) -> Resolution | None:
        """Where a route leads now; None: nowhere, others are to be tried."""
        if not route.in_force(now):
            _say(why, f"the route {route.id} ({route.pattern}) is not in force")
            return None
        if route.fault:
            return Refused(480, f"the route {route.id} makes no sense: {route.fault[:FAULT_CHARACTERS]}")
        if route.is_open(now):
            to = self._to(route.agent)
            _say(why, f"the route {route.id} ({route.pattern}) leads to {route.agent}")
            if isinstance(to, ToAgent) or not route.fallback:
                return to
            _say(why, f"{route.agent} cannot answer, so that the fallback counts")
        elif why is not None and route.hours is not None:
            then = "its fallback counts" if route.fallback else "it has no fallback"
            why.append(f"the route {route.id} ({route.pattern}) is closed, {route.hours.said(now)}: {then}")
        fallback = route.fallback
        if fallback.agent:
            return self._to(fallback.agent)
        if fallback.ring:
            return ToRing(fallback.ring)
        return Refused(480, fallback.message) if fallback.message else None

    def _to(self, agent: str) -> Resolution:
        spec = self.agents.get(agent)
        if spec is not None:
            return ToAgent(spec)
        fault = self.faults.get(agent, "it does not exist")
        return Refused(480, f"the agent {agent} cannot answer: {fault}")


def _say(why: list[str] | None, words: str) -> None:
    if why is not None:
        why.append(words)


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


def _printable(text: str) -> str:
    """For logs and headers, in which a stranger's line ends would begin lines."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)
