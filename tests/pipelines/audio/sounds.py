"""Audio of known content in every format, for tests that hand it in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE
from pipelines.audio.encoding import AudioEncoder
from pipelines.audio.formats import FileFormat
from tests.fakes import voice

Pcm = npt.NDArray[np.int16]


def melody(seconds: float = 1.0, rate: int = SAMPLE_RATE) -> Pcm:
    """Two tones, one after the other, of which a shift and a wrong rate can be seen."""
    at = np.arange(int(seconds * rate)) / rate
    hertz = np.where(at < seconds / 2, 440.0, 880.0)
    return np.asarray(8_000 * np.sin(2 * np.pi * hertz * at), np.int16)


def made(format: FileFormat, samples: Pcm | None = None, rate: int = SAMPLE_RATE, channels: int = 1) -> bytes:
    """A whole file of this format."""
    encoder = AudioEncoder(format, rate, channels)
    return encoder.feed(melody() if samples is None else samples, SAMPLE_RATE) + encoder.finish()


def file_of(folder: Path, content: bytes, name: str = "handed-in") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def pitch(samples: Pcm, rate: int) -> float:
    """The strongest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def sentences(*seconds: float, pause: float = 1.0) -> Pcm:
    """Voice for so long each time, with pauses around."""
    silence = np.zeros(int(pause * SAMPLE_RATE), np.int16)
    parts = [silence]
    for each in seconds:
        parts += [voice(int(each * SAMPLE_RATE)), silence]
    return np.concatenate(parts)
