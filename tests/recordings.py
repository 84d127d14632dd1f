"""Recordings of speech as the media path has it."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from mediaserver.media.g711 import PCMU
from mediaserver.media.leg import Frame
from mediaserver.media.resample import resample
from mediaserver.media.time import SAMPLE_RATE

PCM, MU_LAW = 1, 7
"""Format codes of RIFF/WAVE."""


def read_wav(path: Path) -> Frame:
    """A mono WAV file of 16-bit PCM or mu-law as int16 [n] at 16 kHz."""
    data = path.read_bytes()
    code = rate = 0
    at = 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if kind == b"fmt ":
            code, channels, rate = struct.unpack_from("<HHI", body)
            assert code in (PCM, MU_LAW) and channels == 1, path
        elif kind == b"data":
            octets = np.frombuffer(body[: len(body) // 2 * 2], np.uint8)
            samples = PCMU.decode(octets) if code == MU_LAW else octets.view("<i2")
            return resample(samples.astype(np.int16), rate, SAMPLE_RATE)
        at += 8 + size + (size & 1)
    raise AssertionError(f"{path} has no audio")
