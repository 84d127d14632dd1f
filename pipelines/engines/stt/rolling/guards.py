"""Against words that nobody said: a model that was trained to write always writes something.

Each guard is a number that such a model tells of itself, or something that no mouth can do; the limits are
those of Whisper's own transcription where it has some. Pure.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mediaserver.errors import EngineError
from pipelines.engines.stt.rolling.hypothesis import Hypothesis, WindowWord, written
from pipelines.engines.stt.rolling.silence_phrases import is_silence_phrase

NO_SPEECH, NO_SPEECH_LOG_PROBABILITY = 0.6, -1.0
"""Above the one and below the other nobody spoke (Whisper's `no_speech_threshold`, `logprob_threshold`)."""
COMPRESSION = 2.4
"""A text that shrinks by more than this repeats itself (`compression_ratio_threshold`)."""
TELLING_BYTES = 80
"""Of text; a shorter one may repeat itself."""
MANY = {1: 6, 2: 4}
"""So many words in a row, so often in a row, are a loop of the model's..."""
MANY_LONGER = 3
"""...and so often, where they are more; up to..."""
LONGEST_LOOP = 12
"""...so many."""
LIKELY_SILENCE, LIKELY_SILENCE_LOG_PROBABILITY, HARDLY_SPOKEN_MS = 0.3, -0.7, 120
"""Any of them makes a phrase of silence what it is: more no-speech, less probability, less sound."""
LETTERS_PER_S = 45.0
"""Nobody speaks faster: the fastest known speakers say some 11 words a second."""
LEAST_SPOKEN_MS = 200
"""What is that short is timed too coarsely to judge its pace."""
BEYOND_MS = 200
"""A word that begins so long after the end of the audio was not said. Models round."""
DOUBTFUL_CONFIDENCE = 0.35


class UnsoundModelError(EngineError):
    """The model gave something that no healthy model gives; says how to mend it."""


@dataclass(frozen=True)
class Checked:
    """What is left of a hypothesis."""

    words: tuple[WindowWord, ...]
    confidence: float
    """0 to 1."""
    doubtful: bool
    why: str = ""
    """Which guard took something away."""


def checked(heard: Hypothesis, *, audio_ms: int, spoken_ms: int) -> Checked:
    """`audio_ms`: length of the window; `spoken_ms`: so much of it is louder than a pause. Raises
    UnsoundModelError."""
    if not (math.isfinite(heard.log_probability) and math.isfinite(heard.no_speech)):
        raise UnsoundModelError(
            "the model gave no numbers (NaN): its weights are damaged, or too great for this compute_type;"
            ' pull them again, or set compute_type = "float32"'
        )
    words = [word for word in heard.words if word.start_ms <= audio_ms + BEYOND_MS]
    why = "beyond the audio" if len(words) < len(heard.words) else ""
    words = [_inside(word, audio_ms) for word in words]
    looped = without_loop(words)
    if len(looped) < len(words):
        words, why = looped, "a loop"
    silence = _silence(heard, words, spoken_ms)
    if silence:
        return Checked((), 0.0, False, silence)
    if why != "a loop" and repeats_itself(written(words)):
        return Checked((), 0.0, True, "repeats itself")
    confidence = _confidence(heard, words)
    doubtful = bool(why) or heard.foreign or confidence < DOUBTFUL_CONFIDENCE
    return Checked(tuple(words), confidence, doubtful and bool(words), why)


def without_loop(words: Sequence[WindowWord]) -> list[WindowWord]:
    """The words up to where the model began to say the same over and over, that said once."""
    bare = [word.bare for word in words]
    for start in range(len(bare)):
        for size in range(1, min(LONGEST_LOOP, (len(bare) - start) // 2) + 1):
            times = MANY.get(size, MANY_LONGER)
            piece = bare[start : start + size]
            if len(bare) - start >= size * times and any(piece):
                if bare[start : start + size * times] == piece * times:
                    return list(words[: start + size])
    return list(words)


def repeats_itself(text: str) -> bool:
    """By how far it can be compressed."""
    data = text.encode()
    return len(data) >= TELLING_BYTES and len(data) / len(zlib.compress(data)) > COMPRESSION


def _inside(word: WindowWord, audio_ms: int) -> WindowWord:
    """With times that are those of sound."""
    start_ms = min(word.start_ms, audio_ms)
    return replace(word, start_ms=start_ms, end_ms=max(start_ms, min(word.end_ms, audio_ms)))


def _silence(heard: Hypothesis, words: Sequence[WindowWord], spoken_ms: int) -> str:
    """Why all of it is nothing; empty when it is not."""
    if not any(word.bare for word in words):
        return "no words"
    if spoken_ms <= 0:
        return "no sound"
    if heard.no_speech > NO_SPEECH and heard.log_probability < NO_SPEECH_LOG_PROBABILITY:
        return "no speech"
    text = written(words)
    hardly = (
        heard.no_speech > LIKELY_SILENCE
        or heard.log_probability < LIKELY_SILENCE_LOG_PROBABILITY
        or spoken_ms < HARDLY_SPOKEN_MS
    )
    if hardly and is_silence_phrase(text):
        return "a phrase of silence"
    if len(text) > LETTERS_PER_S * max(spoken_ms, LEAST_SPOKEN_MS) / 1000:
        return "too fast"
    return ""


def _confidence(heard: Hypothesis, words: Sequence[WindowWord]) -> float:
    """Of the words where the model tells it, else of its tokens."""
    told = [word.probability for word in words if word.probability is not None]
    if told and len(told) == len(words):
        return max(0.0, min(1.0, sum(told) / len(told)))
    return max(0.0, min(1.0, math.exp(min(0.0, heard.log_probability))))
