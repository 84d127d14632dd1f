"""What a person answers who books a room: by what was last asked, as anybody would understand it.

Pure: text in, what to say out. It must not know more than a caller hears.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from callers.cases.script import ANSWERS, KEYED, Book, Saying

QUESTIONS = (
    ("change", r"what should i change|which part"),
    ("check", r"say no to change|is that right|is this right|correct\?|yes or no"),
    ("people", r"how many people|number of people"),
    ("length", r"how long|for how many minutes|the minutes"),
    ("time", r"what time|when it begins|when does it|the time with"),
    ("day", r"which day|what day|a day of the week|one for today"),
    ("place", r"which office|which place|say a place|one for mountain"),
    ("wish", r"book a room"),
)
"""The first that fits says what is asked."""
EXPLICIT = re.compile(r"yes or no|say yes|is that right|is this right|correct\?")
KEYS = re.compile(r"\b(press|key in|keys?pad)\b")
CANCEL = "cancel"
PATIENCE = 2
"""Tries by voice after which keys are pressed where they are offered."""


def asked(text: str) -> str:
    """The slot that this line of the agent's asks for, or ''."""
    low = text.lower()
    return next((slot for slot, pattern in QUESTIONS if re.search(pattern, low)), "")


@dataclass(slots=True)
class Reaction:
    """What to do now: say this, or press these keys, or (neither) be silent."""

    slot: str = ""
    speech: Saying | None = None
    keys: str = ""


@dataclass(slots=True)
class Person:
    """One caller's wishes and patience."""

    book: Book
    right: tuple[str, ...]
    """What a right read-back holds, in the agent's words, lower case."""
    tries: dict[str, int] = field(default_factory=dict)

    def answer(self, line: str) -> Reaction:
        """To what the agent has just said (all of it since our last word)."""
        slot = asked(line)
        low = line.lower()
        if not slot:
            return Reaction()
        if slot == "check":
            return self._check(low)
        if slot == "change":
            return Reaction("change", Saying(CANCEL))
        self.tries[slot] = self.tries.get(slot, 0) + 1
        if self.book.keys and KEYS.search(low) and self.tries[slot] > PATIENCE:
            return Reaction(slot, keys=KEYED[slot])
        return Reaction(slot, self._words(slot))

    def _check(self, low: str) -> Reaction:
        right = all(fact in low for fact in self.right)
        self.tries["check"] = self.tries.get("check", 0) + 1
        explicit = bool(EXPLICIT.search(low)) and self.tries["check"] > 1 or "yes or no" in low
        if not explicit and (right or not self.book.objects):
            return Reaction("check")
        slot = "yes" if right else "no"
        if self.book.keys and KEYS.search(low) and self.tries["check"] > 1 + PATIENCE:
            return Reaction(slot, keys=KEYED[slot])
        return Reaction(slot, self._words(slot))

    def _words(self, slot: str) -> Saying:
        said = self.book.answers.get(slot)
        return said if said is not None else Saying(ANSWERS[slot])


def facts_of(goal: Mapping[str, object]) -> tuple[str, ...]:
    """What the read-back of a booking holds: how the demo says place, day, time and people."""
    hour, minute = (int(part) for part in str(goal["time"]).split(":"))
    time = f"{hour % 12 or 12}:{minute:02}" if (hour, minute) != (12, 0) else "noon"
    people = goal["people"]
    return (
        str(goal["place"]).lower(),
        str(goal["day"]).lower(),
        time,
        f"{people} people" if people != 1 else "one person",
    )
