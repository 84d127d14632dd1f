"""The instrument's own audio arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from callers.sound import RATE, Doubler


@pytest.mark.parametrize("block", [160, 97])
def test_doubling_the_rate_in_blocks_keeps_the_tone(block: int) -> None:
    t = np.arange(RATE) / RATE
    tone = (8_000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16)
    doubler = Doubler()
    wide = np.concatenate([doubler.process(tone[at : at + block]) for at in range(0, len(tone), block)])
    assert len(wide) == 2 * len(tone)
    late = 2 * Doubler.REACH
    wanted = 8_000 * np.sin(2 * np.pi * 440 * np.arange(len(wide) - late) / (2 * RATE))
    assert np.abs(wide[late + 100 :] - wanted[100:]).max() < 40
