"""Which of a block's windows are tones: one pitch, or two at once, and next to nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediaserver.media.arrays import Float
from mediaserver.media.line_watch.block import BIN_HZ, WINDOW, Block

PURE = 0.9
"""The least share of a window's power that is in its one or two pitches."""
SECOND = 0.06
"""The least share of the second of two (12 dB lower)."""
FAINTEST_DB = -48.0
"""T.30 wants calling tones heard down to -43 dBm, some -46 dBFS."""
BAND = (1_530.0, 1_970.0)
"""Hz. Where all of V.21's channel 2 is."""

FLAG_SAMPLES = 213
"""Eight bits at 300 bit/s: 26.7 ms."""
ALIKE = 0.85
"""The least correlation of a window with itself a flag later."""

_LOWEST, _HIGHEST = 16, 236
"""The bins that may hold a tone: 250 to 3,690 Hz. What is lower is hum, and no signal of a network."""
_ALL = 3
_RINGING = (26, 32)
"""406 to 500 Hz: two pitches in there (440 and 480 of American ringing) are one peak."""
_FAINTEST = 10 ** (FAINTEST_DB / 10)
_TOTAL = 32_768.0**2 * WINDOW * WINDOW * 3 / 16
"""The sum of the power spectrum of a full-scale square wave's power under the window (half of all bins)."""
_BAND = slice(round(BAND[0] / BIN_HZ), round(BAND[1] / BIN_HZ) + 1)


@dataclass(frozen=True, slots=True)
class Pitch:
    """What a window holds. `low` alone: one tone. Hz."""

    low: float
    high: float = 0.0
    v21: bool = False
    """No tone, and all within the band of V.21's channel 2."""


def pitches(block: Block) -> list[Pitch | None] | None:
    """Of each window of 64 ms; None in place of the list: there is no tone in the block."""
    power = block.spectra
    rows = np.arange(len(power))
    total = power[:, _ALL:].sum(axis=1)
    loud = total > _FAINTEST * _TOTAL
    if not loud.any():
        return None
    inside = power[:, _LOWEST:_HIGHEST]
    first = inside.argmax(axis=1) + _LOWEST
    whole = np.maximum(total, 1.0)
    share = _around(power, rows, first) / whole
    near = (first >= _RINGING[0]) & (first <= _RINGING[1])
    if near.any():
        share = np.where(near, _around(power, rows, first, 4) / whole, share)
    band = power[:, _BAND].sum(axis=1)
    candidates = loud & ((share >= 0.4) | (band >= PURE * total))
    if not candidates.any():
        return None
    rest = power.copy()
    for step in range(-4, 5):
        rest[rows, first + step] = 0.0
    second = rest[:, _LOWEST:_HIGHEST].argmax(axis=1) + _LOWEST
    second_share = _around(rest, rows, second) / whole
    found: list[Pitch | None] = []
    for row in range(len(power)):
        found.append(None)
        if not candidates[row]:
            continue
        if share[row] >= PURE:
            found[row] = Pitch(_exact(power[row], int(first[row])))
        elif share[row] + second_share[row] >= PURE and second_share[row] >= SECOND:
            ends = sorted((_exact(power[row], int(first[row])), _exact(power[row], int(second[row]))))
            found[row] = Pitch(ends[0], ends[1])
        elif band[row] >= PURE * total[row] and _repeats(block.narrow[row * WINDOW : (row + 1) * WINDOW]):
            found[row] = Pitch(0.0, v21=True)
    return found


def _repeats(window: npt.NDArray[np.int16]) -> bool:
    """What is in V.21's band comes again after a flag's eight bits, as flags do; birds, bells and whistles,
    whose pitch moves within the band, have periods of their own."""
    bins = np.fft.rfft(window)
    bins[: _BAND.start] = bins[_BAND.stop :] = 0.0
    wave = np.fft.ifft(bins, WINDOW)  # no negative frequencies: its magnitude is the envelope
    early, late = wave[:-FLAG_SAMPLES], wave[FLAG_SAMPLES:]
    alike = abs(np.vdot(early, late))
    return bool(alike >= ALIKE * np.linalg.norm(early) * np.linalg.norm(late))


def _around(power: Float, rows: npt.NDArray[np.intp], at: npt.NDArray[np.intp], wide: int = 2) -> Float:
    """The power of each row in five bins around this one: a tone's, under a Hann window."""
    return np.asarray(sum(power[rows, at + step] for step in range(-wide, wide + 1)), np.float32)


def _exact(power: Float, at: int) -> float:
    """The pitch of a peak in Hz, by the parabola through its logarithms."""
    below, peak, above = np.log(power[at - 1 : at + 2] + 1e-9).tolist()
    bend = below - 2 * peak + above
    return BIN_HZ * (at + (0.5 * (below - above) / bend if bend else 0.0))
