"""Lengths of time, in minutes: 'half an hour', 'two and a half hours', 'ninety minutes', 'three days'. On the
keys: the minutes."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipelines.flows.document.slots import DurationSlot
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.numbers import alternatives, number, whole_number, with_digits
from pipelines.flows.slots.asked import AskedSlot, bounded, refused
from pipelines.flows.slots.heard import POLITE, heard_words, without_lead, without_tail
from pipelines.flows.slots.phrases import SlotError
from pipelines.spoken.hearing.numbers import MOST_CHARS
from pipelines.spoken.hearing.written import written

MINUTES = (10, 15, 20, 25, 30, 40, 45, 50, 60, 90)
"""That the grammar knows, beside fewer where fewer than five are possible."""
USUAL_HOURS = 6
"""The grammar knows so many where no more than eight are possible."""
DAY = 1_440
_FIXED: dict[str, int] = {
    "half an hour": 30,
    "a half hour": 30,
    "half hour": 30,
    "a quarter of an hour": 15,
    "quarter of an hour": 15,
    "three quarters of an hour": 45,
    "half a day": DAY // 2,
    "a week": 7 * DAY,
    "one week": 7 * DAY,
}
_UNITS = {
    "de": ((r"tage?n?", DAY), (r"stunden?", 60), (r"minuten?", 1)),
    "es": ((r"d[ií]as?", DAY), (r"horas?", 60), (r"minutos?", 1)),
    "fr": ((r"jours?", DAY), (r"heures?", 60), (r"minutes?", 1)),
    "it": ((r"giorn[oi]", DAY), (r"or[ae]", 60), (r"minut[oi]", 1)),
    "pt": ((r"dias?", DAY), (r"horas?", 60), (r"minutos?", 1)),
}
"""Words for days, hours and minutes."""
_FIXED_ABROAD = {
    "de": {"halbe stunde": 30, "eine halbe stunde": 30, "viertelstunde": 15, "eine viertelstunde": 15,
           "dreiviertelstunde": 45, "eine dreiviertelstunde": 45, "anderthalb stunden": 90,
           "eineinhalb stunden": 90, "einen halben tag": DAY // 2},
    "es": {"media hora": 30, "un cuarto de hora": 15, "tres cuartos de hora": 45, "hora y media": 90,
           "una hora y media": 90},
    "fr": {"demi heure": 30, "une demi heure": 30, "un quart d'heure": 15, "trois quarts d'heure": 45,
           "une heure et demie": 90},
    "it": {"mezz'ora": 30, "mezzora": 30, "un quarto d'ora": 15, "un'ora e mezza": 90},
    "pt": {"meia hora": 30, "um quarto de hora": 15, "uma hora e meia": 90},
}  # fmt: skip


def duration_slot(spec: DurationSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    if spec.least > spec.most:
        raise SlotError(
            f"nothing takes from {spec.least} to {spec.most} minutes; put the smaller one into `least`"
        )

    def read(text: str) -> Value | None:
        return _minutes(heard_words(text)) if asked.english else _foreign(text, asked)

    def possible(value: Value) -> bool:
        return spec.least <= int(value) <= spec.most

    def keyed(keys: str) -> Value | None:
        return int(keys) if keys.isdecimal() and possible(int(keys)) else None

    say = say_length if asked.english else _say_abroad(asked)
    return Slot(
        asked.name,
        asked.grammar(_rules(spec)) if asked.english else None,
        bounded(read, possible),
        Dtmf(len(str(spec.most)), keyed, spec.offer or asked.words.minutes),
        say,
        ("and a half", "thirty minutes") if asked.english else (),
        spell=(lambda value: with_digits(say(value), int(value) if int(value) < 60 else 0))
        if asked.english
        else None,
        impossible=refused(read, possible, say),
        language=asked.language,
    )


def _minutes(words: list[str]) -> int | None:
    words = without_tail(without_lead(words, POLITE - {"a", "an"} | {"about"}))
    said = " ".join(words)
    if said in _FIXED:
        return _FIXED[said]
    match words:
        case [*count, "hour" | "hours", "and", "a", "half"]:
            return _hours(count, 30)
        case [*count, "and", "a", "half", "hours"]:
            return _hours(count, 30)
        case [*count, "hour" | "hours", "and", "a", "quarter"]:
            return _hours(count, 15)
        case [*count, "point", "five", "hours"]:
            return _hours(count, 30)
        case [count, "hour" | "hours", *more, "minutes" | "minute"]:
            extra = number([word for word in more if word != "and"])
            return None if extra is None else _hours([count], extra)
        case [*count, "minutes" | "minute"]:
            return whole_number(["one"] if count == ["a"] else count) or None
        case [*count, "hour" | "hours"]:
            return _hours(count, 0)
        case [*count, "days" | "day"]:
            days = 1 if count in (["a"], ["one"]) else number(count)
            return days * DAY if days else None
        case _:
            return None


def _hours(count: list[str], extra: int) -> int | None:
    hours = 1 if count in (["a"], ["an"]) else whole_number(count)
    return hours * 60 + extra if hours and hours <= 168 else None


def _foreign(text: str, asked: AskedSlot) -> int | None:
    """Parts with a unit each, one after the other."""
    language = asked.language.partition("-")[0].lower()
    words = without_tail(heard_words(text[:MOST_CHARS], asked.language), asked.language)
    words = without_lead(words, set(asked.words.lead))
    said = " ".join(words)
    if said in _FIXED_ABROAD.get(language, {}):
        return _FIXED_ABROAD[language][said]
    total, found = 0, False
    for unit, minutes in _UNITS.get(language, ()):
        match = re.search(rf"^(.*?)\s*\b{unit}\b", said)
        if match is None:
            continue
        count = written(match[1].strip().removeprefix("und ").removeprefix("y ").removeprefix("et "),
                        asked.language, "number")  # fmt: skip
        if count is None:
            return None
        total += round(float(count) * minutes)
        said, found = said[match.end() :].strip(), True
    for link in ("und ", "y ", "et ", "e "):
        said = said.removeprefix(link)
    return total if found and total and not said else None


def say_length(value: Value) -> str:
    """90 -> 'an hour and a half'."""
    hours, minutes = divmod(int(value), 60)
    days, rest = divmod(int(value), DAY)
    match hours, minutes:
        case 0, 30:
            return "half an hour"
        case 0, 1:
            return "one minute"
        case 0, _:
            return f"{minutes} minutes"
        case 1, 30:
            return "an hour and a half"
        case 1, 0:
            return "one hour"
        case _ if days and not rest:
            return "one day" if days == 1 else f"{days} days"
        case _:
            return f"{hours} hour{'' if hours == 1 else 's'}" + (f" and {minutes} minutes" if minutes else "")


def _say_abroad(asked: AskedSlot) -> Callable[[Value], str]:
    def say(value: Value) -> str:
        from babel.units import format_unit

        parts = []
        left = int(value)
        for unit, minutes in (("duration-day", DAY), ("duration-hour", 60), ("duration-minute", 1)):
            count, left = divmod(left, minutes)
            if count:
                parts.append(format_unit(count, unit, locale=asked.language.replace("-", "_")))
        return " ".join(parts)

    return say


def _rules(spec: DurationSlot) -> str:
    counts = [*([*range(2, 10)] if spec.least < 5 else []), *(n for n in MINUTES if n <= max(spec.most, 10))]
    many = USUAL_HOURS if spec.most <= 480 else min(spec.most // 60, 24)
    days = (
        f" | (one | a) {{day}} day | ({alternatives(range(2, max(3, spec.most // DAY + 1)))}) days"
        if spec.most >= DAY
        else ""
    )
    one = " | (one | a) minute" if spec.least < 2 else ""
    return f"""[for] (half an hour | a half hour | [a] quarter of an hour | three quarters of an hour
  | <count> minutes{one} | (an | one) {{1}} hour [<extra>] | <hours> hours [<extra>]
  | (one | <hours>) and a half hours{days});
<extra> = and a (half | quarter) | [and {{}}] (fifteen | thirty | forty five) minutes;
<count> = {alternatives(counts)};
<hours> = {alternatives(range(2, many + 1))};"""
