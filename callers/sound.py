"""Sound files and G.711 for the measuring caller: everything here is 8 kHz mono int16.

Must never be used in the live media path; it works on whole recordings and prefers exactness to speed.
"""

from __future__ import annotations

import wave
from math import ceil
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.errors import VoiceForgeError

RATE = 8_000
PACKET = 160
"""Samples in a 20 ms packet."""

Samples = npt.NDArray[np.int16]

PCMU, PCMA = 0, 8
"""Static payload types, RFC 3551 section 6."""


def _mulaw_levels() -> Samples:
    code = ~np.arange(256) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 15
    level = ((2 * mantissa + 33) << (exponent + 2)) - 132
    return np.where(code & 0x80, -level, level).astype(np.int16)


def _alaw_levels() -> Samples:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    level = np.where(exponent == 0, 2 * mantissa + 1, (2 * mantissa + 33) << np.maximum(exponent - 1, 0)) << 3
    return np.where(code & 0x80, level, -level).astype(np.int16)


def _nearest_code(levels: Samples) -> npt.NDArray[np.uint8]:
    """For each of the 65,536 sample values (index = value + 32768) the code word that decodes nearest."""
    order = np.argsort(levels, kind="stable")
    steps = levels[order].astype(np.int32)
    edges = (steps[1:] + steps[:-1]) / 2
    return order[np.searchsorted(edges, np.arange(-32768, 32768))].astype(np.uint8)


LEVELS = {PCMU: _mulaw_levels(), PCMA: _alaw_levels()}
"""Code word -> sample (ITU-T G.711), indexed by payload type."""
_CODES = {kind: _nearest_code(levels) for kind, levels in LEVELS.items()}
_CODES[PCMU][32768] = 0xFF  # zero has two code words; the positive one is what phones call silence
SILENCE = {PCMU: b"\xff", PCMA: b"\xd5"}


def encode(samples: npt.ArrayLike, payload_type: int) -> bytes:
    return _CODES[payload_type][np.asarray(samples, dtype=np.int32) + 32768].tobytes()


def decode(payload: bytes, payload_type: int) -> Samples:
    return LEVELS[payload_type][np.frombuffer(payload, np.uint8)]


def resample(samples: npt.NDArray[np.float64], rate: int, wanted: int) -> npt.NDArray[np.float64]:
    """Windowed-sinc interpolation, low-passed at the lower Nyquist frequency; no delay, same duration."""
    if rate == wanted:
        return samples
    step = rate / wanted
    cutoff = min(1.0, 1 / step) * 0.97
    reach = ceil(24 / cutoff)
    count = int(len(samples) * wanted / rate)
    padded = np.concatenate([np.zeros(reach), samples, np.zeros(reach + 1)])
    out = np.empty(count)
    for start in range(0, count, 4096):
        at = np.arange(start, min(count, start + 4096)) * step
        first = np.floor(at).astype(np.int64)
        offset = np.arange(-reach + 1, reach + 1)
        distance = offset[None, :] - (at - first)[:, None]
        kernel = cutoff * np.sinc(cutoff * distance) * (0.5 + 0.5 * np.cos(np.pi * distance / (reach + 1)))
        out[start : start + len(at)] = (padded[first[:, None] + offset + reach] * kernel).sum(1)
    return out


class Doubler:
    """Takes a stream from 8 to 16 kHz in blocks of any length, 3 ms late: `resample` looks that far ahead."""

    REACH = 25
    """Samples at 8 kHz to either side that an output sample depends on."""

    def __init__(self) -> None:
        self._past = np.zeros(2 * self.REACH)

    def process(self, narrow: Samples) -> Samples:
        """Twice as many samples, int16."""
        known = np.concatenate([self._past, narrow])
        self._past = known[-2 * self.REACH :]
        wide = resample(known, RATE, 2 * RATE)
        return clipped(wide[2 * self.REACH : -2 * self.REACH])


def clipped(samples: npt.NDArray[np.float64]) -> Samples:
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


def load_wav(path: str | Path) -> Samples:
    """A 16-bit PCM WAV of any rate, channels averaged, as 8 kHz mono. Raises VoiceForgeError."""
    try:
        with wave.open(str(path), "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise VoiceForgeError(f"cannot play {path}: {error}; give a 16-bit PCM WAV file") from None
    if width != 2:
        raise VoiceForgeError(f"cannot play {path}: {8 * width}-bit samples; give a 16-bit PCM WAV file")
    mono = np.frombuffer(data, "<i2").reshape(-1, channels).mean(axis=1)
    return clipped(resample(mono, rate, RATE))


def save_stereo(path: str | Path, left: Samples, right: Samples) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.stack([left, right], axis=1).astype("<i2").tobytes())
