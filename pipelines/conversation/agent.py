"""What a session needs from an agent: inputs in, one at a time; acts out, as they are thought of.

An agent never sees the caller's audio, sockets or the clock, and never blocks the loop; what it wants kept it
yields as records.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import numpy as np
import numpy.typing as npt

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
    """How to listen from now on."""

    grammar: Grammar | None = None
    finality: Callable[[str], Finality] | None = None
    """Judges what was recognised so far; None trusts the recogniser's own flags."""
    silence_ms: int = 7_000
    """After this much silence the agent gets a `Silence`."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak this piece: one or more whole sentences. It is spoken at once; more may follow."""

    text: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play a recording where a sentence would stand."""

    samples: npt.NDArray[np.int16]
    """Any length, 16 kHz mono."""
    text: str = ""
    """What is said in it, for the transcript."""

    def __post_init__(self) -> None:
        """Raises TypeError for samples that are no int16: anything else would be noise."""
        if self.samples.dtype != np.int16:
            raise TypeError(f"a recording is of int16 samples, not of {self.samples.dtype}")


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep this record."""

    record: Record


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the caller over to this address or number once what was said is heard; the last act of a reply."""

    to: str


@dataclass(frozen=True, slots=True)
class End:
    """Hang up once what was said is heard; the last act of a reply."""


Last: TypeAlias = End | Transfer
Act: TypeAlias = Say | Listen | Keep | Play | Last


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


@dataclass(frozen=True, slots=True)
class Context:
    """What an agent may know when it is asked."""

    call_id: UUID
    line: int
    """The number of the line that the answer makes; `Agent.heard` names it again."""
    direction: str = "inbound"
    """Or "outbound": we called."""
    from_uri: str = ""
    """Who called whom, as the call has it; empty where nobody did."""
    to_uri: str = ""
    about: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What whoever placed the call gave along."""


class Agent(Protocol):
    """One conversation's thinking side."""

    def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        """The answer to one input, act by act as it is thought of; none at all goes on listening.

        `said` must be in the agent's memory before anything is awaited. The iteration is cancelled, or
        closed at its next `Say`, once the caller goes on: so yield what must not be lost (`Keep`, `Listen`)
        before what is said.
        """

    def heard(self, line: int, text: str, cut: bool) -> None:
        """What the caller has heard of a line; `cut`: it was interrupted. Told when the line is over, and
        before the next `respond` when that comes earlier; the last word on a line counts. A line that the
        agent did not make (the operator's words, the server's goodbye) has a number of its own."""

    def hung_up(self) -> tuple[Record, ...]:
        """The call is over; all that was heard has been told."""
