"""Whether what a grammar heard was really said: acoustic scores of the words against a free phone loop.

Pure arithmetic on segments. A grammar finds a sentence in anything, and its posterior is high for wrong ones
too, so neither the mere presence of a hypothesis nor its `prob` may count as understanding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MIN_WORD_FRAMES = 12
"""10 ms frames of words in an utterance; less is a click or a cough, not an answer ("no" takes 15)."""
MIDDLE = -3.7
"""Score at which a sentence is as likely right as wrong (tests/load/stt_rejection.py fits it)."""
SLOPE = 2.5
UNEXPLAINED = 4.0
"""What it costs when all speech lies outside the words (tests/load/stt_rejection.py fits it)."""
FREE_MIDDLE = -5.5
"""The same for the general language model, whose words are shorter and fit less well."""
LOG_SCALE = 1024.0
"""Searches without a lattice (grammars, the phone loop) report log scores scaled down by 2**10."""


@dataclass(frozen=True, slots=True)
class Span:
    """A word, filler or phone: frames `start`..`end` inclusive (10 ms each), log likelihood (natural)."""

    label: str
    start: int
    end: int
    log: float

    @property
    def frames(self) -> int:
        return self.end - self.start + 1

    @property
    def is_speech(self) -> bool:
        """Of a phone: not silence and none of the noises (+NSN+, +SPN+)."""
        return self.label != "SIL" and not self.label.startswith("+")

    @property
    def is_word(self) -> bool:
        """False for silence, breath and noise, which are written <sil> or [NOISE]."""
        return not self.label.startswith(("<", "["))


def score(words: Sequence[Span], phones: Sequence[Span]) -> float:
    """Fit of the words, in natural log per frame; -inf when there are too few of them.

    It starts from the words' own likelihood, relative to the best sound of each frame. Half of what they lose
    against the phone loop over the same frames comes off, and so does speech that the words leave
    unexplained: a short answer found inside a longer sentence of something else.
    """
    spoken = [span for span in words if span.is_word]
    if sum(span.frames for span in spoken) < MIN_WORD_FRAMES:
        return -math.inf
    first, last = spoken[0].start, spoken[-1].end
    frames = last - first + 1
    fit = sum(span.log for span in words if span.start >= first and span.end <= last) / frames
    free = 0.0
    speech = unexplained = 0
    for phone in phones:
        free += phone.log * _shared(phone, first, last) / phone.frames
        if phone.is_speech:
            speech += phone.frames
            unexplained += phone.frames - sum(_shared(phone, word.start, word.end) for word in spoken)
    missed = unexplained / speech if speech else 0.0
    return fit + 0.5 * (fit - free / frames) - UNEXPLAINED * missed


def _shared(span: Span, first: int, last: int) -> int:
    """Frames of a span that lie within first..last."""
    return max(0, min(last, span.end) - max(first, span.start) + 1)


def confidence(words: Sequence[Span], phones: Sequence[Span], middle: float = MIDDLE) -> float:
    """0..1; above one half the words are more likely right than wrong."""
    value = SLOPE * (score(words, phones) - middle)
    return 0.0 if value < -40 else 1.0 / (1.0 + math.exp(-value))
