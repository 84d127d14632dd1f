"""When somebody is there, on a made-up clock: changes of summer time, midnight, holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.calls.hours import DAYS, Calendar, DaySpan, Hours, Week, zone_of
from mediaserver.errors import ConfigError

OFFICE = {day: ["09:00-17:30"] for day in DAYS[:5]}


def hold(now: str, week: Any = None, zone: str = "Europe/Berlin", days: Any = None) -> bool:
    """`now`: RFC 3339."""
    calendar = None if days is None else Calendar.parse("c", days)
    hours = Hours(zone_of(zone), None if week is None else Week.parse(week), calendar)
    return hours.hold(datetime.fromisoformat(now))


@pytest.mark.parametrize(
    ("now", "open_"),
    [
        ("2026-11-20T08:59:59+01:00", False),
        ("2026-11-20T09:00:00+01:00", True),
        ("2026-11-20T17:29:59+01:00", True),
        ("2026-11-20T17:30:00+01:00", False),
        ("2026-11-21T12:00:00+01:00", False),  # a Saturday
    ],
)
def test_a_span_holds_from_its_first_second_until_its_last(now: str, open_: bool) -> None:
    assert hold(now, OFFICE) is open_


@pytest.mark.parametrize(
    ("zone", "now", "open_"),
    [
        ("Europe/Berlin", "2026-11-20T16:00:00+00:00", True),
        ("Europe/London", "2026-11-20T08:30:00+00:00", False),
        ("Asia/Kolkata", "2026-11-20T04:00:00+00:00", True),  # 09:30
        ("America/New_York", "2026-11-20T13:59:00+00:00", False),
        ("Pacific/Kiritimati", "2026-11-19T20:00:00+00:00", True),  # Friday, 10:00
        ("Pacific/Pago_Pago", "2026-11-21T03:00:00+00:00", True),  # still Friday, 16:00
    ],
)
def test_hours_are_those_of_the_zone(zone: str, now: str, open_: bool) -> None:
    assert hold(now, OFFICE, zone) is open_


def test_hours_stay_those_of_the_wall_when_summer_time_changes() -> None:
    for month, offset in ((7, "+02:00"), (12, "+01:00")):
        day = f"2026-{month:02d}-01"
        monday = date.fromisoformat(day) + timedelta(days=(7 - date.fromisoformat(day).weekday()) % 7)
        assert hold(f"{monday}T09:00:00{offset}", OFFICE)
        assert not hold(f"{monday}T08:59:00{offset}", OFFICE)


def test_the_hour_that_is_left_out_never_comes() -> None:
    """Berlin, 29 March 2026: behind 01:59:59 comes 03:00:00."""
    night = {"sun": ["02:00-03:00"]}
    began = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert not any(hold((began + timedelta(minutes=m)).isoformat(), night) for m in range(180))
    assert hold("2026-03-29T01:30:00+01:00", {"sun": ["01:00-04:00"]})
    assert hold("2026-03-29T03:30:00+02:00", {"sun": ["01:00-04:00"]})


def test_the_hour_that_comes_twice_holds_twice() -> None:
    """Berlin, 25 October 2026: 02:00 to 03:00 comes in summer time and again in winter time."""
    began = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    minutes = [hold((began + timedelta(minutes=m)).isoformat(), {"sun": ["02:00-03:00"]}) for m in range(300)]
    assert sum(minutes) == 120 and minutes[120] and minutes[239] and not minutes[240]


def test_a_span_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    night = {"fri": ["22:00-02:00"]}
    assert not hold("2026-11-20T01:00:00+01:00", night)  # Thursday's night
    assert not hold("2026-11-20T21:59:59+01:00", night)
    assert hold("2026-11-20T23:59:59+01:00", night)
    assert hold("2026-11-21T01:59:59+01:00", night)
    assert not hold("2026-11-21T02:00:00+01:00", night)
    assert not hold("2026-11-21T23:00:00+01:00", night)


def test_a_span_past_midnight_when_the_clocks_go_back() -> None:
    """From 22:00 on Saturday until 02:30 on Sunday, which comes twice."""
    night = {"sat": ["22:00-02:30"]}
    assert hold("2026-10-25T02:29:00+02:00", night)
    assert not hold("2026-10-25T02:30:00+02:00", night)
    assert hold("2026-10-25T02:29:00+01:00", night)
    assert not hold("2026-10-25T02:31:00+01:00", night)


HOLIDAYS = [
    {"date": "2026-12-24", "label": "Christmas Eve", "hours": ["09:00-12:00"]},
    {"date": "12-25", "label": "Christmas", "hours": []},
    {"date": "2027-12-25", "label": "an exception"} | {"hours": ["10:00-11:00"]},
]


def test_a_calendar_has_days_with_hours_of_their_own_and_days_that_are_closed() -> None:
    assert hold("2026-12-24T11:59:00+01:00", OFFICE, days=HOLIDAYS)
    assert not hold("2026-12-24T12:00:00+01:00", OFFICE, days=HOLIDAYS)
    assert not hold("2026-12-25T10:00:00+01:00", OFFICE, days=HOLIDAYS)  # a Friday
    assert hold("2026-12-28T10:00:00+01:00", OFFICE, days=HOLIDAYS)
    assert not hold("2028-12-25T10:30:00+01:00", OFFICE, days=HOLIDAYS)  # every year, a Monday
    assert hold("2027-12-25T10:30:00+01:00", OFFICE, days=HOLIDAYS)  # one date goes before, on a Saturday


def test_without_a_week_somebody_is_there_but_for_the_calendar() -> None:
    assert hold("2026-11-21T03:00:00+01:00", days=HOLIDAYS)
    assert not hold("2026-12-25T03:00:00+01:00", days=HOLIDAYS)
    assert hold("2026-12-24T23:30:00+00:00", zone="America/New_York", days=[{"date": "12-25"}])


def test_a_night_goes_on_into_a_holiday_and_a_holidays_night_does_not_begin() -> None:
    nights = {day: ["20:00-04:00"] for day in DAYS}
    christmas = [{"date": "2026-12-25"}]
    assert hold("2026-12-25T03:00:00+01:00", nights, days=christmas)
    assert not hold("2026-12-25T20:30:00+01:00", nights, days=christmas)
    assert not hold("2026-12-26T03:00:00+01:00", nights, days=christmas)


def test_the_29th_of_february_of_every_year_comes_in_leap_years() -> None:
    leap = [{"date": "02-29"}]
    assert not hold("2028-02-29T12:00:00+01:00", days=leap)
    assert hold("2027-03-01T12:00:00+01:00", days=leap) and hold("2027-02-28T12:00:00+01:00", days=leap)


@pytest.mark.parametrize(
    ("week", "words"),
    [
        ([], "an object"),
        ({"monday": []}, "'monday' is none of the days"),
        ({"mon": "09:00-17:00"}, "are a list"),
        ({"mon": ["9-17"]}, "no part of a day"),
        ({"mon": ["09:00-24:30"]}, "no time of day"),
        ({"mon": ["25:00-26:00"]}, "no time of day"),
        ({"mon": ["09:00-09:00"]}, "no length"),
        ({"mon": ["24:00-02:00"]}, "no length"),
        ({"mon": ["09:00-10:00"] * 21}, "at most 20"),
        ({"mon": ["٠٩:00-10:00"]}, "no part of a day"),
    ],
)
def test_hours_that_make_no_sense_say_why(week: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Week.parse(week)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({}, "a list of objects"),
        (["2026-12-25"], "a list of objects"),
        ([{"date": "25.12.2026"}], "no date"),
        ([{"date": "2026-02-30"}], "no date"),
        ([{"date": 20261225}], "no date"),
        ([{"date": "12-25"}, {"date": "12-25"}], "twice"),
        ([{"date": "2026-12-25"}, {"date": "2026-12-25"}], "twice"),
        ([{"date": "12-25", "label": "x" * 101}], "label"),
        ([{"date": "12-25", "hours": ["x"]}], "no part of a day"),
        ([{"date": "12-25"}] * 1001, "at most 1000"),
    ],
)
def test_a_calendar_that_makes_no_sense_says_why(days: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Calendar.parse("c", days)


@pytest.mark.parametrize(
    "name", ["Europe/Berlln", "", "/etc/passwd", "../passwd", "Europe", "a\0b", "x" * 5000]
)
def test_a_zone_that_nobody_knows_says_so(name: str) -> None:
    with pytest.raises(ConfigError, match="no time zone"):
        zone_of(name)


@given(st.integers(0, 1439), st.integers(1, 1440))
@settings(max_examples=50)
def test_a_span_is_written_as_it_was_read(since: int, until: int) -> None:
    if since != until:
        span = DaySpan(since * 60, until * 60)
        assert DaySpan.parse(str(span)) == span


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 14))
@settings(max_examples=100)
def test_what_is_asked_in_another_zone_is_the_same_moment(moment: datetime, offset: int) -> None:
    hours = Hours(zone_of("America/Sao_Paulo"), Week.parse({**OFFICE, "sat": ["22:00-03:00"]}))
    here = moment.replace(tzinfo=UTC)
    assert hours.hold(here) == hours.hold(here.astimezone(timezone(timedelta(hours=offset))))
