"""The last eight seconds of a caller as the log-mel features of Whisper, in numpy.

As Smart Turn was trained: the wave brought to mean 0 and variance 1, then 80 bands of Slaney's mel scale up
to 8 kHz over windows of 25 ms every 10 ms, in log10, at most 8 (80 dB) below the loudest, about -1..1
(Radford and others, "Robust Speech Recognition via Large-Scale Weak Supervision", 2022, section 2.2).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE

WINDOW_S = 8
SAMPLES = WINDOW_S * SAMPLE_RATE
BANDS = 80
FRAMES = 100 * WINDOW_S
_FFT = 400
_HOP = 160

Features = npt.NDArray[np.float32]


def features(samples: npt.NDArray[np.int16]) -> Features:
    """Shape (80, 800), of the last 8 s of 16 kHz audio; of less with silence before it."""
    wave = np.zeros(SAMPLES, np.float32)
    kept = samples[-SAMPLES:]
    if kept.size:
        wave[-kept.size :] = kept / 32_768.0
    wave = (wave - wave.mean()) / np.sqrt(wave.var() + np.float32(1e-7))
    padded = np.pad(wave, _FFT // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP][:FRAMES]
    power = np.square(np.abs(np.fft.rfft(windows * _hann())))
    logs = np.log10(np.maximum(power @ _bands(), 1e-10)).T
    scaled: Features = ((np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0).astype(np.float32, copy=False)
    return scaled


@lru_cache(maxsize=1)
def _hann() -> Features:
    """Periodic."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)


@lru_cache(maxsize=1)
def _bands() -> Features:
    """Triangles of equal area, shape (201, 80)."""
    hertz = np.linspace(0, SAMPLE_RATE / 2, _FFT // 2 + 1)
    edges = _hertz(np.linspace(0.0, _mel(SAMPLE_RATE / 2), BANDS + 2))
    rising = (hertz[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz[:, None]) / (edges[2:] - edges[1:-1])
    bands = np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))
    return bands.astype(np.float32)


# Slaney's mel scale: linear below 1 kHz (200/3 Hz each), then 27 to a factor of 6.4.
_PER_MEL, _KNEE_HZ, _STEP = 200.0 / 3.0, 1_000.0, np.log(6.4) / 27.0


def _mel(hertz: float) -> float:
    """Above the knee."""
    return float(_KNEE_HZ / _PER_MEL + np.log(hertz / _KNEE_HZ) / _STEP)


def _hertz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    knee = _KNEE_HZ / _PER_MEL
    above = _KNEE_HZ * np.exp(_STEP * (np.maximum(mels, knee) - knee))
    return np.where(mels < knee, mels * _PER_MEL, above)
