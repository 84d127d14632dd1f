"""When somebody is there: hours of the week in a time zone, and calendars of days that are not as usual.

Pure. Hours are those of a clock on the wall: a span in the hour that a change to summer time leaves out never
comes, and one in the hour that comes twice holds twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from mediaserver.errors import ConfigError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As `datetime.weekday` counts them."""
MOST_SPANS = 20
"""Of one day."""
MOST_DAYS = 1000
"""Of one calendar."""
LONGEST_LABEL = 100
DAY_S = 24 * 3600
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_SPAN = re.compile(r"([0-9:]{5})-([0-9:]{5})")
_EVERY_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")
_ONE_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEAP_YEAR = 2000

Spans: TypeAlias = tuple["DaySpan", ...]


@dataclass(frozen=True, slots=True)
class DaySpan:
    """A part of a day, in seconds of the clock on the wall. `until` is the first moment after it; one that is
    not later than `since` is on the next day."""

    since: int
    until: int

    @classmethod
    def parse(cls, text: str) -> DaySpan:
        """Of "09:00-17:30", "22:00-02:00" (past midnight) or "00:00-24:00". Raises ConfigError."""
        found = _SPAN.fullmatch(text)
        if found is None:
            raise ConfigError(f'{text!r} is no part of a day, such as "09:00-17:30"')
        since, until = _seconds(found[1]), _seconds(found[2])
        if since == until or since == DAY_S:
            raise ConfigError(
                f'{text!r} has no length: a whole day is "00:00-24:00", and a span begins before 24:00'
            )
        return cls(since, until)

    def __str__(self) -> str:
        return f"{_clock(self.since)}-{_clock(self.until)}"

    @property
    def past_midnight(self) -> bool:
        return self.until <= self.since

    def holds(self, second: int) -> bool:
        """Of the day on which it begins."""
        return self.since <= second and (self.past_midnight or second < self.until)

    def still_holds(self, second: int) -> bool:
        """Of the day after."""
        return self.past_midnight and second < self.until


def spans_of(written: Any) -> Spans:
    """Of a list of texts; an empty one is a day on which nobody is there. Raises ConfigError."""
    if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
        raise ConfigError('the hours of a day are a list, such as ["09:00-12:00", "13:00-17:30"]')
    if len(written) > MOST_SPANS:
        raise ConfigError(f"a day has at most {MOST_SPANS} spans")
    return tuple(sorted((DaySpan.parse(each) for each in written), key=lambda span: span.since))


@dataclass(frozen=True, slots=True)
class Week:
    """The usual hours, by `weekday`."""

    days: tuple[Spans, ...] = ((),) * 7

    @classmethod
    def parse(cls, written: Any) -> Week:
        """Of {"mon": ["09:00-17:30"], ...}; nobody is there on days that are left out. Raises ConfigError."""
        if not isinstance(written, dict):
            raise ConfigError("weekly hours are an object with the days mon to sun")
        if strange := next((day for day in written if day not in DAYS), None):
            raise ConfigError(f"{str(strange)[:40]!r} is none of the days {', '.join(DAYS)}")
        return cls(tuple(spans_of(written.get(day, [])) for day in DAYS))


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day of a calendar; without spans nobody is there."""

    label: str
    spans: Spans = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that are not as usual."""

    name: str
    dates: Mapping[date, SpecialDay] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    yearly: Mapping[tuple[int, int], SpecialDay] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    """By month and day; a date of one year goes before."""

    @classmethod
    def parse(cls, name: str, written: Any) -> Calendar:
        """Of [{"date": "2026-12-25" or "12-25", "label": "Christmas", "hours": []}, ...]. Raises
        ConfigError."""
        if not isinstance(written, list) or not all(isinstance(each, dict) for each in written):
            raise ConfigError("the days of a calendar are a list of objects with date, label and hours")
        if len(written) > MOST_DAYS:
            raise ConfigError(f"a calendar has at most {MOST_DAYS} days")
        dates: dict[date, SpecialDay] = {}
        yearly: dict[tuple[int, int], SpecialDay] = {}
        for each in written:
            text, label = each.get("date"), each.get("label", "")
            if not isinstance(label, str) or len(label) > LONGEST_LABEL:
                raise ConfigError(f"the label of a day is a text of at most {LONGEST_LABEL} characters")
            day = SpecialDay(label, spans_of(each.get("hours", [])))
            when = _date(text)
            if isinstance(text, str) and _EVERY_YEAR.fullmatch(text):
                twice = yearly.setdefault((when.month, when.day), day) is not day
            else:
                twice = dates.setdefault(when, day) is not day
            if twice:
                raise ConfigError(f"the calendar has {text} twice")
        return cls(name, MappingProxyType(dates), MappingProxyType(yearly))

    def on(self, day: date) -> SpecialDay | None:
        """What is special about a day; None: nothing is."""
        return self.dates.get(day) or self.yearly.get((day.month, day.day))


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is there. Without a week always, but for what the calendar says."""

    zone: ZoneInfo
    week: Week | None = None
    calendar: Calendar | None = None

    def hold(self, now: datetime) -> bool:
        """Whether somebody is there. `now`: aware."""
        local = now.astimezone(self.zone)
        second = local.hour * 3600 + local.minute * 60 + local.second
        today = local.date()
        if any(span.holds(second) for span in self._of(today)):
            return True
        if today == date.min:
            return False
        # What began yesterday is yesterday's, whatever kind of day has come since.
        return any(span.still_holds(second) for span in self._of(today - timedelta(days=1)))

    def said(self, now: datetime) -> str:
        """What it is there, for whoever asks why: "Friday 2026-12-25 10:00 Europe/Berlin (Christmas)"."""
        local = now.astimezone(self.zone)
        special = None if self.calendar is None else self.calendar.on(local.date())
        label = f" ({special.label or 'a day of the calendar'})" if special is not None else ""
        return f"{local:%A %Y-%m-%d %H:%M} {self.zone.key}{label}"

    def _of(self, day: date) -> Spans:
        if self.calendar is not None and (special := self.calendar.on(day)) is not None:
            return special.spans
        return ALWAYS if self.week is None else self.week.days[day.weekday()]


ALWAYS: Spans = (DaySpan(0, DAY_S),)


@lru_cache(maxsize=1000)
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name, such as "Europe/Berlin"; reads a file the first time. Raises
    ConfigError."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder is an OSError
        raise ConfigError(
            f"there is no time zone {name[:60]!r}: give one of the IANA database, such as Europe/Berlin"
        ) from None


def _date(text: Any) -> date:
    """A yearly one is that of a leap year."""
    if isinstance(text, str):
        try:
            if _ONE_DAY.fullmatch(text):
                return date.fromisoformat(text)
            if _EVERY_YEAR.fullmatch(text):
                return date.fromisoformat(f"{_LEAP_YEAR}-{text}")
        except ValueError:
            pass
    raise ConfigError(f'{str(text)[:40]!r} is no date, such as "2026-12-25", or "12-25" of every year')


def _seconds(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ConfigError(f"{text!r} is no time of day from 00:00 to 24:00")
    return DAY_S if found[1] is None else int(found[1]) * 3600 + int(found[2]) * 60


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}"
