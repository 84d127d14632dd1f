"""What one frame sounds like, in a few numbers that tell speech from noise. Pure; asked for only while a
sound contests the floor, some 40 us a frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE

_FFT = 1024
"""So long that the circular autocorrelation of a frame has no overlap."""
_WINDOW = np.hanning(FRAME_SAMPLES).astype(np.float32)
_BANDS_HZ = (100, 350, 700, 1_200, 1_800, 2_500, 3_400)
"""Edges within the telephone band: what lies outside is the codec's."""
_EDGES = np.asarray([round(hz * _FFT / SAMPLE_RATE) for hz in _BANDS_HZ])
_LAGS = slice(SAMPLE_RATE // 400, SAMPLE_RATE // 90)
"""Pitch periods of voices, 90 to 400 Hz."""


def _autocorrelation(
    power: np.ndarray[tuple[int], np.dtype[np.float32]],
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.fft.irfft(power)[: _LAGS.stop].astype(np.float32)


_OF_WINDOW = _autocorrelation((np.abs(np.fft.rfft(_WINDOW, _FFT)) ** 2).astype(np.float32))
_OF_WINDOW /= _OF_WINDOW[0]


@dataclass(frozen=True, slots=True)
class Shape:
    """Of one frame."""

    bands: tuple[float, ...]
    """Shares of the power in six bands between 100 and 3400 Hz; they sum up to 1."""
    harmonic: float
    """0..1: how far the frame repeats itself at the pitch of a voice."""
    pure: float
    """0..1: the share of the power in the strongest 50 Hz: near 1 for a tone."""

    @property
    def low(self) -> float:
        """The share below 700 Hz, where hums and murmurs have nearly all of theirs."""
        return self.bands[0] + self.bands[1]

    @property
    def high(self) -> float:
        """The share above 1800 Hz, where hisses, coughs and consonants have theirs."""
        return self.bands[4] + self.bands[5]

    def moved(self, before: Shape) -> float:
        """0..1: how much of the power has gone to other bands since another frame."""
        return 0.5 * sum(abs(a - b) for a, b in zip(self.bands, before.bands, strict=True))


def shape_of(frame: Frame) -> Shape:
    """That of 20 ms at 16 kHz."""
    spectrum = np.fft.rfft(frame.astype(np.float32) * _WINDOW, _FFT)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    inside = power[: _EDGES[-1]]
    bands = np.add.reduceat(inside, _EDGES[:-1])
    total = float(bands.sum()) + 1e-3
    correlation = _autocorrelation(power)
    at_lags = correlation[_LAGS] / _OF_WINDOW[_LAGS]
    harmonic = float(at_lags.max()) / (float(correlation[0]) + 1e-3)
    peak = int(inside.argmax())
    pure = float(inside[max(0, peak - 2) : peak + 3].sum()) / total
    return Shape(tuple((bands / total).tolist()), min(1.0, max(0.0, harmonic)), min(1.0, pure))
