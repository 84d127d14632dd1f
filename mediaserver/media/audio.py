"""Levels of live audio, and WAV files in and out.

File functions block on the disk: never call them on the event loop's thread during a call.
"""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.errors import VoiceForgeError
from mediaserver.media.arrays import Pcm
from mediaserver.media.g711 import PCMA, PCMU
from mediaserver.media.resample import resample
from mediaserver.media.time import SAMPLE_RATE

_EXTENSIBLE = 0xFFFE
SILENCE_DBFS = -96.0
"""What digital silence reads as."""


def levels_dbfs(frames: Pcm) -> npt.NDArray[np.float32]:
    """RMS of each row of [N, samples] in dB below a full-scale square wave, never under SILENCE_DBFS."""
    x = frames.astype(np.float32)
    power = np.einsum("ij,ij->i", x, x) / max(1, frames.shape[1])
    return np.asarray(np.maximum(10.0 * np.log10(np.maximum(power, 1e-9)) - 90.309, SILENCE_DBFS), np.float32)


def rms_dbfs(pcm: Pcm) -> float:
    """RMS of a signal [n] in dB below a full-scale square wave."""
    return float(levels_dbfs(pcm.reshape(1, -1))[0])


def read_wav(path: str | Path) -> Pcm:
    """A WAV file as mono int16 [n] at 16 kHz; several channels are averaged.

    Understands PCM of 8, 16, 24 and 32 bits, 32- and 64-bit float, A-law and mu-law, also in
    WAVE_FORMAT_EXTENSIBLE. Raises VoiceForgeError when the file is unreadable or something else.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise VoiceForgeError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    channels, rate, signal = _parse_wav(data, str(path))
    frames = signal[: len(signal) // channels * channels].reshape(-1, channels)
    mono = frames[:, 0] if channels == 1 else frames.mean(axis=1)
    return resample(np.clip(np.rint(mono), -32_768, 32_767).astype(np.int16), rate, SAMPLE_RATE)


def _parse_wav(data: bytes, name: str) -> tuple[int, int, npt.NDArray[np.float64]]:
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise VoiceForgeError(f"{name}: not a WAV file; convert it, e.g. with sox or ffmpeg")
    form: tuple[int, int, int, int] | None = None
    at = 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if kind == b"fmt " and len(body) >= 16:
            code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if code == _EXTENSIBLE and len(body) >= 26:
                code = int.from_bytes(body[24:26], "little")
            form = code, channels, rate, bits
        elif kind == b"data" and form is not None:
            code, channels, rate, bits = form
            if not (1 <= channels <= 16 and 1_000 <= rate <= 384_000):
                raise VoiceForgeError(f"{name}: {channels} channels at {rate} Hz are not supported")
            return channels, rate, _linear(body, code, bits, name)
        at += 8 + size + (size & 1)
    raise VoiceForgeError(f"{name}: the WAV file has no audio in it; it may be cut off")


def _linear(body: bytes, code: int, bits: int, name: str) -> npt.NDArray[np.float64]:
    """Samples in int16 range as float64, channels interleaved."""
    octets = np.frombuffer(body[: len(body) // max(1, bits // 8) * max(1, bits // 8)], np.uint8)
    match code, bits:
        case 1, 8:
            return (octets.astype(np.float64) - 128) * 256
        case 1, 16:
            return octets.view("<i2").astype(np.float64)
        case 1, 24:
            wide = np.zeros((len(octets) // 3, 4), np.uint8)
            wide[:, 1:] = octets.reshape(-1, 3)
            return wide.view("<i4")[:, 0] / 65_536.0
        case 1, 32:
            return octets.view("<i4") / 65_536.0
        case 3, 32:
            return np.nan_to_num(octets.view("<f4").astype(np.float64)) * 32_768.0
        case 3, 64:
            return np.nan_to_num(octets.view("<f8").astype(np.float64)) * 32_768.0
        case 6, 8:
            return PCMA.decode(octets).astype(np.float64)
        case 7, 8:
            return PCMU.decode(octets).astype(np.float64)
        case _:
            raise VoiceForgeError(f"{name}: WAV format {code} with {bits} bits is not supported; use PCM")


def write_wav(path: str | Path, pcm: Pcm, rate: int = SAMPLE_RATE) -> None:
    """Write [n] as mono or [n, channels] interleaved (stereo: caller left, agent right), 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if pcm.ndim == 1 else pcm.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(pcm, "<i2").tobytes())
