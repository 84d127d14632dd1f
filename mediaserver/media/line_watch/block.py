"""A stretch of a call's two directions, as all detectors of a bad line look at it.

Detectors look once a block and never at single frames: a frame costs two copies, and a block a few dozen
operations on arrays. What they look at is what came over the line, before anybody cleaned it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mediaserver.media.arrays import Float
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES

BLOCK_FRAMES = 48
BLOCK_MS = BLOCK_FRAMES * FRAME_MS
"""960 ms."""
RATE = 8_000
"""Hz. The telephone band is looked at alone; of a narrow line every other sample is one that came."""
WINDOW = 512
"""Samples at 8 kHz: 64 ms, of which a block holds fifteen. Cadences are that exact, and a pure tone's
pitch is known to about 2 Hz."""
WINDOW_MS = WINDOW * 1000 // RATE
WINDOWS = BLOCK_MS // WINDOW_MS
BIN_HZ = RATE / WINDOW
SILENT_DB = -96.0
"""The level of digital silence."""

_LOWEST = 3
"""The lowest bin that counts: 47 Hz."""
_TONAL = 0.12
"""Of a window's power in its highest bin; a pure tone has 0.3 at least, white noise 0.04."""
_FULL_SCALE = 1.0 / 32_768.0**2
_HANN: Float = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
_NOTHING = 10.0 ** (SILENT_DB / 10)


def levels_db(samples: npt.NDArray[np.int16]) -> Float:
    """[N, any] -> the level of each row in dBFS (0 is a full-scale square wave), at least -96."""
    x = samples.astype(np.float32)
    power = np.einsum("ij,ij->i", x, x) * np.float32(_FULL_SCALE / samples.shape[1])
    return np.asarray(10.0 * np.log10(np.maximum(power, _NOTHING)), np.float32)


@dataclass(slots=True, eq=False)
class Block:
    """960 ms of a call. What costs is worked out when it is first asked for."""

    heard: npt.NDArray[np.int16]
    """[48, 320]: what came, at 16 kHz."""
    spoken: npt.NDArray[np.int16] | None
    """[48, 320]: what went out meanwhile; None: nothing."""
    voiced: npt.NDArray[np.bool_]
    """[48]: the voice detector heard a voice in this frame."""
    said: npt.NDArray[np.bool_] | None = None
    """[48]: in this frame the agent said something; what else went out is a background. None: in all."""
    levels: Float = field(init=False)
    """[48]: of what came, in dBFS."""
    spoken_levels: Float = field(init=False)
    """[48]: of what went out, silence where it was a background alone."""
    _spectra: Float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.levels = levels_db(self.heard)
        self.spoken_levels = _SILENCE if self.spoken is None else levels_db(self.spoken)
        if self.said is not None and self.spoken is not None:
            self.spoken_levels[~self.said] = SILENT_DB

    @property
    def narrow(self) -> npt.NDArray[np.int16]:
        """[7680]: what came, at 8 kHz."""
        return self.heard.reshape(-1)[::2]

    @property
    def tonal(self) -> bool:
        """Whether any of three windows, 320 ms apart, has as much of a pitch as tones and music have: no tone
        of half a second, and none of two that are a quarter apart, comes between them."""
        windows = self.narrow.reshape(WINDOWS, WINDOW)[:: WINDOWS // 3] * _HANN
        bins = np.fft.rfft(windows, axis=1)
        power = bins.real**2 + bins.imag**2
        return bool((power[:, _LOWEST:].max(axis=1) >= _TONAL * power[:, _LOWEST:].sum(axis=1)).any())

    @property
    def spectra(self) -> Float:
        """[15, 257]: the power spectra of the windows; a tone of amplitude a peaks at (128 a)^2."""
        if self._spectra is None:
            windows = self.narrow.reshape(WINDOWS, WINDOW) * _HANN
            bins = np.fft.rfft(windows, axis=1)
            self._spectra = np.asarray(bins.real**2 + bins.imag**2, np.float32)
        return self._spectra


_SILENCE: Float = np.full(BLOCK_FRAMES, SILENT_DB, np.float32)

assert BLOCK_FRAMES * FRAME_SAMPLES == 2 * WINDOWS * WINDOW
