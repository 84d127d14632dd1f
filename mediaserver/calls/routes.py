"""Where a dialled address leads: to an agent, to a phone, or nowhere, in words."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An agent as its row says; a call keeps the version that it began with."""

    id: int
    name: str
    version: int
    kind: str
    """'flow', 'python' or 'echo': which AppMaker makes it."""
    flow: str = ""
    prompt: str = ""
    entry: str = ""
    """`module:Class` of a Python agent."""
    voice: str = ""
    language: str = "en"
    stt: tuple[str, ...] = ()
    tts: tuple[str, ...] = ()
    llm: tuple[str, ...] = ()
    turn: Mapping[str, Any] = field(default_factory=dict)
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
    """As in SIP: 404, 480, 603 ..."""
    why: str


Resolution: TypeAlias = ToAgent | ToExtension | Refused


class Routes(Protocol):
    """Answers at once, from memory."""

    def resolve(self, dialled: str, now: datetime) -> Resolution: ...

    def agent(self, name: str) -> AgentSpec | None: ...


class FixedRoutes:
    """The demo, the echo and the extensions of the settings."""

    def __init__(self, extensions: Container[str], *, recording: bool = True) -> None:
        self._extensions = extensions
        self._agents = {
            "demo": AgentSpec(1, "demo", 1, "flow", flow="booking", recording=recording),
            "echo": AgentSpec(2, "echo", 1, "echo", recording=recording),
        }

    def resolve(self, dialled: str, now: datetime) -> Resolution:
        if agent := self.agent(dialled):
            return ToAgent(agent)
        if dialled in self._extensions:
            return ToExtension(dialled)
        return Refused(404, f"nobody answers at {dialled or 'an empty address'}")

    def agent(self, name: str) -> AgentSpec | None:
        return self._agents.get(name)
