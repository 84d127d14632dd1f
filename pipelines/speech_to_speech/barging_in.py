"""Whether the caller interrupts the model: our own ear pauses it at once, the server's decides.

Pure. The server hears the caller some hundred milliseconds later than we do, and its answer comes later
still; until then the model is only held, and goes on where it was if the server hears nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from mediaserver.media.time import SAMPLES_PER_MS

SPEECH = 0.5
"""Probability of voice from which a frame counts as such."""
PAUSE_AFTER = 120 * SAMPLES_PER_MS
"""So much voice within `FORGET` holds the model: a click does not."""
FORGET = 100 * SAMPLES_PER_MS
GO_ON_AFTER = 600 * SAMPLES_PER_MS
"""So long the server may take to hear it, after the caller has fallen silent for `FORGET`, too."""


class BargeIn(enum.Enum):
    PAUSE = "pause"
    GO_ON = "go on"


@dataclass
class BargeInWatch:
    """One call's."""

    _began: int = -1
    """Of the voice that goes on; -1: there is none."""
    _last: int = 0
    _paused_at: int = -1

    def voice(self, t: int, probability: float, playing: bool) -> BargeIn | None:
        """What our own detector hears at `t`."""
        if probability < SPEECH:
            return None
        if self._began < 0 or t - self._last > FORGET:
            self._began = t
        self._last = t
        if playing and self._paused_at < 0 and t - self._began >= PAUSE_AFTER:
            self._paused_at = t
            return BargeIn.PAUSE
        return None

    def tick(self, t: int) -> BargeIn | None:
        """Time passes."""
        if self._paused_at < 0 or t - max(self._last, self._paused_at) < GO_ON_AFTER:
            return None
        self._paused_at = -1
        return BargeIn.GO_ON

    def decided(self) -> None:
        """The server has heard the caller, or there is nothing to pause any more."""
        self._paused_at = -1
