"""Speech that was cut off at the top: by a microphone or a gateway that is too loud.

The top need not be full scale: what was cut in the phone may have been made quieter on its way. Speech is
peaky, with next to none of its samples near its highest; cut speech has many. A steady tone has, too, so that
only speech is looked at. Three samples in a row near the top make a cut; a lone peak is none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediaserver.media.line_watch.block import WINDOW, Block

LOUD = 1_640
"""Least height of a top, of 32,767 (-26 dBFS): nothing is cut lower than that."""
PURE = 0.9
"""Of a window's power in its highest pitch: a tone."""
TOPS = ((0.93, 0.004), (0.8, 0.025))
"""Near the top is what reaches so much of a block's highest sample, and such a share of its speech must.
What was cut as telephone audio is flat within a step of G.711 (3 %); what was cut before, in the phone, has
edges and waves from the filter to the telephone band. Whole speech has less than a third of each share."""


def clipped(block: Block) -> tuple[int, int]:
    """Samples of speech in a block that were cut off, and samples of speech, both at 8 kHz."""
    narrow = block.heard[block.voiced].reshape(-1)[::2]
    if not narrow.size:
        return 0, 0
    most = 0
    for near, share in TOPS:
        cut = _above(narrow, near)
        if cut >= share * narrow.size:
            most = max(most, cut)
    if most and _is_tone(narrow):
        return 0, narrow.size
    return most, narrow.size


def _is_tone(narrow: npt.NDArray[np.int16]) -> bool:
    """A voice detector may take a tone for a voice; its samples are near its top by nature."""
    middle = narrow.size // 2
    part = narrow[max(0, middle - WINDOW // 2) :][:WINDOW]
    bins = np.fft.rfft(part * np.hanning(len(part)))
    power = bins.real**2 + bins.imag**2
    at = int(power.argmax())
    return bool(power[max(0, at - 2) : at + 3].sum() >= PURE * power.sum())


def _above(narrow: npt.NDArray[np.int16], near: float) -> int:
    """How many are near the top: of each half for itself, which may be cut at different heights."""
    high, low = int(narrow.max()), int(narrow.min())
    cut = _in_rows(narrow >= near * high) if high >= LOUD else 0
    return cut + (_in_rows(narrow <= near * low) if low <= -LOUD else 0)


def _in_rows(near: npt.NDArray[np.bool_]) -> int:
    """How many are the middle of three in a row."""
    return int(np.count_nonzero(near[:-2] & near[1:-1] & near[2:]))
