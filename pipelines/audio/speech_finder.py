"""Where in a recording somebody speaks: Silero's probabilities, joined to segments. Pure but for the model.

Bounded: nothing is kept but the segments and, where they are wanted, the probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.vad.silero.engine import CHUNK, CONTEXT, SileroModel, load_weights

CHUNK_MS = CHUNK * 1_000 // SAMPLE_RATE
"""32."""
FULL_SCALE = 32_768.0
QUIET_BELOW = 0.15
RESET_AFTER = round(4.0 * SAMPLE_RATE / CHUNK)
"""Chunks of non-speech after which the model's memory is cleared: in long silence it under-reports what
follows (as pipelines.engines.vad.silero.engine.SileroVad does)."""
STATE = 128


@dataclass(frozen=True, slots=True)
class SpeechRule:
    """What counts as speech. The defaults are those of Silero's own `get_speech_timestamps`."""

    threshold: float = 0.5
    """Probability from which a segment begins; it ends 0.15 below."""
    least_speech_ms: int = 250
    least_silence_ms: int = 100
    """Shorter ones do not end a segment."""
    pad_ms: int = 30
    """Added before and after each."""
    most_ms: int = 0
    """A longer segment is cut where speech was least likely in its second half; 0: never."""


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    start_ms: int
    end_ms: int
    probability: float
    """Mean of its chunks."""


@dataclass(slots=True)
class _Open:
    """A segment that has not ended; places are chunks."""

    start: int
    probabilities: list[float] = field(default_factory=list)
    below: int | None = None
    """Since when it may have ended."""


class SpeechSegments:
    """Probabilities in, segments out."""

    def __init__(self, rule: SpeechRule) -> None:
        self._rule = rule
        self._at = 0
        self._open: _Open | None = None
        self._made: list[SpeechSegment] = []

    def feed(self, probability: float) -> None:
        rule, at = self._rule, self._at
        self._at += 1
        if self._open is None:
            if probability < rule.threshold:
                return
            self._open = _Open(at)
        segment = self._open
        segment.probabilities.append(probability)
        if probability >= rule.threshold:
            segment.below = None
        elif probability < rule.threshold - 0.15 and segment.below is None:
            segment.below = at
        if segment.below is not None and (at + 1 - segment.below) * CHUNK_MS >= rule.least_silence_ms:
            self._end(segment, segment.below)
        elif rule.most_ms and (at + 1 - segment.start) * CHUNK_MS >= rule.most_ms:
            self._cut(segment)

    def finish(self, total_ms: int) -> list[SpeechSegment]:
        """All of them. `total_ms`: how long the recording is."""
        if self._open is not None:
            self._end(self._open, self._open.below or self._at)
        pad, made = self._rule.pad_ms, self._made
        padded = []
        for place, each in enumerate(made):
            before = (each.start_ms - made[place - 1].end_ms) // 2 if place else each.start_ms
            last = place + 1 == len(made)
            after = total_ms - each.end_ms if last else (made[place + 1].start_ms - each.end_ms) // 2
            start = each.start_ms - min(pad, max(0, before))
            end = min(total_ms, each.end_ms + min(pad, max(0, after)))
            padded.append(SpeechSegment(start, end, each.probability))
        return padded

    def _end(self, segment: _Open, end: int) -> None:
        """`end`: the first chunk that is no part of it."""
        self._open = None
        if (end - segment.start) * CHUNK_MS >= self._rule.least_speech_ms:
            said = segment.probabilities[: end - segment.start]
            self._made.append(
                SpeechSegment(segment.start * CHUNK_MS, end * CHUNK_MS, round(sum(said) / len(said), 3))
            )

    def _cut(self, segment: _Open) -> None:
        """Where speech is least likely, in the second half; the rest is the beginning of the next."""
        half = len(segment.probabilities) // 2
        later = segment.probabilities[half:]
        at = half + later.index(min(later))
        rest = _Open(segment.start + at, segment.probabilities[at:], segment.below)
        self._end(segment, segment.start + at)
        self._open = rest


class SpeechFinder:
    """Audio in pieces of any length, segments at the end."""

    def __init__(self, rule: SpeechRule, *, keep: bool = False, model: SileroModel | None = None) -> None:
        """`keep`: the probabilities, too. Raises EngineMissingError without the model's file."""
        self._model = model or SileroModel(load_weights(), FULL_SCALE, 1)
        self._segments = SpeechSegments(rule)
        self._keep = keep
        self.probabilities: list[float] = []
        self._audio = np.zeros((1, CONTEXT + CHUNK), np.int16)
        self._hidden, self._cell = np.zeros((1, STATE), np.float32), np.zeros((1, STATE), np.float32)
        self._left = np.zeros(0, np.int16)
        self._quiet = 0
        self._taken = 0

    def feed(self, samples: npt.NDArray[np.int16]) -> None:
        """Mono, 16 kHz [n]."""
        self._taken += len(samples)
        joined = np.concatenate((self._left, samples))
        whole = len(joined) // CHUNK * CHUNK
        for at in range(0, whole, CHUNK):
            self._chunk(joined[at : at + CHUNK])
        self._left = joined[whole:]

    def finish(self) -> list[SpeechSegment]:
        if self._left.size:
            last = np.zeros(CHUNK, np.int16)
            last[: self._left.size] = self._left
            self._chunk(last)
            self._left = self._left[:0]
        return self._segments.finish(self._taken * 1_000 // SAMPLE_RATE)

    def _chunk(self, samples: npt.NDArray[np.int16]) -> None:
        audio = self._audio
        audio[0, :CONTEXT] = audio[0, -CONTEXT:]
        audio[0, CONTEXT:] = samples
        probability = float(self._model(audio, self._hidden, self._cell)[0])
        self._quiet = self._quiet + 1 if probability < QUIET_BELOW else 0
        if self._quiet >= RESET_AFTER:
            self._quiet = 0
            self._hidden[:] = 0.0
            self._cell[:] = 0.0
        if self._keep:
            self.probabilities.append(round(probability, 3))
        self._segments.feed(probability)
