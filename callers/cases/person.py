"""What a person answers who wants something of a desk: by what was last asked, as anybody understands it.

Pure: text in, what to say out. It must not know more than a caller hears.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from callers.cases.desks import BOOKING, Desk
from callers.cases.script import Book, Saying

VALUE_ASKED = re.compile(
    r"(?:did you say|was it) (?P<said>[^?]+)\?|i have (?P<read>[^?]+?)\. is (?:that|this) right\?"
)
"""One value is read back, in the midst of the booking."""
EXPLICIT = re.compile(r"yes,? or no|say yes|is that right|is this right|correct\?")
KEYS = re.compile(r"\b(press|key in|keys?pad)\b")
ANEW = re.compile(r"once more|sorry|again|for example|hear you")
"""The last question still stands."""
CANCEL = "cancel"
MOST_TRIES = 6
"""At one question; then a person hangs up."""
PATIENCE = 2
"""Tries by voice after which keys are pressed where they are offered."""


def asked(text: str, desk: Desk = BOOKING) -> str:
    """The slot that this line of the agent's asks for, or ''."""
    low = text.lower()
    return next((slot for slot, pattern in desk.questions if re.search(pattern, low)), "")


def holds(said: str, fact: str) -> bool:
    """The fact stands in what was said, in whole words: "8 people" is not in "18 people"."""
    return bool(fact) and re.search(rf"(?<![\w:]){re.escape(fact)}(?!\w)", said) is not None


@dataclass(slots=True)
class Reaction:
    """What to do now: say this, or press these keys, or hang up, or (none of it) be silent."""

    slot: str = ""
    speech: Saying | None = None
    keys: str = ""
    hangs_up: bool = False


@dataclass(slots=True)
class Person:
    """One caller's wishes and patience."""

    book: Book
    right: tuple[str, ...]
    """What a right read-back holds, in the agent's words, lower case."""
    desk: Desk = BOOKING
    tries: dict[str, int] = field(default_factory=dict)
    last: str = ""
    """What was asked last."""
    agrees: bool = False
    """The last read-back was right; the question may come again without it."""

    def answer(self, line: str) -> Reaction:
        """To what the agent has just said (all of it since our last word)."""
        reaction = self._reaction(line)
        if max(self.tries.values(), default=0) > MOST_TRIES:
            return Reaction(reaction.slot, hangs_up=True)
        return reaction

    def _reaction(self, line: str) -> Reaction:
        low = line.lower()
        if value := VALUE_ASKED.search(low):
            return self._value(value["said"] or value["read"], low)
        slot = asked(line, self.desk)
        if not slot and ANEW.search(low) and "goodbye" not in low:
            slot = self.last
        if not slot:
            return Reaction()
        if slot == "callback":
            return Reaction(slot, Saying("no"))
        self.last = slot
        if slot == "check":
            return self._check(low)
        if slot == "change":
            return Reaction("change", Saying(CANCEL))
        self.tries[slot] = self.tries.get(slot, 0) + 1
        if self.book.keys and KEYS.search(low) and self.tries[slot] > PATIENCE:
            return Reaction(slot, keys=self.desk.keyed[slot])
        return Reaction(slot, self._words(slot))

    def _value(self, value: str, low: str) -> Reaction:
        """'Did you say London?' is answered truly."""
        value = value.strip(" .")
        held = any(holds(value, fact) or holds(fact, value) for fact in (*self.right, *self.desk.also_right))
        return self._yes_or_no("yes" if held else "no", "value", low)

    def _check(self, low: str) -> Reaction:
        held = [holds(low, fact) for fact in self.right]
        if any(held):
            self.agrees = all(held)
        right = self.agrees
        self.tries["check"] = self.tries.get("check", 0) + 1
        explicit = bool(EXPLICIT.search(low)) and self.tries["check"] > 1 or "yes or no" in low
        if not explicit and (right or not self.book.objects):
            return Reaction("check")
        return self._yes_or_no("yes" if right else "no", "verdict", low)

    def _yes_or_no(self, word: str, about: str, low: str) -> Reaction:
        self.tries[about] = self.tries.get(about, 0) + 1
        if self.book.keys and KEYS.search(low) and self.tries[about] > PATIENCE:
            return Reaction(word, keys=self.desk.keyed[word])
        return Reaction(word, self._words(word))

    def _words(self, slot: str) -> Saying:
        said = self.book.answers.get(slot)
        return said if said is not None else Saying(self.desk.answers[slot])
