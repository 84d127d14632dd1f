"""What a session needs from an agent: inputs in, replies out, one at a time.

An agent never sees audio, sockets or the clock, and never blocks the loop; what it wants kept it returns as
records.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from mediaserver.storage.records import Record
from pipelines.engines.protocols import Grammar


class Finality(enum.Enum):
    """How likely it is that the caller has said it all; endpointing waits accordingly."""

    WHOLE = "whole"
    """An answer that more words would not change ('mountain view')."""
    OPEN = "open"
    """An answer that more words could change ('two thirty' + 'p m')."""
    NOTHING = "nothing"
    """No answer yet."""
    HANGING = "hanging"
    """The caller is in the middle of something ('two and', 'um')."""


@dataclass(frozen=True, slots=True)
class Listen:
    """How to listen after (and during) a reply."""

    grammar: Grammar | None = None
    finality: Callable[[str], Finality] | None = None
    """Judges what was recognised so far; None trusts the recogniser's own flags."""
    silence_ms: int = 7_000
    """After this much silence the agent gets a `Silence`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the agent does next. An empty text says nothing and goes on listening."""

    text: str = ""
    listen: Listen = field(default_factory=Listen)
    end: bool = False
    """Hang up once this was heard."""
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """The call is up: greet."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """The caller said something."""

    text: str
    confidence: float = 0.0
    understood: bool = True


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed one key."""

    digit: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing came within `Listen.silence_ms` (also: no further digit)."""


AgentInput: TypeAlias = Answered | Utterance | Pressed | Silence


class Agent(Protocol):
    """One conversation's thinking side."""

    async def respond(self, said: AgentInput) -> Reply:
        """The reply to one input. May be cancelled when the caller goes on speaking."""

    def hung_up(self, heard: str) -> tuple[Record, ...]:
        """The call is over; `heard` is what the caller heard of the agent's last line."""
