"""Values that do not come from a caller's mouth or keys: what a model found, or what was typed. They must be
as possible as any other, and look the same."""

from __future__ import annotations

import re
from datetime import date

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
    PhoneSlot,
    SlotSpec,
    SpellingSlot,
    TextSlot,
    TimeSlot,
    YesNoSlot,
)
from pipelines.flows.model import Intent, Slot, Value
from pipelines.flows.slots.anything import LONGEST_ADDRESS, clean
from pipelines.flows.slots.days import possible_day
from pipelines.flows.slots.mail import address_of
from pipelines.flows.slots.making import slot_of
from pipelines.flows.slots.own_grammars import tag_words
from pipelines.flows.slots.spelled import phone_of, said_name
from pipelines.flows.slots.sums import sum_of

LONGEST = 4_000
"""Characters of a value that are looked at."""
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")


def value_of_words(spec: SlotSpec, text: str, today: date, *, language: str = "en") -> Value | None:
    """What a caller who writes these words answers; None: nothing that is possible. Raises SlotError."""
    slot = slot_of(spec, "words", today, language=language)
    value = slot.parse(text[:LONGEST])
    if value is None or isinstance(value, Intent):
        return None
    return _whole(slot, value)


def checked_value(spec: SlotSpec, value: object, today: date, *, language: str = "en") -> Value | None:
    """A value as the slot itself would have it, from JSON: 5, 'London', '2026-11-24', True for a yes. None:
    none that is possible. Texts that are no such value are read as words. Raises SlotError."""
    found = _checked(spec, value, today, language)
    if found is None and isinstance(value, str) and not isinstance(spec, TextSlot | AddressSlot):
        return value_of_words(spec, value, today, language=language)
    return found


def _checked(spec: SlotSpec, value: object, today: date, language: str) -> Value | None:
    text = value[:LONGEST].strip() if isinstance(value, str) else ""
    match spec:
        case ChoiceSlot():
            low = text.lower() if text else str(value).lower() if isinstance(value, int | float) else ""
            named = (each for each in spec.options if low and low in (each.value.lower(), each.label.lower()))
            return next((each.value for each in named), None)
        case YesNoSlot():
            return {True: "yes", False: "no"}[value] if isinstance(value, bool) else None
        case DigitsSlot() | SpellingSlot():
            figures = (
                text if text else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
            )
            return _characters(spec, re.sub(r"[\s.-]", "", figures).upper())
        case NumberSlot() | DurationSlot():
            n = _whole_number(value, text)
            return n if n is not None and spec.least <= n <= spec.most else None
        case DateSlot():
            return text[:10] if _is_date(text) and possible_day(spec, today)(text[:10]) else None
        case TimeSlot():
            return _time(spec, text)
        case MoneySlot():
            amount = _amount(value, text)
            return amount if amount is not None and spec.least <= amount <= spec.most else None
        case NameSlot():
            if spec.known:
                return next((name for name in spec.known if text and name.lower() == text.lower()), None)
            return said_name(text)
        case PhoneSlot():
            return phone_of(text, spec.region) if re.fullmatch(r"[+()\d\s./-]{3,30}", text) else None
        case EmailSlot():
            return address_of(text)
        case AddressSlot():
            return clean(text, LONGEST_ADDRESS) or None
        case TextSlot():
            return clean(text, spec.longest) or None
        case GrammarSlot():
            tagged = bool(text) and tag_words(spec.jsgf).issuperset(text.split())
            return text if tagged or text in spec.labels or text in spec.keys.values() else None


def _whole(slot: Slot, value: Value) -> Value | None:
    """One that comes in pieces must be all of it."""
    if slot.spelling is not None and not slot.spelling.whole(str(value)):
        return None
    return slot.kept(value)


def _characters(spec: DigitsSlot | SpellingSlot, text: str) -> str | None:
    letters = isinstance(spec, SpellingSlot) and spec.letters
    digits = isinstance(spec, DigitsSlot) or spec.digits
    allowed = ("A-Z" if letters else "") + ("0-9" if digits else "")
    fits = re.fullmatch(rf"[{allowed}]{{{spec.least},{spec.most}}}", text)
    return text if fits and spec.least <= spec.most else None


def _whole_number(value: object, text: str) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return int(text) if re.fullmatch(r"\d{1,12}", text) else None


def _amount(value: object, text: str) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return sum_of(value) if abs(value) < 1e12 else None  # neither nan nor infinite
    return sum_of(float(text)) if re.fullmatch(r"\d{1,12}(?:\.\d{1,2})?", text) else None


def _is_date(text: str) -> bool:
    """'2026-11-24', or a time of that day."""
    try:
        return bool(re.match(r"\d{4}-\d\d-\d\d(?:T|$)", text)) and bool(date.fromisoformat(text[:10]))
    except ValueError:
        return False


def _time(spec: TimeSlot, text: str) -> str | None:
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    said = f"{int(found[1]):02}:{found[2]}"
    # "2:30" was perhaps said so: which half of the day it is tells the slot.
    return said if spec.earliest <= said <= spec.latest and len(found[1]) == 2 else None
