"""Days, as ISO dates: 'today', 'on friday', 'the third of march', 'march third twenty twenty six'. What is
said without a year is the next such day that is possible, else the last one.

On the keys: one for each of the next days where only near ones are asked for, else month and day (day and
month where people write it so), and the year where one is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from pipelines.conversation.spoken_forms import MONTHS, WEEKDAYS, ordinal
from pipelines.conversation.spoken_forms import day as spoken_day
from pipelines.flows.document.slots import DateSlot
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.numbers import alternatives, number
from pipelines.flows.slots.asked import AskedSlot, bounded, refused
from pipelines.flows.slots.heard import POLITE, heard_words, without_lead, without_tail
from pipelines.flows.slots.phrases import SlotError
from pipelines.languages.tags import base_of
from pipelines.spoken.hearing.numbers import key, ordinals
from pipelines.spoken.hearing.words import folded
from pipelines.spoken.hearing.written import written

YEAR = 366
"""Days."""
FAR = 300
"""Days from which on a date is read back with its year."""
_LEAD = POLITE | {"this", "next", "coming", "from"}
_TODAY = {
    "en": ("today", "tomorrow", "day after tomorrow", "yesterday"),
    "de": ("heute", "morgen", "übermorgen", "gestern"),
    "es": ("hoy", "mañana", "pasado mañana", "ayer"),
    "fr": ("aujourd'hui", "demain", "après-demain", "hier"),
    "it": ("oggi", "domani", "dopodomani", "ieri"),
    "pt": ("hoje", "amanhã", "depois de amanhã", "ontem"),
    "hi": ("आज", "कल", "परसों", ""),
    "ja": ("今日", "明日", "明後日", "昨日"),
    "zh": ("今天", "明天", "后天", "昨天"),
}
"""This day, the next, the one after, and the last."""
_AHEAD = (0, 1, 2, -1)
_ABROAD_LEAD = {
    "de": "am an den der nächsten nächster kommenden diesen dieser für zum bitte ab".split(),
    "es": "el la para este próximo por favor".split(),
    "fr": "le ce pour prochain lundi".split()[:3],
    "it": "il la per questo prossimo".split(),
    "pt": "na no em para esta este próxima próximo".split(),
}


def date_slot(spec: DateSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    if spec.earliest > spec.latest:
        raise SlotError(
            f"no day is from {spec.earliest} to {spec.latest} days from now; put the smaller one "
            "into `earliest`"
        )
    today = asked.today
    first, last = today + timedelta(days=spec.earliest), today + timedelta(days=spec.latest)
    days = _Days(today, first, last, asked.language)
    possible = possible_day(spec, today)
    say = sayer(today, asked.language)
    if spec.near:
        keys, offer, most = days.counted, asked.words.day, 1
    else:
        keys = days.full if days.wants_year else days.month_and_day
        offer = asked.words.full_date if days.wants_year else asked.words.date
        most = 8 if days.wants_year else 4
    return Slot(
        asked.name,
        asked.grammar(_near_rules() if spec.near else _rules(days.wants_year)) if asked.english else None,
        bounded(days.read, possible),
        Dtmf(most, bounded(keys, possible), spec.offer or offer, most),
        say,
        alike=(("today", "tuesday"), ("tuesday", "thursday")) if asked.english else (),
        impossible=refused(days.read, possible, say),
        language=asked.language,
    )


def possible_day(spec: DateSlot, today: date) -> Callable[[Value], bool]:
    """Whether an ISO date may be meant."""
    wanted = frozenset(spec.weekdays)

    def possible(value: Value) -> bool:
        day = date.fromisoformat(str(value))
        near = spec.earliest <= (day - today).days <= spec.latest
        return near and (not wanted or WEEKDAYS[day.weekday()].lower() in wanted)

    return possible


def sayer(today: date, language: str) -> Callable[[Value], str]:
    """How a day is read back, seen from today."""
    english = base_of(language) == "en"

    def say(value: Value) -> str:
        chosen = date.fromisoformat(str(value))
        ahead = (chosen - today).days
        if english and ahead in (0, 1):
            return _TODAY["en"][ahead]
        if not english:
            return _say_abroad(chosen, ahead, language)
        if abs(ahead) > FAR:
            return f"{MONTHS[chosen.month - 1]} {ordinal(chosen.day)}, {chosen.year}"
        return spoken_day(chosen)

    return say


def _say_abroad(chosen: date, ahead: int, language: str) -> str:
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date, format_skeleton

    names = _TODAY.get(base_of(language))
    if names is not None and ahead in (0, 1):
        return names[ahead]
    try:
        locale = Locale.parse(language, sep="-")
        if abs(ahead) > FAR:
            return str(format_date(chosen, "long", locale=locale))
        weekday = str(locale.days["format"]["wide"][chosen.weekday()])
        day = str(format_skeleton("MMMMd", chosen, locale=locale))
        return f"{day}{weekday}" if base_of(language) in ("ja", "zh") else f"{weekday}, {day}"
    except (UnknownLocaleError, ValueError, KeyError):
        return chosen.isoformat()


class _Days:
    """Words and keys as days, whether they are possible or not."""

    def __init__(self, today: date, first: date, last: date, language: str) -> None:
        self._today, self._first, self._last = today, first, last
        self._language = language
        self._base = base_of(language)

    @property
    def wants_year(self) -> bool:
        """Month and day alone could be several."""
        return (self._last - self._first).days > YEAR or (self._today - self._first).days > YEAR

    def read(self, text: str) -> str | None:
        found = self._english(heard_words(text)) if self._base == "en" else self._abroad(text)
        return None if found is None else found.isoformat()

    # ---- keys

    def counted(self, keys: str) -> str | None:
        ahead = int(keys) if keys.isdecimal() and len(keys) < 4 else 0
        return (self._today + timedelta(days=ahead - 1)).isoformat() if ahead else None

    def month_and_day(self, keys: str) -> str | None:
        if len(keys) != 4 or not keys.isdecimal():
            return None
        day = self._of_year(None, *self._ordered(int(keys[:2]), int(keys[2:])))
        return None if day is None else day.isoformat()

    def full(self, keys: str) -> str | None:
        if len(keys) != 8 or not keys.isdecimal():
            return None
        month, day = self._ordered(int(keys[:2]), int(keys[2:4]))
        found = _date(int(keys[4:]), month, day)
        return None if found is None else found.isoformat()

    def _ordered(self, one: int, other: int) -> tuple[int, int]:
        """Month and day, as people write them."""
        return (other, one) if self._base == "de" else (one, other)

    # ---- words

    def _english(self, words: list[str]) -> date | None:
        words = without_tail(without_lead(words, _LEAD))
        match words:
            case []:
                return None
            case ["today" | "tomorrow" | "yesterday" as name]:
                return self._ahead(_AHEAD[_TODAY["en"].index(name)])
            case ["day", "after", "tomorrow"]:
                return self._ahead(2)
            case [name] if name.capitalize() in WEEKDAYS:
                return self._weekday(WEEKDAYS.index(name.capitalize()))
            case [name, *rest] if name.capitalize() in WEEKDAYS:
                return self._dated(" ".join(rest))
            case [*count, "day" | "days" | "week" | "weeks" as unit] | [
                *count, "day" | "days" | "week" | "weeks" as unit, "from", "now" | "today",
            ]:  # fmt: skip
                many = 1 if count in ([], ["one"]) else number(count)
                return self._ahead(many * (7 if unit.startswith("week") else 1)) if many else None
            case _:
                return self._dated(" ".join(words))

    def _abroad(self, text: str) -> date | None:
        said = folded(" ".join(without_tail(heard_words(text, self._language), self._language)))
        for name, ahead in zip(_TODAY.get(self._base, ()), _AHEAD, strict=False):
            if name and said.replace(" ", "") == _joined(name):
                return self._ahead(ahead)
        words = without_lead(said.split(), frozenset(map(folded, _ABROAD_LEAD.get(self._base, ()))))
        for name, ahead in zip(_TODAY.get(self._base, ()), _AHEAD, strict=False):
            if name and "".join(words) == _joined(name):
                return self._ahead(ahead)
        weekdays = _weekdays(self._base)
        if words and words[0] in weekdays:
            if len(words) == 1 or words[1:] in (["proximo"], ["prochain"], ["prossimo"]):
                return self._weekday(weekdays[words[0]])
            words = without_lead(words[1:], frozenset(map(folded, _ABROAD_LEAD.get(self._base, ()))))
        return self._dated(" ".join(words) if words else said)

    def _dated(self, said: str) -> date | None:
        """'march third', 'the third', 'march third twenty twenty six'."""
        found = written(said, self._language, "date")
        if found is None:
            nth = ordinals(self._base).get(key(folded(said.removeprefix("the "))))
            return self._nth(nth) if nth is not None and nth <= 31 else None
        if found.startswith("--"):
            return self._of_year(None, int(found[2:4]), int(found[5:7]))
        return _date(int(found[:4]), int(found[5:7]), int(found[8:10]))

    def _ahead(self, days: int) -> date | None:
        return self._today + timedelta(days=days) if abs(days) < 10_000 else None

    def _weekday(self, weekday: int) -> date:
        """The next one after today."""
        return self._today + timedelta(days=(weekday - self._today.weekday() - 1) % 7 + 1)

    def _nth(self, day: int) -> date | None:
        """Of this month, or the next that has one."""
        for ahead in range(12):
            month = self._today.month - 1 + ahead
            found = _date(self._today.year + month // 12, month % 12 + 1, day)
            if found is not None and found >= self._today:
                return found
        return None

    def _of_year(self, year: int | None, month: int, day: int) -> date | None:
        """The next such day that is possible, else the last one; the next one at all where none is."""
        if self.wants_year and self._last <= self._today:
            return None  # of a day of birth the year tells
        now = self._today.year
        around = [found for each in range(now - 1, now + 9) if (found := _date(each, month, day)) is not None]
        ahead = [found for found in around if found >= self._today]
        behind = [found for found in reversed(around) if found < self._today]
        possible = [found for found in (*ahead, *behind) if self._first <= found <= self._last]
        return next(iter(possible or ahead or behind), None)


def _joined(name: str) -> str:
    return folded(name).replace(" ", "").replace("-", "")


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=16)
def _weekdays(language: str) -> dict[str, int]:
    """Monday is 0."""
    from babel import Locale, UnknownLocaleError

    try:
        names = Locale.parse(language).days["format"]["wide"]
    except (UnknownLocaleError, ValueError):
        return {}
    return {folded(str(names[n])): n for n in range(7)}


# ---- grammars


def _near_rules() -> str:
    return f"""[for] (today | tomorrow) | [for | on | (this | next) {{}}] <weekday>
  | [the] day after tomorrow;
<weekday> = {" | ".join(WEEKDAYS).lower()};"""


def _rules(with_year: bool) -> str:
    nth = " | ".join(ordinal(n).replace("-", " ") for n in range(1, 32))
    year = " [<year>]" if with_year else ""
    years = f"""
<year> = (nineteen | twenty) (oh <unit> | {alternatives(range(10, 20))} | <tens> [<unit>])
  | two thousand [[and {{}}] ({alternatives(range(1, 20))})];
<tens> = twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety;
<unit> = {alternatives(range(1, 10))};"""
    return f"""[for] (today | tomorrow) | [for | on | (this | next) {{}}] <weekday>
  | [the] day after tomorrow
  | [for | on] ([the {{}}] <nth> [of {{}}] <month> | <month> [the {{}}] <nth>){year};
<weekday> = {" | ".join(WEEKDAYS).lower()};
<month> = {" | ".join(MONTHS).lower()};
<nth> = {nth};{years if with_year else ""}"""
