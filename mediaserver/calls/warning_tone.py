"""What everybody in a call hears before it is ended because a limit is used up: three short tones."""

from __future__ import annotations

import functools

import numpy as np

from mediaserver.calls.playing import Frames, framed
from mediaserver.media.time import SAMPLE_RATE

HZ = 1400
TONE_S, PAUSE_S = 0.2, 0.2
TONES = 3
LOUDNESS = 2000
"""Peak, about -24 dBFS: softer than speech."""
_FADE_S = 0.005


@functools.cache
def warning_tone() -> Frames:
    """All three, once."""
    at = np.arange(int(TONE_S * SAMPLE_RATE)) / SAMPLE_RATE
    shape = np.minimum(1, np.minimum(at, TONE_S - at) / _FADE_S)
    one = np.zeros(int((TONE_S + PAUSE_S) * SAMPLE_RATE), np.int16)
    one[: len(at)] = np.rint(LOUDNESS * shape * np.sin(2 * np.pi * HZ * at)).astype(np.int16)
    frames = framed(np.tile(one, TONES))
    frames.setflags(write=False)
    return frames
