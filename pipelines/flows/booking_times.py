"""When the booking flow books: its slots for the day, the hour and the length. See `booking_slots`."""

from __future__ import annotations

from datetime import date, timedelta

from pipelines.conversation.spoken_forms import WEEKDAYS, clock_time
from pipelines.conversation.spoken_forms import day as spoken_day
from pipelines.flows.booking_slots import LEAD, grammar, without_lead
from pipelines.flows.model import Dtmf, Slot, Value
from pipelines.flows.numbers import UNITS, alternatives, number, with_digits

# ---- the day


def day_slot(today: date) -> Slot:
    """Days as ISO dates; a weekday is the next one after today."""

    def parse(text: str) -> Value | None:
        words = without_lead(text, LEAD | {"this", "next", "coming"})
        match words:
            case ["today"]:
                return today.isoformat()
            case ["tomorrow"]:
                return (today + timedelta(days=1)).isoformat()
            case ["day", "after", "tomorrow"]:
                return (today + timedelta(days=2)).isoformat()
            case [name] if name.capitalize() in WEEKDAYS:
                ahead = (WEEKDAYS.index(name.capitalize()) - today.weekday() - 1) % 7 + 1
                return (today + timedelta(days=ahead)).isoformat()
            case _:
                return None

    def keyed(digits: str) -> Value | None:
        key = int(digits) if digits.isdecimal() else 0
        return (today + timedelta(days=key - 1)).isoformat() if key else None

    def say(value: Value) -> str:
        chosen = date.fromisoformat(str(value))
        match (chosen - today).days:
            case 0:
                return "today"
            case 1:
                return "tomorrow"
            case _:
                return spoken_day(chosen)

    return Slot(
        "day",
        grammar(
            "day",
            f"""
public <day> = [for] (today | tomorrow) | [for | on | (this | next) {{}}] <weekday>
  | [the] day after tomorrow;
<weekday> = {" | ".join(WEEKDAYS).lower()};
""",
        ),
        parse,
        Dtmf(1, keyed, "Press one for today, two for tomorrow, three for the day after, and so on."),
        say,
        alike=(("today", "tuesday"), ("tuesday", "thursday")),
    )


# ---- the time

FIRST_OFFICE_HOUR = 7
"""'two thirty' is in the afternoon, 'nine' in the morning: hours from 7 to 12 are before noon."""
_HALVES = {
    ("a", "m"): 0,
    ("in", "the", "morning"): 0,
    ("p", "m"): 12,
    ("in", "the", "afternoon"): 12,
    ("in", "the", "evening"): 12,
}


def _time(text: str) -> Value | None:
    words = without_lead(text)
    half: int | None = None
    for ending, offset in _HALVES.items():
        if tuple(words[-len(ending) :]) == ending:
            words, half = words[: -len(ending)], offset
            break
    return _clock(words, half)


def _clock(words: list[str], half: int | None) -> str | None:
    """Hour and minute without the part of the day."""
    match words:
        case ["noon" | "midday"] if half is None:
            return "12:00"
        case [hour, "o'clock"]:
            return _at(UNITS.get(hour), 0, half)
        case [hour, "hundred"] if half is None and 13 <= UNITS.get(hour, 0) <= 19:
            return _at(UNITS[hour], 0, None)
        case ["half", "past", hour]:
            return _at(UNITS.get(hour), 30, half)
        case ["quarter", "past", hour]:
            return _at(UNITS.get(hour), 15, half)
        case ["quarter", "to", hour] if hour in UNITS:
            return _at((UNITS[hour] - 2) % 12 + 1, 45, half)
        case [hour, *rest]:
            minutes = number(rest) if rest else 0
            # 'two five' is not a time; a recogniser that hears it has guessed.
            return _at(UNITS.get(hour), minutes, half) if minutes == 0 or (minutes or 0) >= 10 else None
        case _:
            return None


def _at(hour: int | None, minute: int | None, half: int | None) -> str | None:
    if hour is None or minute is None or not 1 <= hour <= 23 or (half is not None and hour > 12):
        return None
    if half is not None:
        hour = hour % 12 + half
    elif hour < FIRST_OFFICE_HOUR:
        hour += 12
    return f"{hour:02}:{minute:02}"


def _time_keyed(digits: str) -> Value | None:
    """'1430' and '230'; '9' is nine o'clock."""
    if not digits.isdecimal():
        return None
    hour, minute = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    if len(digits) == 4:
        return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
    return _at(hour, minute, None) if minute < 60 else None


def _say_time(value: Value) -> str:
    hour, minute = (int(part) for part in str(value).split(":"))
    if (hour, minute) in ((0, 0), (12, 0)):
        return clock_time(hour, minute)
    return f"{hour % 12 or 12}:{minute:02} {'a' if hour < 12 else 'p'}.m."


TIME = Slot(
    "time",
    grammar(
        "time",
        f"""
public <time> = [at] (<in_the_morning> [<am> {{}} | <pm> {{pm}}]
  | <in_the_afternoon> [<pm> {{}} | <am> {{am}}] | (noon | midday) {{noon}} | <late>);
<in_the_morning> = <forenoon> [<minutes> | o'clock {{}}] | half past <forenoon>
  | [a] quarter (past <forenoon> | to (eight | nine | ten | eleven | twelve));
<in_the_afternoon> = <afternoon> [<minutes> | o'clock {{}}] | half past <afternoon>
  | [a] quarter (past <afternoon> | to (one | two | three | four | five | six | seven));
<late> = (thirteen | fourteen | fifteen | sixteen | seventeen | eighteen) (hundred | <minutes>);
<forenoon> = {alternatives(range(FIRST_OFFICE_HOUR, 12))};
<afternoon> = {alternatives([12, *range(1, FIRST_OFFICE_HOUR)])};
<minutes> = {alternatives([10, 15, 20, 25, 30, 35, 40, 45, 50, 55])};
<am> = a m | in the morning;
<pm> = p m | in the (afternoon | evening);
""",
    ),
    _time,
    Dtmf(4, _time_keyed, "Key in the time with four digits, for example one four three zero."),
    _say_time,
    ("thirty", "fifteen", "p m", "a m"),
    spell=lambda value: with_digits(_say_time(value), int(str(value)[3:])),
)


# ---- the length


def _minutes(text: str) -> Value | None:
    words = without_lead(text, LEAD - {"a", "an"})
    said = " ".join(words)
    if said in _FIXED_LENGTHS:
        return _FIXED_LENGTHS[said]
    match words:
        case [*count, "hour" | "hours", "and", "a", "half"]:
            return _hours(count, 30)
        case [*count, "and", "a", "half", "hours"]:
            return _hours(count, 30)
        case [*count, "hour" | "hours", "and", "a", "quarter"]:
            return _hours(count, 15)
        case [count, "hour" | "hours", *more, "minutes"]:
            extra = number([word for word in more if word != "and"])
            return None if extra is None else _hours([count], extra)
        case [*count, "minutes"]:
            minutes = number(count)
            return minutes if minutes and minutes >= 5 else None
        case [*count, "hour" | "hours"]:
            return _hours(count, 0)
        case _:
            return None


_FIXED_LENGTHS: dict[str, int] = {
    "half an hour": 30,
    "a half hour": 30,
    "half hour": 30,
    "a quarter of an hour": 15,
    "quarter of an hour": 15,
    "three quarters of an hour": 45,
}


def _hours(count: list[str], extra: int) -> int | None:
    hours = 1 if count in (["a"], ["an"]) else number(count)
    return hours * 60 + extra if hours and hours <= 8 else None


def _say_length(value: Value) -> str:
    hours, minutes = divmod(int(value), 60)
    match hours, minutes:
        case 0, 30:
            return "half an hour"
        case 0, _:
            return f"{minutes} minutes"
        case 1, 30:
            return "an hour and a half"
        case 1, 0:
            return "one hour"
        case _:
            return f"{hours} hour{'' if hours == 1 else 's'}" + (f" and {minutes} minutes" if minutes else "")


def _minutes_keyed(digits: str) -> Value | None:
    return int(digits) if digits.isdecimal() and 5 <= int(digits) <= 480 else None


LENGTH = Slot(
    "length",
    grammar(
        "length",
        f"""
public <length> = [for] (half an hour | a half hour | [a] quarter of an hour | three quarters of an hour
  | <count> minutes | (an | one) {{1}} hour [<extra>] | <hours> hours [<extra>]
  | (one | <hours>) and a half hours);
<extra> = and a (half | quarter) | [and {{}}] (fifteen | thirty | forty five) minutes;
<count> = {alternatives([10, 15, 20, 25, 30, 40, 45, 50, 60, 90])};
<hours> = two | three | four | five | six;
""",
    ),
    _minutes,
    Dtmf(3, _minutes_keyed, "Key in the minutes, then hash."),
    _say_length,
    ("and a half", "thirty minutes"),
    spell=lambda value: with_digits(_say_length(value), int(value) if int(value) < 60 else 0),
)
