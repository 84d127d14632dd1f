"""How far a caller has come in a flow, and how surely: all that an answer changes, so that it can be undone.

Data only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from pipelines.conversation.agent import Keys, Say
from pipelines.flows.checking import Check
from pipelines.flows.model import Confirm, FlowNode, Slot, Value
from pipelines.flows.working import Work

Doubt: TypeAlias = Literal["doubtful", "missed", "silent", "noisy", "mended", "line"]
"""Why silence is no yes: something was not surely heard, not understood or not heard at all, said over noise,
taken for finished too early or put right; or the line was in trouble."""


@dataclass(frozen=True, slots=True)
class FlowOutcome:
    """The result the flow has reached: 'held', 'confirmed', 'cancelled' or 'callback', with the slots that
    are known; 'withdrawn' when the caller's going on has taken it back."""

    status: str
    slots: dict[str, Any]
    """JSON-ready."""


@dataclass(frozen=True, slots=True)
class Handover:
    """To whom the caller goes, and what that one is told."""

    to: str
    warm: bool
    briefing: str
    accept: Literal["", "key", "stay"] = ""
    trunk: str = ""
    away: bool = False
    """See `Transfer`."""


@dataclass(frozen=True, slots=True)
class FlowStep:
    """What to do after an input."""

    say: str = ""
    slot: Slot | None = None
    """What is being asked; None after the end."""
    silence_ms: int = 7_000
    end: bool = False
    transfer: Handover | None = None
    """The caller is handed over; `FlowExecutor.returned` goes on when nobody takes the call."""
    outcomes: tuple[FlowOutcome, ...] = ()
    before: str = ""
    """Characters of the answer that were said already (`Slot.finality`)."""
    ahead: tuple[Say, ...] = ()
    """Said before `say`: pieces with a voice or a language of their own, and such as nobody interrupts."""
    work: Work | None = None
    """Waited for once all was said: the step after it comes when it is done."""

    @property
    def keys(self) -> Keys | None:
        """How keys are collected for the answer."""
        return None if self.slot is None else self.slot.dtmf.keys()


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """The answer just before, where it was none: what it would have been. The same once more may be one."""

    value: Value
    believed: bool
    """It was understood, if doubtful; else nobody knows that it was said at all."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow that waits for a flow within it to end."""

    within: str
    """Which it is."""
    node: str
    """That is at its end then."""
    slots: Mapping[str, Any]
    said: Mapping[str, Callable[[Any], str]]


@dataclass(slots=True)
class FlowProgress:
    """Of one caller."""

    node: FlowNode
    slots: dict[str, Any] = field(default_factory=dict)
    """What is known, by name; JSON-ready."""
    said: dict[str, Callable[[Any], str]] = field(default_factory=dict)
    """How it is said, where otherwise than its name has it."""
    within: str = ""
    """Of a document: the flow that the caller is in, where it is one within another."""
    stack: tuple[Frame, ...] = ()
    """Those around it, the outermost first."""
    check: Check | None = None
    """A value of the present question that waits for a yes."""
    part: str = ""
    """The characters so far of a value that comes in pieces."""
    parting: bool = False
    """Nothing works, and a call back was offered."""
    by_keys: bool = False
    """That offer is answered by keys alone: what is heard is music, or a tone, and no caller."""
    refused: frozenset[Value] = frozenset()
    """What the present question's answer is not: the caller has said so."""
    before: SaidBefore | None = None
    """Until something else comes. Silence is nothing: who is asked once more behind it, and says the same
    again, has said it twice."""
    misses: int = 0
    """Answers to the present question that were not understood."""
    silences: int = 0
    """Times in a row that nothing came."""
    troubles: int = 0
    """Of the line, while the present question is asked."""
    doubts: set[Doubt] = field(default_factory=set)
    """Of the whole call."""
    spoken: bool = False
    """A slot was filled by voice, which may have been misheard however sure the recogniser was."""
    read: bool = False
    """The caller has heard the whole read-back."""
    agreed: Confirm | None = None
    """The read-back that was agreed to, while nothing but a goodbye has come since."""
    told: FlowOutcome | None = None
    """The last outcome that was told."""

    def copy(self) -> FlowProgress:
        return replace(self, slots=dict(self.slots), said=dict(self.said), doubts=set(self.doubts))
