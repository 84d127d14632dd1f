"""What a session needs from an agent: inputs in, one at a time; acts out, as they are thought of.

An agent never sees the caller's audio, sockets or the clock, and never blocks the loop; what it wants kept it
yields as records.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable
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
    interruptible: bool = True
    """False: it is said to its end, whatever the caller says meanwhile."""


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
    """Hand the caller over to this address or number once what was said is heard; the last act of a reply.
    Until somebody there has the caller the agent waits; when nobody takes it, it is told `Returned`."""

    to: str
    warm: bool = False
    """Whoever answers is told what the call is about, and takes it or not, while the caller hears music."""
    briefing: str = ""
    """What that one is told; empty: what is known of the call, with the agent's `summary` if it has one."""
    accept: Literal["", "key", "stay"] = ""
    """How it takes the call: by pressing 1, or by staying on the line; empty: as the settings say."""

    def __post_init__(self) -> None:
        """Raises ValueError: the agent is to hear of its mistake, not the caller."""
        if self.accept not in ("", "key", "stay"):
            raise ValueError(f"a transfer is accepted by 'key' or 'stay', not by {self.accept!r}")


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
    doubtful: bool = False
    """Understood, but not surely (`SttResult.doubtful`): say it back, and do not take silence for a yes."""
    alternatives: tuple[str, ...] = ()
    """What else it may have been, best first."""
    amends: bool = False
    """It takes the place of the last utterance, which was taken for finished too early: whatever that one
    has changed is undone, and this one answers the question that it answered."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed one key."""

    digit: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing came within `Listen.silence_ms` (also: no further digit)."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The caller is with the agent again, after a transfer that came to nothing, or after somebody who had
    taken the call over. All that was said before counts still."""

    why: str
    """'busy', 'no answer', 'declined', 'not confirmed' (it was answered, and nobody took the call), 'not
    allowed', 'failed'; 'handed back' or 'left' by whoever had taken the call over."""
    to: str = ""
    """Whom the caller was to talk to, or who had the call."""
    detail: str = ""
    """One line for people."""


AgentInput: TypeAlias = Answered | Utterance | Pressed | Silence | Returned


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


@runtime_checkable
class Summarising(Protocol):
    """An Agent that can tell a human what it has learnt."""

    def summary(self) -> str:
        """In a sentence or two, in the language of the call; empty when there is nothing."""
