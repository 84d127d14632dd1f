"""Times of day, as '14:30'. English as it is said of a few minutes in the hour; other languages as
`pipelines.spoken.hearing` reads them. On the keys: '1430', '230' and '9'."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipelines.conversation.spoken_forms import clock_time
from pipelines.flows.document.slots import TimeSlot
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.numbers import UNITS, alternatives, number, with_digits
from pipelines.flows.slots.asked import AskedSlot, bounded, refused
from pipelines.flows.slots.heard import POLITE, heard_words, without_lead, without_tail
from pipelines.flows.slots.phrases import SlotError
from pipelines.spoken.hearing.written import written

_HALVES = {
    ("a", "m"): 0,
    ("am",): 0,
    ("in", "the", "morning"): 0,
    ("p", "m"): 12,
    ("pm",): 12,
    ("in", "the", "afternoon"): 12,
    ("in", "the", "evening"): 12,
    ("at", "night"): 12,
}
_LEAD = POLITE | {"around", "about", "maybe", "starting", "begin", "from"}
_FIGURES = re.compile(r"(?:\D*\s)?(\d{1,2})[:.h](\d{2})(?:\s*(?:uhr|h|horas|heures))?[.!?]?", re.IGNORECASE)
"""As it is written, with the word for hours."""
LATE = range(13, 19)
"""Hours of 24 that the grammar knows: those of offices."""


def time_slot(spec: TimeSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    if spec.earliest > spec.latest:
        raise SlotError(
            f"no time is from {spec.earliest} to {spec.latest}; put the earlier one into `earliest`"
        )

    def possible(value: Value) -> bool:
        return spec.earliest <= str(value) <= spec.latest

    clock = _Clock(spec.first_hour, possible)

    def read(text: str) -> Value | None:
        return clock.english(text) if asked.english else clock.foreign(text, asked.language)

    say = say_time if asked.english else str
    keyed = bounded(clock.keyed, possible)
    return Slot(
        asked.name,
        asked.grammar(_rules(spec)) if asked.english else None,
        bounded(read, possible),
        Dtmf(4, keyed, spec.offer or asked.words.time),
        say,
        ("thirty", "fifteen", "p m", "a m") if asked.english else (),
        spell=(lambda value: with_digits(say(value), int(str(value)[3:]))) if asked.english else None,
        impossible=refused(read, possible, say),
        language=asked.language,
    )


class _Clock:
    """Words and keys as times. `first_hour`: from which on an hour is before noon where nothing else is
    said, and both halves of the day are `possible`."""

    def __init__(self, first_hour: int, possible: Callable[[str], bool]) -> None:
        self._first = first_hour
        self._possible = possible

    def english(self, text: str) -> str | None:
        words = without_tail(without_lead(heard_words(text, clock=True), _LEAD))
        half: int | None = None
        for ending, offset in _HALVES.items():
            if tuple(words[-len(ending) :]) == ending:
                words, half = words[: -len(ending)], offset
                break
        return self._said(words, half)

    def foreign(self, text: str, language: str) -> str | None:
        figures = _FIGURES.fullmatch(text.strip()[:40])
        found = f"{figures[1]}:{figures[2]}" if figures else None
        if found is None:
            words = without_tail(heard_words(text, language, clock=True), language)
            found = written(text, language, "time") or written(" ".join(words), language, "time")
        if found is None:
            return None
        hour, minute = (int(part) for part in found.split(":"))
        if hour > 23 or minute > 59:
            return None
        # Of an hour that is said as one of twelve nobody knows the half of the day.
        said_so = hour > 12 or hour == 0
        return f"{hour:02}:{minute:02}" if said_so else self._at(hour, minute, None)

    def keyed(self, keys: str) -> str | None:
        """'1430' and '230'; '9' is nine o'clock."""
        if not keys.isdecimal() or len(keys) > 4:
            return None
        hour, minute = (int(keys), 0) if len(keys) <= 2 else (int(keys[:-2]), int(keys[-2:]))
        if len(keys) == 4:
            return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
        return self._at(hour, minute, None) if minute < 60 else None

    def _said(self, words: list[str], half: int | None) -> str | None:
        """Hour and minute without the part of the day."""
        match words:
            case ["noon" | "midday"] if half is None:
                return "12:00"
            case ["midnight"] if half is None:
                return "00:00"
            case [hour, "o'clock"]:
                return self._at(UNITS.get(hour), 0, half)
            case [hour, "hundred"] if half is None and 13 <= UNITS.get(hour, 0) <= 19:
                return self._at(UNITS[hour], 0, None)
            case ["half", "past", hour]:
                return self._at(UNITS.get(hour), 30, half)
            case ["quarter", "past", hour]:
                return self._at(UNITS.get(hour), 15, half)
            case ["quarter", "to", hour] if hour in UNITS:
                return self._at((UNITS[hour] - 2) % 12 + 1, 45, half)
            case [hour, "oh", minute] if 1 <= UNITS.get(minute, 0) <= 9:
                return self._at(UNITS.get(hour), UNITS[minute], half)
            case ["twenty", "one" | "two" | "three" as hour, *rest]:
                return self._late(20 + UNITS[hour], rest) if half is None else None
            case ["twenty", *rest]:
                return self._late(20, rest) if half is None else None
            case [hour, *rest]:
                minutes = number(rest) if rest else 0
                # 'two five' is not a time; a recogniser that hears it has guessed.
                return (
                    self._at(UNITS.get(hour), minutes, half) if minutes == 0 or (minutes or 0) >= 10 else None
                )
            case _:
                return None

    def _late(self, hour: int, rest: list[str]) -> str | None:
        minutes = 0 if rest in (["hundred"], ["o'clock"]) else number(rest)
        return None if minutes is None or minutes > 59 else f"{hour:02}:{minutes:02}"

    def _at(self, hour: int | None, minute: int | None, half: int | None) -> str | None:
        if hour is None or minute is None or not 1 <= hour <= 23 or (half is not None and hour > 12):
            return None
        if minute > 59:
            return None
        if half is not None:
            hour = hour % 12 + half
        elif hour <= 12:
            usual = hour + 12 if hour < self._first and hour < 12 else hour
            said = f"{usual:02}:{minute:02}"
            other = f"{(usual + 12) % 24:02}:{minute:02}"
            return other if not self._possible(said) and self._possible(other) else said
        return f"{hour:02}:{minute:02}"


def say_time(value: Value) -> str:
    """'14:30' -> '2:30 p.m.'."""
    hour, minute = (int(part) for part in str(value).split(":"))
    if (hour, minute) in ((0, 0), (12, 0)):
        return clock_time(hour, minute)
    return f"{hour % 12 or 12}:{minute:02} {'a' if hour < 12 else 'p'}.m."


def _rules(spec: TimeSlot) -> str:
    first = min(max(spec.first_hour, 1), 12)
    forenoon, afternoon = range(first, 12), [12, *range(1, first)]
    minutes = _minutes(spec.step_minutes)
    parts = {
        "in_the_morning": _half("forenoon", [*range(first + 1, 12), 12], minutes) if forenoon else "",
        "in_the_afternoon": _half(
            "afternoon", list(range(1, first + 1)) if first < 12 else [*range(1, 12)], minutes
        ),
    }
    ways = [
        *(["<in_the_morning> [<am> {} | <pm> {pm}]"] if forenoon else []),
        "<in_the_afternoon> [<pm> {} | <am> {am}]",
        "(noon | midday) {noon}",
        *(["<late>"] if spec.latest >= "13:00" else []),
    ]
    late = f"({alternatives(LATE)}) (hundred{' | <minutes>' if minutes else ''})"
    rules = [
        *(f"<{name}> = {rule};" for name, rule in parts.items() if rule),
        *([f"<late> = {late};"] if spec.latest >= "13:00" else []),
        *([f"<forenoon> = {alternatives(forenoon)};"] if forenoon else []),
        f"<afternoon> = {alternatives(afternoon)};",
        *([f"<minutes> = {minutes};"] if minutes else []),
        "<am> = a m | in the morning;",
        "<pm> = p m | in the (afternoon | evening);",
    ]
    return f"[at] ({' | '.join(ways)});\n" + "\n".join(rules)


def _half(hours: str, quarters: list[int], minutes: str) -> str:
    """Half a day: its hours, and those that a quarter to leads up to."""
    quarter = f"past <{hours}>" + (f" | to ({alternatives(quarters)})" if quarters else "")
    after = "<minutes> | o'clock {}" if minutes else "o'clock {}"
    halves = f" | half past <{hours}> | [a] quarter ({quarter})" if minutes else ""
    return f"<{hours}> [{after}]{halves}"


def _minutes(step: int) -> str:
    """Those that can be said."""
    if step == 1:
        return f"oh ({alternatives(range(1, 10))}) | {alternatives(range(10, 60))}"
    return alternatives([n for n in range(0, 60, step) if n >= 10])
