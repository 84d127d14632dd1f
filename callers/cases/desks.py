"""The desks that scripted callers call: what each asks, what is wanted there, and how that is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from callers.cases.script import ANSWERS, GOAL, KEYED

LENGTHS: dict[object, str] = {30: "half an hour", 60: "one hour", 90: "an hour and a half"}
"""How the booking demo says some lengths."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One agent that collects something."""

    flow: str
    """The name of what it keeps."""
    questions: tuple[tuple[str, str], ...]
    """(slot, pattern): the first that fits the agent's words says what is asked."""
    answers: Mapping[str, str]
    keyed: Mapping[str, str]
    goal: Mapping[str, object]
    facts: Callable[[Mapping[str, object]], tuple[str, ...]]
    """What a right read-back holds, lower case."""
    also_right: tuple[str, ...] = ()
    """What else is right when it is asked about."""


def _booked(goal: Mapping[str, object]) -> tuple[str, ...]:
    hour, minute = (int(part) for part in str(goal["time"]).split(":"))
    half = "a.m." if hour < 12 else "p.m."
    time = f"{hour % 12 or 12}:{minute:02} {half}" if (hour, minute) != (12, 0) else "noon"
    people = goal["people"]
    return (
        str(goal["place"]).lower(),
        str(goal["day"]).lower(),
        time,
        LENGTHS.get(goal["minutes"], f"{goal['minutes']} minutes"),
        f"{people} people" if people != 1 else "one person",
    )


BOOKING = Desk(
    "booking",
    (
        ("callback", r"call you back\?"),
        ("change", r"what should i change|which part"),
        ("check", r"say no to change|is that right|is this right|if it is right|correct\?|yes or no"),
        ("people", r"how many people|number of people"),
        ("length", r"how long|for how many minutes|the minutes"),
        ("time", r"what time|when it begins|when does it|the time with"),
        ("day", r"which day|what day|a day of the week|one for today"),
        ("place", r"which office|which place|say a place|one for mountain"),
        ("wish", r"book a room"),
    ),
    ANSWERS,
    KEYED,
    GOAL,
    _booked,
    ("book a room",),
)
PARCELS = Desk(
    "parcels",
    (
        ("callback", r"call you back\?"),
        ("check", r"say no if it is wrong|clear yes|is that right|for yes"),
        ("count", r"how many parcels|say a number|key in the number"),
        ("postcode", r"postcode|two letters|each letter"),
        ("number", r"number of your parcel|six digits"),
    ),
    {
        "number": "four two seven | one zero six", "postcode": "b as in bravo | d as in delta | four two",
        "count": "fifteen", "yes": "yes", "no": "no",
    },
    {"number": "427106", "postcode": "22314020#", "count": "15#", "yes": "1", "no": "2"},
    {"number": "427106", "postcode": "BD42", "count": 15},
    lambda goal: ("four two seven, one zero six", "bravo, d as in delta, four, two", "15 parcels"),
)  # fmt: skip
DESKS = {desk.flow: desk for desk in (BOOKING, PARCELS)}
