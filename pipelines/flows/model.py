"""The graph of a spoken dialogue: nodes that say, ask, confirm and end, and the slots they fill.

Data only. A flow never acts; `validation` says whether it can run and `executor` runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pipelines.conversation.agent import Finality
from pipelines.conversation.own_words import own_words
from pipelines.engines.protocols import Grammar

Value: TypeAlias = str | int
HESITATIONS = own_words("en").hesitations
"""Flows speak English."""


@dataclass(frozen=True, slots=True)
class Dtmf:
    """How a question is answered with keys. '#' ends an answer early, '*' asks for help."""

    most: int
    """Digits after which the answer is complete."""
    parse: Callable[[str], Value | None]
    offer: str
    """How the keys are offered: 'Press one for ...'."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing to learn from the caller."""

    name: str
    grammar: Grammar
    parse: Callable[[str], Value | None]
    """What recognised words mean; None when they mean nothing here."""
    dtmf: Dtmf
    say: Callable[[Value], str] = str
    """How a value is read back."""
    continuations: tuple[str, ...] = ()
    """Words that may follow an answer and change it ('p m'); endpointing waits longer for them."""

    def finality(self, text: str) -> Finality:
        """Whether more words would change what `text` means."""
        value = self.parse(text)
        if value is None:
            words = text.split()
            return Finality.HANGING if words and words[-1] in HESITATIONS else Finality.NOTHING
        for more in self.continuations:
            if self.parse(f"{text} {more}") not in (None, value):
                return Finality.OPEN
        return Finality.WHOLE


@dataclass(frozen=True, slots=True)
class Prompt:
    id: str
    text: str
    """May name slots in braces, as may every text of a node."""
    next: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Fill a slot; skipped while the slot is filled."""

    id: str
    slot: str
    text: str
    help: str
    next: str
    branches: Mapping[str, str] = field(default_factory=dict)
    """Value -> node, instead of `next`; the node's own slot is asked anew."""
    silence_ms: int = 7_000


@dataclass(frozen=True, slots=True)
class Confirm:
    """Read back and let the caller object. Silence agrees."""

    id: str
    slot: str
    """Its value is 'yes', 'no', 'cancel', or the name of a slot to change."""
    facts: str
    """The read-back proper: a caller who has heard it and hangs up has agreed."""
    text: str
    """What is asked after the facts."""
    help: str
    yes: str
    no: str
    cancel: str
    changes: Mapping[str, str]
    """Slot -> the node that asks it."""
    silence_ms: int = 3_000


@dataclass(frozen=True, slots=True)
class EndCall:
    id: str
    text: str
    outcome: str = ""
    """'confirmed', 'cancelled' or nothing; told when the node is entered."""


@dataclass(frozen=True, slots=True)
class TransferCall:
    """Hand the caller over; the flow goes on where nobody takes the call."""

    id: str
    text: str
    to: str
    """An address, an extension or a number."""
    failed: str
    """Where the flow goes on when the caller is back."""
    warm: bool = True
    """Whoever answers is told what the call is about first, and takes it or not."""
    briefing: str = ""
    """What that one is told; may name slots in braces. Empty: caller, what the call is about, all slots."""


FlowNode: TypeAlias = Prompt | Ask | Confirm | TransferCall | EndCall


@dataclass(frozen=True, slots=True)
class Flow:
    name: str
    start: str
    nodes: Mapping[str, FlowNode]
    slots: Mapping[str, Slot]
    give_up: str
    """Said before hanging up on a caller who stays silent."""
    sorry: str = "Sorry, I didn't get that."
    back: str = "Here I am again."
    """Said to a caller who is back from whoever had taken the call over; the question follows."""

    @classmethod
    def of(
        cls, name: str, start: str, nodes: tuple[FlowNode, ...], slots: tuple[Slot, ...], give_up: str
    ) -> Flow:
        return cls(
            name, start, {node.id: node for node in nodes}, {slot.name: slot for slot in slots}, give_up
        )
