"""Concealment of lost audio in the manner of ITU-T G.711 Appendix I: repeat the pitch, fade to silence.

Works on audio of 8 kHz or a multiple of it, one call at a time (losses are rare), and on pieces of any
length, since packets are not always frames. It adds no delay: where Appendix I holds 3.75 ms back to overlap
the beginning of a gap with what was played, this leads the step that would be there to nothing within it.
"""

from __future__ import annotations

import numpy as np

from mediaserver.media.arrays import Float
from mediaserver.media.time import NARROW_PER_MS, NARROW_SAMPLES

HISTORY = 3 * NARROW_SAMPLES
"""Samples of past output a concealment looks at: three frames."""
FADE_START, FADE_END = 80, 480
"""Samples of a gap after which it begins to fade (10 ms) and is silent (60 ms)."""

_LAG_MIN, _LAG_MAX = 40, 120  # 200 Hz down to 66 Hz
_MATCH = NARROW_SAMPLES
_STEP = 40
"""Samples in which a step at the beginning is led to nothing."""
_JOIN_MORE, _JOIN_MOST = 4 * NARROW_PER_MS, 80
"""As in Appendix I: a quarter of the pitch, 4 ms more for each further 10 ms of gap, 10 ms at most."""


class Concealment:
    """One gap: made where audio is missing, thrown away when what is back is joined."""

    __slots__ = ("_joined", "_made", "_period", "_ratio", "_step")

    def __init__(self, history: Float, ratio: int = 1) -> None:
        """`history`: the last samples played, [ratio * HISTORY], int16 range. `ratio`: of its rate to
        8 kHz."""
        self._made = 0
        self._joined = 0
        self._ratio = ratio
        self._period = _period(history, ratio)
        self._step = float(history[-1] - self._period[-1])

    def fill(self, hole: Float) -> None:
        """The next samples of the gap, in place."""
        made, self._joined = self._made, 0
        hole[:] = self._next(len(hole))
        step = self._ratio * _STEP
        if made < step:  # no step where the gap begins
            at = np.arange(made, min(step, made + len(hole)))
            hole[: len(at)] += self._step * (1 - (at + 0.5) / step)

    def join(self, audio: Float) -> bool:
        """Cross-fade, in place, into the audio that is back. Returns whether that is done; if not, what
        follows is to be joined as well."""
        begun = self._joined
        gap = self._made - begun
        ratio = self._ratio
        more = ratio * _JOIN_MORE * max(0, (gap - 1) // (80 * ratio))
        width = min(len(self._period) // 4 + more, ratio * _JOIN_MOST)
        count = min(width - begun, len(audio))
        rise = ((np.arange(begun, begun + count) + 0.5) / width).astype(np.float32)
        audio[:count] = audio[:count] * rise + self._next(count) * (1 - rise)
        self._joined = begun + count
        return self._joined == width

    def _next(self, count: int) -> Float:
        at = np.arange(self._made, self._made + count)
        self._made += count
        past_start = FADE_END - at / self._ratio
        gain = np.clip(past_start / (FADE_END - FADE_START), 0, 1).astype(np.float32)
        period = self._period
        return np.asarray(period[at % len(period)] * gain, np.float32)


def _period(history: Float, ratio: int) -> Float:
    """The last pitch period, made to repeat without a step at its seam."""
    match_size, longest, shortest = ratio * _MATCH, ratio * _LAG_MAX, ratio * _LAG_MIN
    recent = history[-match_size:]
    searched = history[-match_size - longest : -shortest]
    match = np.correlate(searched, recent, "valid")  # one value per lag, longest lag first
    power = np.cumsum(np.concatenate((np.zeros(1, np.float32), searched * searched)))
    energy = power[match_size:] - power[:-match_size]
    lag = longest - int(np.argmax(match / np.sqrt(energy + 1e3)))
    period = history[-lag:].copy()
    seam = lag // 4
    rise = np.linspace(0, 1, seam, dtype=np.float32)
    # Its end turns into what preceded its beginning, so that the wrap is smooth ...
    period[-seam:] = period[-seam:] * (1 - rise) + history[-lag - seam : -lag] * rise
    return period
