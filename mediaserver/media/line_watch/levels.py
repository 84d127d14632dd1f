"""How loud the caller and the noise behind the caller are, and how much of the time both sides speak."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediaserver.media.line_watch.block import SILENT_DB, Block

SPOKEN_DB = -50.0
"""What goes out above that may come back as an echo, and is no silence."""
LEAST_FRAMES = 25
"""Half a second of noise or of speech, before its level is told."""
EDGE_FRAMES = 5
"""Before and after a voice (100 ms) it is not noise: the detector's edges are late, and rooms ring on."""


class LevelWatch:
    """Of one line."""

    def __init__(self) -> None:
        self._noises: npt.NDArray[np.int64] = np.zeros(97, np.int64)
        """Frames of noise by level: the place is -dBFS."""
        self._speech_power = 0.0
        self._speech_frames = 0
        self.voiced_frames = 0
        self._either = 0
        self._both = 0

    def look(self, block: Block, voiced: npt.NDArray[np.bool_]) -> None:
        ours = block.spoken_levels > SPOKEN_DB
        any_voice = bool(voiced.any())
        if any_voice:
            self.voiced_frames += int(voiced.sum())
            clear = voiced & ~ours
            self._speech_power += float((10.0 ** (block.levels[clear] / 10)).sum())
            self._speech_frames += int(clear.sum())
            self._both += int((voiced & ours).sum())
        self._either += int((voiced | ours).sum())
        quiet = ~(_widened(voiced | ours)) if any_voice or ours.any() else ~ours
        levels = block.levels[quiet & (block.levels > SILENT_DB)]
        if levels.size:
            self._noises += np.bincount(np.rint(-levels).astype(np.int64).clip(0, 96), minlength=97)

    @property
    def noise_db(self) -> float | None:
        """The median."""
        frames = int(self._noises.sum())
        if frames < LEAST_FRAMES:
            return None
        loudest_first = np.cumsum(self._noises)
        return -float(np.searchsorted(loudest_first, frames / 2))

    @property
    def speech_db(self) -> float | None:
        if self._speech_frames < LEAST_FRAMES:
            return None
        return float(10 * np.log10(max(self._speech_power / self._speech_frames, 1e-10)))

    @property
    def double_talk_pct(self) -> float:
        return 100.0 * self._both / self._either if self._either else 0.0


def _widened(active: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return np.convolve(active, np.ones(2 * EDGE_FRAMES + 1, np.int8), "same") > 0
