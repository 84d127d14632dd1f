"""One utterance as a model hears it that takes a stretch of audio at once: a window that grows at its end and
leaves what is settled behind.

A look at the window gives a hypothesis of all of it; what two looks agree on is committed and told
(`agreement`), and a model that can begin with given words is given those, so that it writes the rest alone.
Committed words leave the window where a segment ends once it is long. A look is due after so much more
speech, and as soon as the speaker pauses: so the final needs no look at all where nothing but silence has
come since. Sans-I/O: audio and hypotheses in, looks and results out; it knows no model and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.stt.rolling.agreement import LocalAgreement
from pipelines.engines.stt.rolling.guards import Checked, checked
from pipelines.engines.stt.rolling.hypothesis import Hypothesis, SegmentEnd, WindowWord, written
from pipelines.engines.stt.rolling.loudness import Loudness

FIRST_MS = 400
"""Less than this is not looked at before its end."""
PAUSE_MS = 160
"""Silence after which the speaker may have finished: what was said is looked at now, for the final."""
NEW_MS = 60
"""Speech that is worth another look at a pause."""
TAIL_MS = 200
"""What ends so shortly before the end of the audio may go on."""
MARGIN_MS = 100
"""A look has seen a word's end if it saw so much behind it."""
LEFT_MS = 1_000
"""Of a full window without any word that can leave: so much is kept."""


@dataclass(frozen=True)
class WindowSettings:
    step_ms: int = 500
    """Speech from one look to the next, at least."""
    trim_ms: int = 12_000
    """Of a longer window words leave."""
    trim_tokens: int = 100_000
    """Likewise where what is committed has more: an answer has room for so many, and some scripts take ten
    tokens a second and more."""
    full_ms: int = 28_000
    """No window is longer; Whisper hears 30 s."""


@dataclass(frozen=True)
class WindowLook:
    """What a model is asked."""

    audio: npt.NDArray[np.int16]
    """The window: int16 [samples], 16 kHz."""
    prefix: tuple[WindowWord, ...]
    """How it begins, for a model that can be told so."""
    before: str
    """What was said before the window."""
    final: bool
    timed: bool
    """The times of its words are wanted."""

    @property
    def audio_ms(self) -> int:
        return len(self.audio) // SAMPLES_PER_MS


@dataclass(frozen=True)
class WindowResult:
    """A partial or the final result."""

    text: str
    final: bool
    words: tuple[WindowWord, ...] = ()
    """Of a final; times since the utterance's first sample."""
    confidence: float = 0.0
    doubtful: bool = False
    language: str = ""
    language_probability: float = 0.0

    def fields(self) -> dict[str, Any]:
        """As a worker says it (`pipelines.engines.stt.in_worker`)."""
        told: dict[str, Any] = {"text": self.text, "confidence": round(self.confidence, 3)}
        if self.language:
            told |= {
                "language": self.language,
                "language_probability": round(max(0.0, min(1.0, self.language_probability)), 3),
            }
        if not self.final:
            return told
        words = [[each.text.strip(), each.start_ms, each.end_ms, _rounded(each)] for each in self.words]
        return told | {"understood": bool(self.text), "doubtful": self.doubtful, "words": words}


@dataclass
class RollingWindow:
    """See the module. `noise_db`: the line's noise floor (dBFS) where it is known."""

    settings: WindowSettings = field(default_factory=WindowSettings)
    noise_db: float | None = None

    def __post_init__(self) -> None:
        self._audio = bytearray()
        """int16, from the window's first sample on."""
        self.start_ms = 0
        """Of the window, in the utterance."""
        self._heard_ms = 0
        """The last look's end, in the utterance."""
        self._loudness = Loudness(self.noise_db)
        self._agreement = LocalAgreement()
        self._gone: list[WindowWord] = []
        """Words that have left the window, with times in the utterance."""
        self._doubted = False
        """Something of what has left was taken away by a guard."""
        self._sure: list[float] = []
        """Confidence in what has left."""
        self._last: tuple[Hypothesis, Checked] | None = None
        self._said = ""
        self._finished = False

    # -- audio -----------------------------------------------------------------------------------------

    def hear(self, pcm: bytes | bytearray) -> None:
        """More of the utterance: int16, whole samples."""
        self._audio += pcm
        self._loudness.hear(np.frombuffer(bytes(pcm), np.int16))

    def finish(self) -> None:
        """No more audio comes: the final is wanted."""
        self._finished = True

    @property
    def end_ms(self) -> int:
        """Of the audio, in the utterance."""
        return self.start_ms + len(self._audio) // (2 * SAMPLES_PER_MS)

    def ripe(self, pace_ms: int = 0) -> bool:
        """A look is due, or the final can be had. `pace_ms`: of speech between two looks, where looks take so
        long that more of them would only make finals wait."""
        if self._finished:
            return True
        if self.end_ms < FIRST_MS:
            return False
        new_ms = self._loudness.spoken_ms(self._heard_ms)
        if new_ms >= max(self.settings.step_ms, pace_ms) or self._is_full:
            return True
        return new_ms >= NEW_MS and self._loudness.pause_ms >= PAUSE_MS

    # -- looks -----------------------------------------------------------------------------------------

    def answer(self) -> WindowResult | None:
        """The final, once all was heard, where it needs no look: nothing but silence came since the last."""
        if not self._finished:
            return None
        if not self._loudness.spoken_ms(0):
            return self._final(())
        last = self._last
        if last is None or self._loudness.spoken_ms(max(0, self._heard_ms - MARGIN_MS)):
            return None
        return self._final_of(*last)

    def look(self) -> WindowLook:
        """What the model is to hear now."""
        audio = np.frombuffer(bytes(self._audio[: self.settings.full_ms * 2 * SAMPLES_PER_MS]), np.int16)
        pauses = self._loudness.pause_ms >= PAUSE_MS
        return WindowLook(
            audio,
            tuple(self._agreement.committed),
            written(self._gone),
            self._finished,
            self._finished or pauses or self._is_long(len(audio) // SAMPLES_PER_MS),
        )

    def heard(self, look: WindowLook, hypothesis: Hypothesis) -> WindowResult | None:
        """What the model made of it. The final where that was asked for and all is heard, a partial where it
        says something new, else nothing. Raises UnsoundModelError."""
        self._heard_ms = self.start_ms + look.audio_ms
        spoken_ms = self._loudness.spoken_ms(self.start_ms, self._heard_ms)
        found = checked(hypothesis, audio_ms=look.audio_ms, spoken_ms=spoken_ms)
        self._last = (hypothesis, found)
        if look.final and not self._is_full:
            return self._final_of(hypothesis, found)
        if found.words:
            self._agreement.take(found.words, look.audio_ms - TAIL_MS)
        self._trim(look, hypothesis, found)
        text = written([*self._gone, *self._agreement.committed])
        if text == self._said:
            return None
        self._said = text
        return WindowResult(
            text,
            False,
            confidence=self._confidence(found),
            language=hypothesis.language,
            language_probability=hypothesis.language_probability,
        )

    # -- inside ----------------------------------------------------------------------------------------

    @property
    def _is_full(self) -> bool:
        return self.end_ms - self.start_ms >= self.settings.full_ms

    def _is_long(self, audio_ms: int) -> bool:
        tokens = sum(len(word.tokens) for word in self._agreement.committed)
        return audio_ms > self.settings.trim_ms or tokens > self.settings.trim_tokens

    def _trim(self, look: WindowLook, hypothesis: Hypothesis, found: Checked) -> None:
        """What is settled leaves a long window, at the end of a segment; of a full one something must."""
        if not self._is_long(look.audio_ms):
            return
        committed = len(self._agreement.committed)
        settled = [
            end
            for end in hypothesis.ends
            if 0 < end.words <= committed and LEFT_MS <= end.at_ms <= look.audio_ms
        ]
        if settled:
            self._leave(settled[-1], found)
        elif self._is_full:
            words = found.words or self._agreement.committed  # a guard takes nothing that was told
            kept = [word for word in words if word.end_ms <= look.audio_ms - LEFT_MS]
            self._agreement.commit(kept)
            at_ms = max(kept[-1].end_ms if kept else 0, look.audio_ms // 2)
            self._leave(SegmentEnd(len(kept), at_ms), found)

    def _leave(self, end: SegmentEnd, found: Checked) -> None:
        gone = self._agreement.leave(end.words, end.at_ms)
        self._gone += [_before(_timed_by(word, found.words), end.at_ms).later(self.start_ms) for word in gone]
        self._sure.append(found.confidence)
        self._doubted = self._doubted or found.doubtful
        del self._audio[: end.at_ms * 2 * SAMPLES_PER_MS]
        self.start_ms += end.at_ms
        self._last = None

    def _final_of(self, hypothesis: Hypothesis, found: Checked) -> WindowResult:
        """All that was said. Where a guard leaves nothing, what two looks agreed on stays."""
        words = found.words or tuple(self._agreement.committed)
        return self._final(
            tuple(word.later(self.start_ms) for word in words),
            confidence=self._confidence(found),
            doubtful=found.doubtful or self._doubted or bool(words and not found.words),
            language=hypothesis.language,
            language_probability=hypothesis.language_probability,
        )

    def _final(self, words: tuple[WindowWord, ...], **fields: Any) -> WindowResult:
        said = (*self._gone, *words)
        return WindowResult(written(said), True, said, **fields)

    def _confidence(self, found: Checked) -> float:
        return min([*self._sure, found.confidence])


def _timed_by(word: WindowWord, measured: tuple[WindowWord, ...]) -> WindowWord:
    """A word with the times of the newest hypothesis, where it has the word."""
    near = [each for each in measured if each.bare == word.bare]
    return min(near, key=lambda each: abs(each.start_ms - word.start_ms), default=word)


def _before(word: WindowWord, at_ms: int) -> WindowWord:
    """It was over by then."""
    return replace(word, start_ms=min(word.start_ms, at_ms), end_ms=min(word.end_ms, at_ms))


def _rounded(word: WindowWord) -> float | None:
    return None if word.probability is None else round(word.probability, 3)
