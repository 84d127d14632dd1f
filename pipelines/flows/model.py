"""The graph of a spoken dialogue: nodes that say, ask, confirm and end, and the slots they fill.

Data only. A flow never acts; `validation` says whether it can run and `executor` runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pipelines.conversation.agent import Finality, Keys
from pipelines.conversation.own_words import own_words
from pipelines.engines.protocols import Grammar
from pipelines.flows.phrases import Phrases

Value: TypeAlias = str | int | float


class Intent(str):
    """In place of a value: the caller wants something else, which has this name. Equal to no value, whatever
    its name."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Intent) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Intent, str(self)))


def _possible(text: str) -> str:
    """What `Slot.impossible` is where nothing is."""
    return ""


def _as_it_is(value: Value) -> Value:
    return value


@dataclass(frozen=True, slots=True)
class Dtmf:
    """How a question is answered with keys. '#' ends an answer early, '*' asks for help."""

    most: int
    """Digits after which the answer is complete."""
    parse: Callable[[str], Value | None]
    offer: str
    """How the keys are offered: 'Press one for ...'."""
    least: int = 1
    full_ms: int = 0
    """As `Keys.full_ms`."""

    def keys(self) -> Keys:
        """How the keys are collected."""
        return Keys(self.most, min(self.least, self.most), full_ms=self.full_ms)


@dataclass(frozen=True, slots=True)
class Spelling:
    """Of a slot whose value comes character by character. It may come in pieces, is read back, and can be
    mended in part. `Slot.parse` gives the characters of a piece."""

    least: int
    most: int
    possible: Callable[[str], bool]
    """Whether characters that are enough are a value."""
    mend: Callable[[str, str], str | None]
    """What a correction makes of a value ('017', 'no one eight') -> '018'; '' starts again, and None is no
    correction."""
    corrections: str
    """JSGF rules of what `mend` knows; the first is <mend>. They may use those of the slot's own grammar."""

    def whole(self, text: str) -> bool:
        return self.least <= len(text) <= self.most and self.possible(text)


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing to learn from the caller."""

    name: str
    grammar: Grammar | None
    """None: whatever is said is recognised, and `parse` finds the value in it."""
    parse: Callable[[str], Value | None]
    """What recognised words mean; None when they mean nothing here. An Intent is no value of this slot."""
    dtmf: Dtmf
    say: Callable[[Value], str] = str
    """How a value is read back."""
    continuations: tuple[str, ...] = ()
    """Words that may follow an answer and change it ('p m'); endpointing waits longer for them."""
    read_back: bool = False
    """It is easily misheard: the caller is asked whether it is right, however surely it was heard."""
    spell: Callable[[Value], str] | None = None
    """How a value is said where it is in doubt ('fifteen, one five'); None: as `say` has it."""
    spelling: Spelling | None = None
    """It comes character by character; always read back."""
    harmless: bool = False
    """A value taken in error does no harm, as where there is but one: doubt about it is no matter."""
    alike: tuple[tuple[str, str], ...] = ()
    """Answers that people hear for one another: whoever refuses the one is asked about the other."""
    impossible: Callable[[str], str] = _possible
    """How words without a value are said back that are an answer all the same, but none that is possible here
    ('Sunday, March first'); empty: they are no answer."""
    language: str = "en"
    """BCP 47."""
    kept: Callable[[Value], Value] = _as_it_is
    """What is kept of a value once it is settled: of a telephone number's digits, the number in E.164."""
    open: bool = False
    """Whatever is said is an answer: the words alone tell whether more of them follow."""
    keys_only: bool = False
    """Nothing that is said is an answer."""

    @property
    def own_grammar(self) -> Grammar:
        """Of a slot that has one. Raises ValueError."""
        if self.grammar is None:
            raise ValueError(f"slot '{self.name}' has no grammar")
        return self.grammar

    def checked(self, value: Value) -> str:
        """A value as it is said when the caller is asked whether it is right."""
        return self.say(value) if self.spell is None else self.spell(value)

    def finality(self, text: str, before: str = "") -> Finality:
        """Whether more words would change what `text` means. `before`: characters that were said already."""
        value = self.parse(text)
        if isinstance(value, Intent):
            return Finality.WHOLE
        if self.spelling is not None and value is not None:
            length = len(before) + len(str(value))
            if length < self.spelling.least:
                return Finality.HANGING
            return Finality.OPEN if length < self.spelling.most else Finality.WHOLE
        if value is None or self.open:
            words = text.split()
            hanging = bool(words) and words[-1] in own_words(self.language).hesitations
            known = Finality.NOTHING if value is None else Finality.OPEN
            return Finality.HANGING if hanging else known
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
    """The question in other words: said when the first answer was not understood."""
    next: str
    branches: Mapping[str, str] = field(default_factory=dict)
    """Value -> node, instead of `next`; the node's own slot is asked anew."""
    silence_ms: int = 7_000
    example: str = ""
    """One short answer, said before the keys are offered: 'For example: ten thirty.'"""


@dataclass(frozen=True, slots=True)
class Confirm:
    """Read back and let the caller object. Silence agrees, and so does hanging up, where all was surely
    heard by both sides; where anything was doubtful, missed or mended only a yes or a key does."""

    id: str
    slot: str
    """Its value is 'yes', 'no', 'cancel', or the name of a slot to change."""
    facts: str
    """The read-back proper."""
    text: str
    """What is asked after the facts when silence agrees."""
    help: str
    """What is asked when it does not, and when nothing was understood."""
    yes: str
    no: str
    cancel: str
    changes: Mapping[str, str]
    """Slot -> the node that asks it."""
    silence_ms: int = 3_000
    silence_agrees: bool = True
    """False: only a yes or a key does."""


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
    """Said before hanging up on a caller who cannot be heard."""
    callback: str = ""
    """Offers to call back where nothing works, as a question for yes and no; empty: nobody does."""
    called_back: str = "We will call you back. Goodbye."
    unconfirmed: str = "Nothing is settled, because I heard no clear yes."
    """Said before the goodbye when a read-back was neither agreed to nor refused."""
    phrases: Phrases = field(default_factory=Phrases)
    language: str = "en"
    """BCP 47."""

    @classmethod
    def of(
        cls, name: str, start: str, nodes: tuple[FlowNode, ...], slots: tuple[Slot, ...], give_up: str
    ) -> Flow:
        return cls(
            name, start, {node.id: node for node in nodes}, {slot.name: slot for slot in slots}, give_up
        )
