"""Mains hum: 50 or 60 Hz and their multiples, from a ground loop or an unshielded microphone line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediaserver.media.line_watch.block import BLOCK_MS, SILENT_DB, Block

LEAST_DB = -62.0
"""Hum below that nobody hears on a telephone line."""
ABOVE_REST_DB = 6.0
"""How far its lines must stand above all else below 450 Hz."""
BELOW_ALL_DB = 20.0
"""How far it may lie below all that comes: what is far louder leaks into its lines."""
MOST_BLOCKS = 20
"""Blocks that are looked at: hum does not come and go, and looking costs."""
LEAST_BLOCKS = 3
"""Blocks without a voice that hum before it is believed."""
_STEP = 16
"""16 kHz / 16: 1 kHz, so that the bins of a block are 1.04 Hz wide."""
_LINES = 5


def _bins(mains: int) -> npt.NDArray[np.intp]:
    """The bins of the first five lines; the mains may be off by 0.2 Hz."""
    at = np.rint(mains * np.arange(1, _LINES + 1) * BLOCK_MS / 1000).astype(np.intp)
    return np.unique(np.concatenate([at - 2, at - 1, at, at + 1, at + 2]))


_FIFTY, _SIXTY = _bins(50), _bins(60)
_LOW, _HIGH = round(30 * BLOCK_MS / 1000), round(450 * BLOCK_MS / 1000)
_HANN: npt.NDArray[np.float32] = np.hanning(BLOCK_MS + 1)[:-1].astype(np.float32)


class HumWatch:
    """Of one line."""

    def __init__(self) -> None:
        self._looked = 0
        self._hums = {50: 0, 60: 0}
        self._power = {50: 0.0, 60: 0.0}

    def look(self, block: Block) -> None:
        """At a block without a voice, of either side."""
        if self._looked >= MOST_BLOCKS:
            return
        self._looked += 1
        slow = block.heard.reshape(-1, _STEP).mean(axis=1, dtype=np.float32)
        spectrum = np.fft.rfft((slow - slow.mean()) * _HANN)
        power = spectrum.real**2 + spectrum.imag**2
        total = float(power[_LOW:_HIGH].sum())
        lines = {50: float(power[_FIFTY].sum()), 60: float(power[_SIXTY].sum())}
        mains = 50 if lines[50] >= lines[60] else 60
        rest = max(total - lines[mains], 1e-9)
        level = 10 * np.log10(lines[mains] / _FULL + 1e-12)
        least = max(LEAST_DB, float(block.levels.max()) - BELOW_ALL_DB)
        if level >= least and lines[mains] >= rest * 10 ** (ABOVE_REST_DB / 10):
            self._hums[mains] += 1
            self._power[mains] += lines[mains] / _FULL

    @property
    def found(self) -> tuple[int | None, float | None]:
        """The mains frequency and the hum's level in dBFS, where most of the silence hums."""
        mains = max(self._hums, key=lambda hz: self._hums[hz])
        blocks = self._hums[mains]
        if blocks < LEAST_BLOCKS or 2 * blocks < self._looked:
            return None, None
        return mains, max(SILENT_DB, float(10 * np.log10(self._power[mains] / blocks)))


def _full() -> float:
    """The power in the spectrum of a sine that has the level of a full-scale square wave (0 dBFS)."""
    wave = 32_768.0 * np.sqrt(2) * np.sin(2 * np.pi * 100 * np.arange(BLOCK_MS) / 1000) * _HANN
    spectrum = np.fft.rfft(wave)
    return float((spectrum.real**2 + spectrum.imag**2).sum())


_FULL = _full()
