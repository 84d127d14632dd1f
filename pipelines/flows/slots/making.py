"""A document's description of a slot, made into one that a flow runs: what else the flow needs of it is here,
too. Made anew for each day and language; what it holds is shared by all calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from pipelines.flows.document.nodes import ConfirmNode, MenuNode, Way
from pipelines.flows.document.slots import (
    AddressSlot,
    ChoiceSlot,
    DateSlot,
    DigitsSlot,
    DurationSlot,
    EmailSlot,
    GrammarSlot,
    MoneySlot,
    NameSlot,
    NumberSlot,
    Option,
    PhoneSlot,
    SlotSpec,
    SpellingSlot,
    TextSlot,
    TimeSlot,
    YesNoSlot,
)
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.slots.anything import address_slot, text_slot
from pipelines.flows.slots.asked import AskedSlot
from pipelines.flows.slots.choosing import choice_slot, menu_choice, yes_no_slot
from pipelines.flows.slots.confirming import confirming_slot
from pipelines.flows.slots.counting import number_slot_of
from pipelines.flows.slots.days import date_slot
from pipelines.flows.slots.hours import time_slot
from pipelines.flows.slots.intents import with_intents
from pipelines.flows.slots.lengths import duration_slot
from pipelines.flows.slots.mail import email_slot
from pipelines.flows.slots.own_grammars import grammar_slot
from pipelines.flows.slots.spelled import digits_slot_of, name_slot, phone_slot, spelling_slot
from pipelines.flows.slots.sums import money_slot
from pipelines.spoken.forms import warm
from pipelines.spoken.hearing.written import warm_hearing

BOTH: tuple[Way, ...] = ("voice", "keys")
MOST_KEPT = 2_000
"""Slots that are kept ready."""


def slot_of(
    spec: SlotSpec, name: str, today: date, *, by: Sequence[Way] = BOTH, language: str = "en"
) -> Slot:
    """`today`: the server's local date; `language`: BCP 47, empty for English. The first of a language takes
    some 0.3 s: to be called beside the loop. Raises SlotError."""
    return _kept(_Key(spec, name, today, tuple(by), language or "en"))


def confirm_slot(node: ConfirmNode, name: str = "", *, language: str = "en") -> Slot:
    """Its value is an outcome of the node. Raises SlotError."""
    return confirming_slot(node, AskedSlot(name or node.id, date.min, language or "en"))


def menu_slot(node: MenuNode, name: str = "", *, language: str = "en") -> Slot:
    """Its value is an outcome of the node. Raises SlotError."""
    return _by(menu_choice(node, AskedSlot(name or node.id, date.min, language or "en")), node.by)


def say_value(spec: SlotSpec, today: date, *, language: str = "en") -> Callable[[Value], str]:
    """How a value of it is said in texts."""
    return slot_of(spec, "said", today, language=language).say


class _Key:
    """What a slot is made of. Descriptions hold tables, which cannot be looked up themselves."""

    __slots__ = ("_hash", "_text", "by", "language", "name", "spec", "today")

    def __init__(self, spec: SlotSpec, name: str, today: date, by: tuple[Way, ...], language: str) -> None:
        self.spec, self.name, self.by, self.language = spec, name, by, language
        self.today = today if isinstance(spec, DateSlot) else date.min
        self._text = spec.model_dump_json()
        self._hash = hash((self._text, name, self.today, by, language))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._all() == other._all()

    def _all(self) -> tuple[object, ...]:
        return self._text, self.name, self.today, self.by, self.language


@lru_cache(maxsize=MOST_KEPT)
def _kept(key: _Key) -> Slot:
    spec = key.spec
    if not isinstance(spec, ChoiceSlot | YesNoSlot | GrammarSlot):
        _warm(key.language)
    slot = _made(spec, AskedSlot(key.name, key.today, key.language))
    read_back = spec.read_back or slot.read_back
    return _by(replace(slot, read_back=read_back, harmless=spec.harmless, language=key.language), key.by)


@lru_cache(maxsize=100)
def _warm(language: str) -> None:
    """Load the tables of a language now, before a caller waits: some 0.3 s."""
    warm_hearing(language)
    warm(language)


def _made(spec: SlotSpec, asked: AskedSlot) -> Slot:
    match spec:
        case ChoiceSlot():
            return choice_slot(spec, asked)
        case YesNoSlot():
            return yes_no_slot(spec, asked)
        case NumberSlot():
            return number_slot_of(spec, asked)
        case DateSlot():
            return date_slot(spec, asked)
        case TimeSlot():
            return time_slot(spec, asked)
        case DurationSlot():
            return duration_slot(spec, asked)
        case MoneySlot():
            return money_slot(spec, asked)
        case DigitsSlot():
            return digits_slot_of(spec, asked)
        case SpellingSlot():
            return spelling_slot(spec, asked)
        case NameSlot() if spec.known:
            options = tuple(Option(value=name) for name in dict.fromkeys(spec.known))
            return choice_slot(ChoiceSlot(kind="choice", options=options, offer=spec.offer), asked)
        case NameSlot():
            return name_slot(spec, asked)
        case PhoneSlot():
            return phone_slot(spec, asked)
        case EmailSlot():
            return email_slot(spec, asked)
        case AddressSlot():
            return address_slot(spec, asked)
        case TextSlot():
            return text_slot(spec, asked)
        case GrammarSlot():
            return grammar_slot(spec, asked)


def _by(slot: Slot, by: Sequence[str]) -> Slot:
    """With those ways alone that it is asked in."""
    if "voice" not in by and "model" not in by:
        slot = replace(
            slot, grammar=None, parse=_nothing, impossible=_silent, continuations=(), keys_only=True
        )
    if "keys" not in by:
        slot = replace(slot, dtmf=Dtmf(1, _nothing, ""))
    return slot


def _nothing(text: str) -> None:
    return None


def _silent(text: str) -> str:
    return ""


__all__ = ["confirm_slot", "menu_slot", "say_value", "slot_of", "with_intents"]
