"""What a model that hears a stretch of audio at once makes of it: words, and how far it trusts itself.
Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple


@dataclass(frozen=True)
class WindowWord:
    """A word; times in milliseconds since the first sample of the window that was decoded."""

    text: str
    """As the model writes it: with the space before it, where its language has any."""
    start_ms: int
    end_ms: int
    probability: float | None = None
    """0 to 1; None: not known."""
    tokens: tuple[int, ...] = ()
    """The model's own for it; none where it has none, or cannot be told to begin with them."""
    opens: tuple[int, int] | None = None
    """Of the first word of a segment: when the segment before it ended and when this one began, in ms."""

    @property
    def bare(self) -> str:
        """What two hypotheses are compared by: no case, no punctuation."""
        kept = (each for each in self.text.casefold() if unicodedata.category(each)[0] not in "PZSC")
        return unicodedata.normalize("NFKC", "".join(kept))

    def later(self, by_ms: int) -> WindowWord:
        """The same in a window that began so much earlier."""
        return replace(
            self,
            start_ms=self.start_ms + by_ms,
            end_ms=self.end_ms + by_ms,
            opens=self.opens and (self.opens[0] + by_ms, self.opens[1] + by_ms),
        )


class SegmentEnd(NamedTuple):
    """Where the model says that a segment of what it hears is over."""

    words: int
    """Of the hypothesis, up to there."""
    at_ms: int


@dataclass(frozen=True)
class Hypothesis:
    """All that was heard in a window."""

    words: tuple[WindowWord, ...]
    ends: tuple[SegmentEnd, ...] = ()
    log_probability: float = 0.0
    """Of its tokens, on the average (natural log)."""
    no_speech: float = 0.0
    """0 to 1: that nobody spoke, as the model says."""
    language: str = ""
    """BCP 47; empty: nobody asked."""
    language_probability: float = 0.0
    foreign: bool = False
    """It sounds like a language that none of the call's is."""
    timed: bool = False
    """The times of its words were measured; else they are spread over their segment."""


def written(words: Sequence[WindowWord]) -> str:
    """The words as a text."""
    return "".join(word.text for word in words).strip()
