"""Sound files and G.711 for the measuring caller: everything here is 8 kHz mono int16.

Must never be used in the live media path; it works on whole recordings and prefers exactness to speed.
"""

from __future__ import annotations

import wave
from math import ceil, gcd
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.errors import VoiceForgeError

RATE = 8_000
PACKET = 160
"""Samples in a 20 ms packet."""

LOWEST_RATE, HIGHEST_RATE = 4_000, 96_000
"""Of a recording, in Hz. What is far from the telephone's rate costs memory and time without end."""
MOST_CHANNELS = 8
LONGEST_S = 300
"""Of one recording; a line that somebody says is shorter."""
MOST_SAMPLES = 16_000_000
"""Of one recording, all channels together."""

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
    cutoff = min(1.0, wanted / rate) * 0.97
    reach = ceil(24 / cutoff)
    count = int(len(samples) * wanted / rate)
    padded = np.concatenate([np.zeros(reach), samples, np.zeros(reach + 1)])
    # The places between samples where outputs lie come again after `period` of them.
    period = wanted // gcd(rate, wanted)
    block = min(period * max(1, 4096 // period), count)
    at = np.arange(block) * rate / wanted
    first = np.floor(at).astype(np.int64)
    offset = np.arange(-reach + 1, reach + 1)
    distance = offset[None, :] - (at - first)[:, None]
    kernel = cutoff * np.sinc(cutoff * distance) * (0.5 + 0.5 * np.cos(np.pi * distance / (reach + 1)))
    near = first[:, None] + offset + reach
    out = np.empty(count)
    for start in range(0, count, max(1, block)):
        rows = min(block, count - start)
        out[start : start + rows] = (padded[start * rate // wanted :][near[:rows]] * kernel[:rows]).sum(1)
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


def load_wav(path: str | Path, wanted: int = RATE) -> Samples:
    """A 16-bit PCM WAV of a usual rate and length, channels averaged, as mono at `wanted` Hz. Raises
    VoiceForgeError, before there is much work, for whatever else a file may say of itself."""
    try:
        if not Path(path).is_file():
            raise VoiceForgeError(f"cannot play {path}: it is no file")
        with wave.open(str(path), "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            if why := _unplayable(width, channels, rate):
                raise VoiceForgeError(f"cannot play {path}: {why}; give a 16-bit PCM WAV file")
            longest = min(LONGEST_S, MOST_SAMPLES // (rate * channels))
            data = file.readframes(longest * rate + 1)  # the header may promise what it likes
    except (OSError, EOFError, RuntimeError, ValueError, wave.Error) as error:
        said = " ".join(str(error).split()) or "it is damaged or cut off"
        raise VoiceForgeError(f"cannot play {path}: {said}; give a 16-bit PCM WAV file") from None
    samples = np.frombuffer(data[: len(data) // (2 * channels) * 2 * channels], "<i2").reshape(-1, channels)
    if len(samples) > longest * rate:
        raise VoiceForgeError(f"cannot play {path}: it is longer than {longest} s; cut it in pieces")
    return clipped(resample(samples.mean(axis=1), rate, wanted))


def _unplayable(width: int, channels: int, rate: int) -> str:
    """What is wrong with a recording's form; empty when nothing is."""
    if width != 2:
        return f"{8 * width}-bit samples"
    if channels > MOST_CHANNELS:
        return f"{channels} channels"
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        return f"a rate of {rate} Hz, which is not from {LOWEST_RATE} to {HIGHEST_RATE}"
    return ""


def save_stereo(path: str | Path, left: Samples, right: Samples) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.stack([left, right], axis=1).astype("<i2").tobytes())
