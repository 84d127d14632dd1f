"""An utterance as a file, for providers that take whole ones. Pure."""

from __future__ import annotations

import struct

RATE = 16_000
LEAST_BYTES = 2 * RATE // 10
"""Less audio is refused by providers: it says nothing."""


def wav(pcm: bytes) -> bytes:
    """int16 little endian, 16 kHz, mono."""
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", 36 + len(pcm), b"WAVE")
        + fmt
        + struct.pack("<4sI", b"data", len(pcm))
        + pcm
    )
