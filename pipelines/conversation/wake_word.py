"""An agent that listens only after its word ("hey computer, what time is it?"): what is said to it, and what
to others in the room.

Asleep, nothing that is said reaches the agent, and no silence is asked about. The word wakes it, and what
comes behind it in the same breath is said to it; from then on the conversation goes on as any other, until it
has rested for so long. Pure; positions in 16 kHz samples.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.own_words import words_of
from pipelines.engines.protocols import Grammar, SttResult

AWAKE_MS = 15_000
SPOTTED = 0.95
"""Confidence from which a phrase is taken from a recogniser that knows no other words: it finds it in much
that is none, with up to 0.93 in three voices of flite, and in the phrase itself with 0.98 and more."""
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Scripts that put no spaces between words."""


@dataclass(frozen=True, slots=True)
class WakeWord:
    """Of an agent. Raises ValueError when there is no word in it."""

    phrases: tuple[str, ...]
    """Any of them: one word or a few."""
    awake_ms: int = AWAKE_MS
    """After so long without a word of either side it sleeps again."""

    def __post_init__(self) -> None:
        if not self.phrases or not all(words_of(phrase) for phrase in self.phrases):
            raise ValueError("a wake word needs letters")

    @property
    def grammar(self) -> Grammar:
        """For a recogniser that tells a few words from all other sounds."""
        body = " | ".join(" ".join(words_of(phrase)) for phrase in self.phrases)
        return Grammar("wake", f"#JSGF V1.0; grammar wake; public <wake> = {body};")

    def behind(self, text: str) -> str | None:
        """What follows the first of the phrases in a text; None when there is none."""
        text = unicodedata.normalize("NFC", text).replace("\u2019", "'")
        found = [match for phrase in self.phrases if (match := _pattern(phrase).search(text))]
        if not found:
            return None
        return text[min(found, key=lambda match: match.start()).end() :].strip()


def _pattern(phrase: str) -> re.Pattern[str]:
    between = r"[\W_]*" if _UNSPACED.search(phrase) else r"[\W_]+"
    body = between.join(re.escape(word) for word in words_of(phrase))
    whole = body if _UNSPACED.search(phrase) else rf"(?<!\w){body}(?!\w)"
    return re.compile(rf"{whole}[\W_]*", re.IGNORECASE)


class Wakefulness:
    """Of one call: asleep at first."""

    def __init__(self, word: WakeWord) -> None:
        self.word = word
        self._until: int | None = None
        """It sleeps from here on; None: it was never woken."""

    def asleep(self, t: int) -> bool:
        return self._until is None or t >= self._until

    def busy(self, t: int) -> None:
        """The agent thinks or speaks: one that is awake stays so."""
        if not self.asleep(t):
            self._stay(t)

    def told(self, t: int, began: int, result: SttResult, *, spotted: bool = False) -> SttResult | None:
        """What the agent is told of a final whose speech began there; None: it was said to nobody here. The
        word alone is told as it is: it is an agent's matter to say "yes?". `spotted`: its recogniser listened
        for the word alone."""
        if not self.asleep(began):
            self._stay(t)
            return result
        sure = result.understood and not (spotted and (result.doubtful or not result.sure(SPOTTED)))
        behind = self.word.behind(result.text) if sure else None
        if behind is None:
            return None
        self._stay(t)
        if not words_of(behind):
            return result
        return replace(result, text=behind, words=(), complete=False, extensible=False, alternatives=())

    def _stay(self, t: int) -> None:
        self._until = t + self.word.awake_ms * SAMPLES_PER_MS
