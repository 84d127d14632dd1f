"""Concealment of lost frames in the manner of ITU-T G.711 Appendix I: repeat the pitch, fade to silence.

Works on 8 kHz audio, one call at a time (losses are rare); adds no delay, so it joins at the edges by
itself instead of overlapping with audio that has already been played.
"""

from __future__ import annotations

import numpy as np

from mediaserver.media.arrays import Float
from mediaserver.media.time import NARROW_SAMPLES

HISTORY = 3 * NARROW_SAMPLES
"""Samples of past output a concealment looks at: three frames."""
FADE_START, FADE_END = 80, 480
"""Samples of a gap after which it begins to fade (10 ms) and is silent (60 ms)."""

_LAG_MIN, _LAG_MAX = 40, 120  # 200 Hz down to 66 Hz
_MATCH = NARROW_SAMPLES
_JOIN = 40  # samples cross-faded when audio comes back
_RISE = (np.arange(_JOIN, dtype=np.float32) + 0.5) / _JOIN


class Concealment:
    """One gap: made at the first lost frame, thrown away when audio is back."""

    __slots__ = ("_made", "_period", "_step")

    def __init__(self, history: Float) -> None:
        """`history`: the last samples played, [HISTORY], int16 range."""
        self._made = 0
        self._period = _period(history)
        self._step = float(history[-1] - self._period[-1])

    def frame(self) -> Float:
        """The next 20 ms of the gap, [160]."""
        out = self._next(NARROW_SAMPLES)
        if not self._made:  # no step where the gap begins
            out[:_JOIN] += self._step * (1 - _RISE)
        self._made += NARROW_SAMPLES
        return out

    def join(self, frame: Float) -> None:
        """Cross-fade, in place, from the concealment into the first good frame [160]."""
        frame[:_JOIN] = frame[:_JOIN] * _RISE + self._next(_JOIN) * (1 - _RISE)

    def _next(self, count: int) -> Float:
        at = np.arange(self._made, self._made + count)
        gain = np.clip((FADE_END - at) / (FADE_END - FADE_START), 0, 1).astype(np.float32)
        period = self._period
        return np.asarray(period[at % len(period)] * gain, np.float32)


def _period(history: Float) -> Float:
    """The last pitch period, made to repeat without a step at its seam."""
    recent = history[-_MATCH:]
    searched = history[-_MATCH - _LAG_MAX : -_LAG_MIN]
    match = np.correlate(searched, recent, "valid")  # one value per lag, longest lag first
    power = np.cumsum(np.concatenate((np.zeros(1, np.float32), searched * searched)))
    energy = power[_MATCH:] - power[:-_MATCH]
    lag = _LAG_MAX - int(np.argmax(match / np.sqrt(energy + 1e3)))
    period = history[-lag:].copy()
    seam = lag // 4
    rise = np.linspace(0, 1, seam, dtype=np.float32)
    # Its end turns into what preceded its beginning, so that the wrap is smooth ...
    period[-seam:] = period[-seam:] * (1 - rise) + history[-lag - seam : -lag] * rise
    return period
