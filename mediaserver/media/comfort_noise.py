"""Comfort noise (RFC 3389): what a silent line sounds like, by the level that its sender names.

White noise at that level, without the spectrum that a packet may describe besides: it only tells a listener
that the line is not dead.
"""

from __future__ import annotations

import numpy as np

from mediaserver.media.arrays import Pcm
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE

SENT_LEVEL = 70
"""-dBov of the noise that we send in place of digital silence: hardly to be heard."""
LOUDEST, SOFTEST = 40, 90
"""-dBov: what is named louder than that would be a nuisance, what is softer is nothing."""

_SECOND = np.random.default_rng(3389).normal(0.0, 1.0, SAMPLE_RATE).astype(np.float32)
_STRIDE = 7_919
"""A prime: it takes minutes until the same piece comes again."""
_FULL = 32_768 / np.sqrt(2)
"""The RMS of 0 dBov: a full-scale sine's (RFC 3389 section 2)."""


def level_of(payload: bytes) -> int | None:
    """-dBov that a packet names; None for one that says nothing, or no more than silence."""
    if not payload:
        return None
    level = payload[0] & 0x7F
    return max(level, LOUDEST) if level < SOFTEST else None


def comfort_noise(level: int, turn: int) -> Frame:
    """[320] samples of noise at -`level` dBov. `turn`: counts the frames of a leg, so that they differ."""
    at = turn * _STRIDE % (SAMPLE_RATE - FRAME_SAMPLES)
    amplitude = _FULL * 10 ** (-level / 20)
    noise: Pcm = np.rint(_SECOND[at : at + FRAME_SAMPLES] * amplitude).astype(np.int16)
    return noise
