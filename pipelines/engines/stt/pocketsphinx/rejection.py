"""Whether what was heard was really said, and how surely: from acoustic scores to a probability.

Pure arithmetic on segments. A grammar finds a sentence in anything, and its posterior is high for wrong ones
too, so neither the mere presence of a hypothesis nor its `prob` may count as understanding. What is known of
a sentence (`Scores`) is weighed by a logistic model: `tests/load/stt_confidence.py` plays many hundreds of
utterances in many voices and noises to the decoders and prints the weights, fitted on half of the voices; the
other half tells what they are worth (docs/benchmarks.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MIN_WORD_FRAMES = 12
"""10 ms frames of words in an utterance; less is a click or a cough, not an answer ("no" takes 15)."""
STANDS_OUT_DB = 2.0
"""What is as loud all the time is noise, whatever words fit it: speech has pauses."""
LOG_SCALE = 1024.0
"""Searches without a lattice (grammars, the phone loop) report log scores scaled down by 2**10."""
USUAL_FRAMES = 9.0
"""That a sound lasts."""
CLOSURE = 20
"""Frames of silence that a word may have in it, before a p, t or k. The quiet before an answer is no part of
a word: "thirteen" was half a second of it, and "two"."""
LENGTHENED = 12
"""Frames by which the end of what is said is drawn out: a "no" by itself is no slow one."""


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
        """False for silence, breath and noise, which are written <sil> or [NOISE], and for a step of the
        grammar without a word."""
        return not self.label.startswith(("<", "[", "("))


@dataclass(frozen=True, slots=True)
class Scores:
    """What is known of a heard sentence."""

    frames: int = 0
    """Of its words, pauses between them not counted."""
    words: int = 0
    longest: int = 0
    """Frames of the longest word."""
    fit: float = 0.0
    """Log likelihood per frame from the first word to the last, relative to the best sound of each frame."""
    gap: float = 0.0
    """How much of it is lost against free phones over the same frames."""
    unexplained: float = 0.0
    """Share of the speech that lies outside the words."""
    above_db: float = 0.0
    """By how much the utterance stands out of its noise."""
    sounds: int = 0
    """That its words are made of."""
    hollow: int = 0
    """Frames of the longest silence within one of its words."""
    nearest: int = 0
    """How many of them tell it from its nearest neighbour."""
    margin: float | None = None
    """Its score above the best rival's; None where no rival was looked for."""
    rival: str = ""
    """That rival; empty for a stranger."""
    posterior: float = 0.0
    """Of the general model: mean natural log of its words' probabilities."""


def evidence(
    words: Sequence[Span],
    phones: Sequence[Span],
    above_db: float,
) -> Scores:
    """Of the best paths of a sentence and of free phones over the same audio; sounds and rival are added by
    who knows them."""
    spoken = [span for span in words if span.is_word]
    if not spoken:
        return Scores(above_db=above_db)
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
    return Scores(
        frames=sum(span.frames for span in spoken),
        words=len(spoken),
        longest=max(span.frames for span in spoken),
        fit=fit,
        gap=fit - free / frames,
        unexplained=unexplained / speech if speech else 0.0,
        hollow=max(
            (
                _shared(phone, word.start, word.end)
                for phone in phones
                for word in spoken
                if phone.label == "SIL"
            ),
            default=0,
        ),
        above_db=above_db,
    )


def _shared(span: Span, first: int, last: int) -> int:
    """Frames of a span that lie within first..last."""
    return max(0, min(last, span.end) - max(first, span.start) + 1)


Features = tuple[float, ...]

WEIGHTS: Features = (0.938, 0.794, 0.423, -0.514, 0.441, 1.585, 0.995, -2.033, -1.0)
"""Of `features`, for sentences of a grammar whose rival is known."""
HASTY: Features = (2.589, 1.073, 0.389, -0.774, 0.0, 1.63, 1.055, -2.192, -1.0)
"""Where it is not. The last of both is set, not fitted: no word of 84 answers in seven voices that was heard
rightly has so long a silence in it, nor of the recordings in noise."""
FREE: Features = (1.48, 0.53, -0.42, -0.23, 0.47, -0.65, 0.91)
"""Of `free_features`, for the general language model: fitted on 69 sentences whose words were right when at
most one in three was wrong. Fitted on one half of the voices they took 66 % of those of the other half that
were right, and 13 % of those that were wrong; the threshold on the fit alone, before, 62 and 47 %."""
UNDERSTOOD = 0.4
"""Below it a sentence is rejected. It is less than one half: what is believed so little is doubtful,
and asked about."""
SURE = 0.75
"""Below it a sentence is doubtful. Of those above, one in fifteen or less is wrong."""
HOPELESS = 0.1
BEYOND_DOUBT = SURE
"""Confidence without a rival, below and above which none is asked for."""


def features(seen: Scores) -> Features:
    """What the weights are for; each is of the order of one."""
    margin = 0.0 if seen.margin is None else seen.margin
    pace = math.log(max(1, seen.frames - LENGTHENED) / seen.sounds / USUAL_FRAMES) if seen.sounds else 0.0
    quiet = min(seen.above_db, 30.0) / 30.0
    return (
        1.0,
        max(seen.fit, -8.0),
        # Free phones find speech in noise, too: what they tell counts by how quiet it is.
        max(seen.gap, -6.0) * quiet,
        seen.unexplained * quiet,
        max(-60.0, min(margin, 160.0)) / 50.0,
        quiet,
        seen.nearest / 5.0,
        max(pace, 0.0),
        min(max(seen.hollow - CLOSURE, 0), 60) / 10.0,
    )


def free_features(seen: Scores) -> Features:
    """The same for the general language model, whose rivals are in its lattice."""
    common = features(seen)
    return (*common[:4], common[5], common[7], seen.posterior)


@dataclass(frozen=True, slots=True)
class Belief:
    confidence: float = 0.0
    """How likely the sentence was said, 0..1."""
    understood: bool = False
    doubtful: bool = False
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """Of `features`, for sentences of a grammar."""

    rival: Features = WEIGHTS
    """Where the best rival is known."""
    hasty: Features = HASTY
    """Where it is not."""


IN_USE = Weights()


def wants_rival(hasty: Belief) -> bool:
    """Whether a sentence that is believed so much without a rival is to be compared with one. None is needed
    for what is hopeless, nor for what none could make doubtful."""
    return HOPELESS < hasty.confidence < BEYOND_DOUBT


def verdict(seen: Scores, *, free: bool = False, weights: Weights = IN_USE) -> Belief:
    """`free`: of the general language model."""
    if seen.frames < MIN_WORD_FRAMES or seen.above_db < STANDS_OUT_DB:
        return Belief()
    known = free_features(seen) if free else features(seen)
    grammar = weights.hasty if seen.margin is None else weights.rival
    value = sum(weight * each for weight, each in zip(FREE if free else grammar, known, strict=True))
    sure = 1.0 / (1.0 + math.exp(-max(-40.0, value)))
    doubtful = sure < SURE
    return Belief(sure, sure >= UNDERSTOOD, doubtful, (seen.rival,) if doubtful and seen.rival else ())
