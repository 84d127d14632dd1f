"""How loud a frame is."""

from __future__ import annotations

import math

import numpy as np

from mediaserver.media.leg import Frame

FULL_SCALE = 32_768.0**2
"""Mean square of a full-scale square wave."""
QUIETEST_DB = -96.0


def level_db(frame: Frame) -> float:
    """Root mean square of a frame in dBFS (0 is a full-scale square wave), at least -96."""
    x = frame.astype(np.float32)
    power = float(np.dot(x, x)) / len(x)
    return 10.0 * math.log10(power / FULL_SCALE) if power > 0.27 else QUIETEST_DB
