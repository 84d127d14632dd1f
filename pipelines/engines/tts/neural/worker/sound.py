"""One clause's audio on its way from the model to 16 kHz: made numbers of, looked at, freed of rumble,
brought to the rate of all calls, bent below full scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.tts.block_resample import BlockResampler
from pipelines.engines.tts.neural.worker.clauses import has_words
from pipelines.engines.tts.neural.worker.guards import (
    HighPass,
    UnsoundAudioError,
    Wave,
    as_wave,
    limit_s,
    softened,
)

Pcm = npt.NDArray[np.int16]

QUIET = 60
"""Absolute int16 value below which audio is silence (-55 dBFS)."""


class ClauseSound:
    """`rate`: Hz of what the model gives. `speed`: the factor that it was asked for."""

    def __init__(self, text: str, rate: int, speed: float = 1.0) -> None:
        self._text = text
        self._rate = rate
        self._most = round(limit_s(text, speed) * rate)
        self._resampler = BlockResampler(rate, SAMPLE_RATE) if rate != SAMPLE_RATE else None
        self._high_pass = HighPass()
        self._taken = 0
        self._peak = 0

    def process(self, audio: object) -> Pcm:
        """The model's next audio. Raises UnsoundAudioError for what is no audio, and for too much of it."""
        wave = as_wave(audio)
        self._taken += len(wave)
        if self._taken > self._most:
            raise UnsoundAudioError(
                f"the model did not end: {self._taken / self._rate:.1f} s of audio for {len(self._text)} "
                "characters; it is cut"
            )
        return self._finished(self._resampler.convert(wave) if self._resampler is not None else wave)

    def flush(self) -> Pcm:
        """What was held back for the filter. Raises UnsoundAudioError when words were to be heard and all was
        silence."""
        left = self._resampler.finish() if self._resampler is not None else np.zeros(0, np.float32)
        last = self._finished(left)
        if self._peak < QUIET and has_words(self._text):
            raise UnsoundAudioError(
                f"the model gave {'silence' if self._taken else 'no audio'} for a text of "
                f"{len(self._text)} characters"
            )
        return last

    def _finished(self, wave: Wave) -> Pcm:
        if not wave.size:
            return np.zeros(0, np.int16)
        pcm: Pcm = np.rint(softened(self._high_pass.process(wave)) * 32_767.0).astype(np.int16)
        self._peak = max(self._peak, int(np.abs(pcm.astype(np.int32)).max()))
        return pcm
