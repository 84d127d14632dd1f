"""How loud an utterance is, frame by frame: whether anything was said since the last look, and whether the
speaker pauses. By level alone, for a model's economy; it decides nothing about turns. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS

FRAME_MS = FRAME_SAMPLES // SAMPLES_PER_MS
SILENT_DB = -60.0
"""dBFS; below this nobody speaks, whatever the line."""
BELOW_LOUD_DB = 25.0
"""What lies so far below an utterance's loud frames is a pause."""
ABOVE_NOISE_DB = 6.0
LEAST_SNR_DB = 10.0
"""Noise counts as a pause where speech is at least so much louder."""


class Loudness:
    """Of one utterance. `noise_db`: the line's noise floor in dBFS, where it is known."""

    def __init__(self, noise_db: float | None = None) -> None:
        self._noise_db = noise_db
        self._rest = np.zeros(0, np.int16)
        self._levels: list[float] = []

    def hear(self, samples: npt.NDArray[np.int16]) -> None:
        """More of it, of any length."""
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) // FRAME_SAMPLES * FRAME_SAMPLES
        self._rest = joined[whole:]
        if whole:
            frames = joined[:whole].reshape(-1, FRAME_SAMPLES).astype(np.float32) / 32_768
            power = np.mean(np.square(frames), axis=1)
            self._levels += (10.0 * np.log10(power + 1e-10)).tolist()

    def spoken_ms(self, from_ms: int, to_ms: int | None = None) -> int:
        """So much of a stretch is louder than a pause."""
        limit = self._limit_db
        end = len(self._levels) if to_ms is None else to_ms // FRAME_MS
        return FRAME_MS * sum(level > limit for level in self._levels[from_ms // FRAME_MS : end])

    @property
    def pause_ms(self) -> int:
        """The pause at its end."""
        limit = self._limit_db
        frames = 0
        for level in reversed(self._levels):
            if level > limit:
                break
            frames += 1
        return FRAME_MS * frames

    @property
    def _limit_db(self) -> float:
        """What is not above this is a pause."""
        if not self._levels:
            return SILENT_DB
        loud = float(np.percentile(np.asarray(self._levels[-1500:], np.float32), 95))
        limit = loud - BELOW_LOUD_DB
        if self._noise_db is not None:
            limit = max(limit, min(self._noise_db + ABOVE_NOISE_DB, loud - LEAST_SNR_DB))
        return max(limit, SILENT_DB)
