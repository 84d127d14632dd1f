"""Whether what was heard was really said, and how surely: from acoustic scores to a probability.

Pure arithmetic on segments. A grammar finds a sentence in anything, and its posterior is high for wrong ones
too, so neither the mere presence of a hypothesis nor its `prob` may count as understanding. What is known of
a sentence (`Scores`) is weighed by a logistic model: `tests/load/stt_confidence.py` plays many hundreds of
utterances in many voices and noises to the decoders and prints such weights, fitted on half of the voices;
the other half tells what they are worth. Those in use were fitted on more than it plays (docs/benchmarks.md).
"""

from __future__ import annotations

import enum
import math
from collections.abc import Collection, Iterable, Sequence
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
QUIET_EDGE = 3
"""Frames by which two searches differ about where a word begins."""
QUIET_KEPT = 6
"""Frames of quiet that are left before a word: its first sound may be as soft."""
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
    odds: float = 0.0
    """What the grammar's weights say of it before anything was heard (`JsgfGrammar.odds`)."""
    other: str = ""
    """The best sentence of the grammar that means something else."""
    other_odds: float = 0.0
    """What the grammar's weights say of that one."""
    over_other: float | None = None
    """Its score above that one's, inf where none fits at all; None where none was looked for."""
    over_rest: float | None = None
    """The same of all that may have been said in its place, strange words and broken off sentences too."""
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


def quiet_within_first(words: Iterable[Span], phones: Iterable[Span]) -> int:
    """How many frames from the start of the utterance can go, because they are quiet and the first word has
    taken them for its own beginning; 0 where it has not, or not for long."""
    first = next((span for span in words if span.is_word), None)
    if first is None:
        return 0
    for phone in phones:
        if phone.label == "SIL" and phone.start <= first.start + QUIET_EDGE:
            if _shared(phone, first.start, first.end) > CLOSURE:
                return min(first.end, phone.end) - QUIET_KEPT
    return 0


def _shared(span: Span, first: int, last: int) -> int:
    """Frames of a span that lie within first..last."""
    return max(0, min(last, span.end) - max(first, span.start) + 1)


Features = tuple[float, ...]

HASTY: Features = (3.305, 1.406, 0.0, -2.811, 1.789, 1.419, -1.175, -1.0, 1.047, 0.0, 0.0, 0.0)
"""Of `features`, for sentences of a grammar as they stand."""
COMPARED: Features = (2.217, 1.246, 0.0, -3.121, 1.895, 0.714, -1.224, -1.0, 1.2, -0.031, 1.227, 0.0)
"""Once they were compared with the other sentences of the grammar."""
WEIGHED: Features = (0.351, 0.998, 0.0, -3.239, 2.175, 0.647, -1.293, -1.0, 1.217, -0.156, 1.236, 0.7)
"""Once with everything. What silence within words tells (`hollow`) is set, not fitted: once the quiet before
the first of them is left out there are too few such words."""
FREE: Features = (1.48, 0.53, -0.42, -0.23, 0.47, -0.65, 0.91)
"""Of `free_features`, for the general language model: fitted on 69 sentences whose words were right when at
most one in three was wrong. Fitted on one half of the voices they took 66 % of those of the other half that
were right, and 13 % of those that were wrong; the threshold on the fit alone, before, 62 and 47 %."""
UNDERSTOOD = 0.4
"""Below it a sentence is rejected. It is less than one half: what is believed so little is doubtful,
and asked about."""
SURE, FREE_SURE = 0.85, 0.75
"""Below it a sentence is doubtful; of a grammar, and of the general model. Of those above, one in sixteen is
wrong where half of all that is said is no answer."""
SURE_AS_IT_STANDS = 0.9
"""Below it what there was no time to compare is doubtful."""
HOPELESS = 0.1
"""What is believed so little is compared with nothing."""
CLOSE = 35.0
"""`over_other` of two sentences that may well be one another, where the grammar's weights say nothing."""
PER_ODDS = 50.0
"""What one more of odds is worth in that, by the weights above."""
APART, FAR_ABOVE = 50.0, 100.0
"""Margins over others and over all larger than these make no difference: a noise that no other sentence fits
at all is no word for that."""


class Against(enum.Enum):
    """What a sentence is compared with."""

    GRAMMAR = "grammar"
    """The sentences of its grammar that mean something else."""
    ALL = "all"
    """Those, what breaks off, and words that are none of the grammar's."""


ENOUGH = {Against.GRAMMAR: 0.95, Against.ALL: SURE}
"""So is what is believed so much without that comparison."""


def features(seen: Scores) -> Features:
    """What the weights are for; each is of the order of one."""
    pace = math.log(max(1, seen.frames - LENGTHENED) / seen.sounds / USUAL_FRAMES) if seen.sounds else 0.0
    quiet = min(seen.above_db, 30.0) / 30.0
    return (
        1.0,
        max(seen.fit, -8.0),
        # Free phones find speech in noise, too: what they tell counts by how quiet it is.
        max(seen.gap, -6.0) * quiet,
        seen.unexplained * quiet,
        quiet,
        seen.nearest / 5.0,
        max(pace, 0.0),
        min(max(seen.hollow - CLOSURE, 0), 60) / 10.0,
        max(-3.0, min(seen.odds, 3.0)),
        math.log(max(1, seen.sounds)),
        _margin(seen.over_other, APART),
        _margin(seen.over_rest, FAR_ABOVE),
    )


def _margin(value: float | None, most: float) -> float:
    return 0.0 if value is None else max(-60.0, min(value, most)) / 50.0


def free_features(seen: Scores) -> Features:
    """The same for the general language model, whose rivals are in its lattice."""
    common = features(seen)
    return (*common[:5], common[6], seen.posterior)


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

    hasty: Features = HASTY
    """As they stand."""
    compared: Features = COMPARED
    """Compared with the others of the grammar."""
    weighed: Features = WEIGHED
    """Compared with everything."""

    def of(self, seen: Scores) -> Features:
        if seen.over_other is None:
            return self.hasty
        return self.compared if seen.over_rest is None else self.weighed


IN_USE = Weights()


def wanted(known: Collection[Against], seen: Belief) -> Against | None:
    """What a sentence that is believed so much is to be compared with next; `known`: with what it was."""
    against = next((each for each in Against if each not in known), None)
    return against if against is not None and HOPELESS < seen.confidence < ENOUGH[against] else None


def verdict(seen: Scores, *, free: bool = False, weights: Weights = IN_USE) -> Belief:
    """`free`: of the general language model."""
    if seen.frames < MIN_WORD_FRAMES or seen.above_db < STANDS_OUT_DB:
        return Belief()
    known, factors = (free_features(seen), FREE) if free else (features(seen), weights.of(seen))
    value = sum(weight * each for weight, each in zip(factors, known, strict=True))
    sure = 1.0 / (1.0 + math.exp(-max(-40.0, value)))
    doubtful = sure < (FREE_SURE if free else SURE)
    others = (seen.other,) if doubtful and _close(seen) else ()
    return Belief(sure, sure >= UNDERSTOOD, doubtful, others)


def _close(seen: Scores) -> bool:
    """The other sentence may well be what was said."""
    if not seen.other or seen.over_other is None:
        return False
    return seen.over_other + PER_ODDS * (seen.odds - seen.other_odds) < CLOSE
