"""How a caller feels, as far as voice and words tell: estimates beside how this caller spoke at first.

Arousal is in the voice: who is excited or angry speaks louder, higher, with more melody and faster than
before (Juslin and Laukka, "Communication of emotions in vocal expression and music performance", 2003).
What is usual differs more between people than moods do within one, so each caller is compared with nobody
else. Whether an excited voice is glad or angry it hardly tells (the same review); valence is in the words
alone.

Nothing of this knows what a caller feels. A bad line, a second person, or somebody who walks away from a
microphone move the same numbers: each estimate says how sure it is, and nothing should hang on one turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipelines.conversation.agent import Mood
from pipelines.insight.feeling_words import Sentiment
from pipelines.insight.prosody import Prosody

BASELINE_TURNS = 3
"""The caller's first so many turns with enough voice say what is usual."""
ENOUGH_VOICED_S = 1.5
"""With so much voice a turn is told as surely as it may be."""
NOISY_DB, CLEAN_DB = 5.0, 20.0
"""Speech over noise at which the voice tells nothing, and everything it can."""


@dataclass(frozen=True, slots=True)
class Usual:
    """By how much one speaker's turns differ among each other in calm talk, and what each is worth. The
    spreads are round figures for one speaker on one line; they are not fitted to any recording."""

    spread: float
    worth: float


PITCH, RANGE, LEVEL, RATE = Usual(1.5, 0.35), Usual(2.5, 0.15), Usual(3.0, 0.3), Usual(1.0, 0.2)


class CallerMood:
    """One caller's. `prosody` of each turn in order, None where it told nothing."""

    def __init__(self) -> None:
        self._first: list[Prosody] = []
        self._added = False
        """The last turn is among them."""

    def judge(self, prosody: Prosody | None, words: Sentiment, *, amends: bool = False) -> Mood:
        """Of one turn; `amends`: it takes the place of the one before. The first turns are compared with
        those before them."""
        if amends and self._added:
            self._first.pop()
        self._added = False
        arousal = sure = 0.0
        if prosody is not None:
            if self._first:
                arousal, sure = self._arousal(prosody)
            if len(self._first) < BASELINE_TURNS:
                self._first.append(prosody)
                self._added = True
        return Mood(
            round(arousal, 2),
            round(sure, 2),
            round(words.valence, 2),
            round(words.hits / (words.hits + 1.0), 2),
        )

    def _arousal(self, now: Prosody) -> tuple[float, float]:
        usual = self._first
        count = len(usual)
        moved = (
            _moved(now.pitch_st, [each.pitch_st for each in usual], PITCH)
            + _moved(now.range_st, [each.range_st for each in usual], RANGE)
            + _moved(now.level_db, [each.level_db for each in usual], LEVEL)
            + _moved(now.rate, [each.rate for each in usual], RATE)
        )
        known = count / (count + 1.0)
        clean = min(1.0, max(0.0, (now.snr_db - NOISY_DB) / (CLEAN_DB - NOISY_DB)))
        return math.tanh(moved / 2.0), known * clean * min(1.0, now.voiced_s / ENOUGH_VOICED_S)


def _moved(now: float, before: list[float], usual: Usual) -> float:
    """In spreads, at most three of them, weighed."""
    spreads = (now - sum(before) / len(before)) / usual.spread
    return usual.worth * min(3.0, max(-3.0, spreads))
