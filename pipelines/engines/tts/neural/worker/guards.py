"""What is done to the audio of any model before a caller hears it, and what is refused.

Nothing here trusts a model: it may give NaN, be too loud, hang on a voltage, be silent, or never end. Streams
in, streams out; numpy only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.tts.neural.worker.clauses import weight

Wave = npt.NDArray[np.float32]

LEAST_LIMIT_S = 4.0
"""Any clause may last so long."""
LIMIT_S_PER_WEIGHT = 0.2
"""A letter takes some 0.065 s to say."""
KNEE = 0.89
"""-1 dBFS: what is louder is bent, never cut off flat."""
HIGH_PASS_HZ = 25.0
_BLOCK = 256


class UnsoundAudioError(EngineError):
    """A model gave what nobody should hear; the message says what."""


def limit_s(text: str, rate: float = 1.0) -> float:
    """Seconds that a clause may last at a factor of the usual speed."""
    return (LEAST_LIMIT_S + LIMIT_S_PER_WEIGHT * weight(text)) / min(max(rate, 0.25), 1.0)


def as_wave(audio: object) -> Wave:
    """What a model gave as float32 [n] with full scale at 1. Raises UnsoundAudioError."""
    array = np.asarray(audio)
    if array.dtype == np.int16:
        return (array.astype(np.float32) / 32_768.0).reshape(-1)
    wave: Wave = np.asarray(array, np.float32).squeeze()
    if wave.ndim == 0:
        wave = wave.reshape(1)
    if wave.ndim != 1:
        raise UnsoundAudioError(f"the model gave audio of shape {array.shape}, not of one channel")
    bad = int(np.size(wave) - np.count_nonzero(np.isfinite(wave)))
    if bad:
        raise UnsoundAudioError(
            f"the model gave {bad} samples of {wave.size} that are no numbers (NaN or infinite): its weights "
            "are damaged, or too coarse a number format is set (dtype)"
        )
    return wave


def softened(wave: Wave) -> Wave:
    """What is above the knee bent below full scale."""
    size = np.abs(wave)
    if not np.any(size > KNEE):
        return wave
    room = 1.0 - KNEE
    bent = KNEE + room * np.tanh((size - KNEE) / room)
    return np.where(size > KNEE, np.sign(wave) * bent, wave).astype(np.float32)


class HighPass:
    """y[n] = a (y[n-1] + x[n] - x[n-1]): takes away what no telephone carries, a constant voltage first of
    all. It begins at rest with the first sample, so that none clicks."""

    def __init__(self, rate: int = SAMPLE_RATE, cut_hz: float = HIGH_PASS_HZ) -> None:
        a = 1.0 / (1.0 + 2.0 * np.pi * cut_hz / rate)
        steps = np.arange(_BLOCK)[:, None] - np.arange(_BLOCK)[None, :]
        self._response = np.where(steps >= 0, a ** (np.maximum(steps, 0) + 1), 0.0)
        self._decay = a ** (np.arange(_BLOCK) + 1)
        self._x: float | None = None
        self._y = 0.0

    def process(self, wave: Wave) -> Wave:
        """The next [n] samples."""
        if not wave.size:
            return wave
        x = wave.astype(np.float64)
        change = np.diff(x, prepend=x[0] if self._x is None else self._x)
        out = np.empty_like(x)
        for at in range(0, len(x), _BLOCK):
            part = change[at : at + _BLOCK]
            size = len(part)
            out[at : at + size] = self._response[:size, :size] @ part + self._decay[:size] * self._y
            self._y = float(out[at + size - 1])
        self._x = float(x[-1])
        return out.astype(np.float32)
