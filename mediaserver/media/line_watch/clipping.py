"""Speech that was cut off at the top: by a microphone or a gateway that is too loud.

The top need not be full scale: what was cut in the phone may have been made quieter on its way. Speech is
peaky, with next to none of its samples near its highest; cut speech has many. A steady tone has, too, so that
only speech is looked at. Three samples in a row near the top make a cut: a lone peak is none.
"""

from __future__ import annotations

import numpy as np

from mediaserver.media.line_watch.block import Block

NEAR_TOP = 0.93
"""Of the highest sample of a block: G.711's steps at the top are 3 % wide, and filters make waves."""
LOUD = 1_640
"""Least height of a top, of 32,767 (-26 dBFS): nothing is cut lower than that."""
LEAST_SHARE = 0.004
"""Of a block's samples of speech; whole speech has a tenth of that."""


def clipped(block: Block) -> tuple[int, int]:
    """Samples of speech in a block that were cut off, and samples of speech, both at 8 kHz."""
    speech = block.heard[block.voiced]
    narrow = speech.reshape(-1)[::2]
    if not narrow.size:
        return 0, 0
    high, low = int(narrow.max()), int(narrow.min())
    cut = 0
    # The two halves may be cut at different heights, or only one of them.
    if high >= LOUD:
        cut += _in_rows(narrow >= NEAR_TOP * high)
    if low <= -LOUD:
        cut += _in_rows(narrow <= NEAR_TOP * low)
    return (cut if cut >= LEAST_SHARE * narrow.size else 0), narrow.size


def _in_rows(near: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """How many are the middle of three in a row."""
    return int(np.count_nonzero(near[:-2] & near[1:-1] & near[2:]))
