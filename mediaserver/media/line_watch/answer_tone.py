"""Whether 2,100 Hz comes from a modem: it turns its phase round every 450 ms (ITU-T V.25, V.8), so that echo
cancellers let go. A fax machine's does not."""

from __future__ import annotations

import numpy as np

from mediaserver.media.line_watch.block import RATE, Block

_STEP = RATE // 100
"""10 ms: 21 whole waves of 2,100 Hz, so that the product below stands still."""


def reversals(block: Block) -> int:
    """How often the phase of 2,100 Hz turns round in a block. To be asked only where that tone is."""
    x = block.narrow.astype(np.float32)
    turned = x * np.exp(-2j * np.pi * 2_100 * np.arange(len(x)) / RATE)
    steps = turned.reshape(-1, _STEP).mean(axis=1)
    level = np.abs(steps)
    # Two steps on, past the one in which it turns; a tone that is off by a few Hz turns little in 20 ms.
    turns = (np.real(steps[2:] * np.conj(steps[:-2])) < -0.5 * level[2:] * level[:-2]) & (
        np.minimum(level[2:], level[:-2]) > 0.5 * float(np.median(level))
    )
    return int(np.count_nonzero(turns[1:] & ~turns[:-1]))
