"""What a caller hears while somebody is rung for it: a ringing tone as ITU-T E.180 has it, made here."""

from __future__ import annotations

import functools

import numpy as np

from mediaserver.calls.playing import Frames, framed
from mediaserver.media.time import SAMPLE_RATE

HZ = 425
TONE_S, PAUSE_S = 1.0, 4.0
LOUDNESS = 2000
"""Peak, about -24 dBFS: softer than speech."""
_FADE_S = 0.005
"""At both ends, so that it does not click."""


@functools.cache
def ringing_tone() -> Frames:
    """One ring and the pause after it."""
    at = np.arange(int(TONE_S * SAMPLE_RATE)) / SAMPLE_RATE
    shape = np.minimum(1, np.minimum(at, TONE_S - at) / _FADE_S)
    cycle = np.zeros(int((TONE_S + PAUSE_S) * SAMPLE_RATE), np.int16)
    cycle[: len(at)] = np.rint(LOUDNESS * shape * np.sin(2 * np.pi * HZ * at)).astype(np.int16)
    frames = framed(cycle)
    frames.setflags(write=False)
    return frames
