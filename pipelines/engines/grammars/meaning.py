"""What of a sentence tells it from others: two that mean the same are no rivals, however they are put.

A grammar's tags say it ("yes please" is "yes"); where it has none each word speaks for itself, but for those
that hardly ever tell anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.engines.grammars.jsgf import JsgfGrammar

LIGHT = frozenset("a an the at in on for to of please um uh it i we are".split())
"""Words that do not tell one answer from another: "a room" and "the room", "in london" and "london"."""


def telling(means: Sequence[str]) -> tuple[str, ...]:
    """Those of words, or of their meanings, by which a sentence means something else than its neighbours."""
    return tuple(each for each in means if each not in LIGHT) or tuple(means)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Of one sentence, and how much of it another one has said: a count of its parts, or `OTHER`."""

    parts: tuple[str, ...]

    OTHER = -1
    """Something else was said."""

    @classmethod
    def of(cls, grammar: JsgfGrammar, words: Sequence[str]) -> Meaning:
        """What the grammar does not allow means its words."""
        return cls(telling(grammar.meaning(words) or words))

    def tells(self, means: str) -> bool:
        return bool(means) and (means not in LIGHT or means in self.parts)

    def after(self, told: int, means: str) -> int:
        """How much was said once this was said, too."""
        if told == self.OTHER or not self.tells(means):
            return told
        return told + 1 if told < len(self.parts) and self.parts[told] == means else self.OTHER

    def whole(self, told: int) -> bool:
        return told == len(self.parts)
