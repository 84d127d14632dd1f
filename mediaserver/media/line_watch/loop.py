"""Our own voice on its way back: how much lower and how much later it is, and whether it is all that comes.

First the levels are held against each other, frame by frame, which costs little; only where they go together
are the waves. A line that gives our voice back as it went out, and never anything else, leads back to us.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mediaserver.media.arrays import Float
from mediaserver.media.line_watch.block import BLOCK_FRAMES, RATE, Block
from mediaserver.media.time import FRAME_MS

ALIKE = 0.75
"""How well levels must go together before waves are looked at."""
SURE = 0.3
"""The least coherence by which an echo is believed."""
WHOLE = 0.85
"""That of a line that leads back to us: codecs change it little."""
LOOP_LOSS_DB = 4.0
LOOP_BLOCKS = 4
SAME_MS = 5.0
"""A line's delay changes by no more; a jitter buffer moves in whole frames, and then begins anew."""
HEARD_DB, SPOKEN_DB = -55.0, -45.0
"""What counts as something that came, or went out."""
FOREIGN_DB = -40.0
PURE, TONE_BINS = 0.75, 20
"""A share of the power within 10 Hz around its highest pitch that no second of speech has."""
MOST_LOOKS = 12
"""Of the costly kind in a call (0.5 ms each)."""

_SPAN = BLOCK_FRAMES * 320 // 2
_FFT = 16_384
_LEAST_FRAMES = 12


class LoopWatch:
    """Of one line."""

    def __init__(self) -> None:
        self.loss_db: float | None = None
        self.delay_ms: float | None = None
        self.foreign = 0
        """Blocks with something that was not ours."""
        self._loops = 0
        self._looks = 0
        self._before: Block | None = None
        """The block before, of which an echo may still be on its way."""

    @property
    def looped(self) -> bool:
        return self._loops >= LOOP_BLOCKS and not self.foreign

    def look(self, block: Block) -> None:
        before, self._before = self._before, block
        if before is None:
            return
        came = block.levels > HEARD_DB
        if np.count_nonzero(came) < _LEAST_FRAMES:
            return
        spoken = np.concatenate((before.spoken_levels, block.spoken_levels))
        if not (spoken > SPOKEN_DB).any():
            self.foreign += bool((block.levels > FOREIGN_DB).sum() >= _LEAST_FRAMES)
            return
        if self._looks >= MOST_LOOKS or not _together(spoken, block.levels):
            return
        self._looks += 1
        found = _delay(before, block)
        if found is None:
            return
        delay, loss_db, coherence = found
        steady = self.delay_ms is None or abs(delay - self.delay_ms) <= SAME_MS
        self.loss_db, self.delay_ms = loss_db, delay
        if not steady:
            self._loops = 0  # somebody who says what we say is no line
        if coherence >= WHOLE and abs(loss_db) <= LOOP_LOSS_DB:
            self._loops += 1

    def forget(self) -> None:
        """What went out before is of no interest any more."""
        self._before = None


def _together(spoken: Float, heard: Float) -> bool:
    """[96] of ours and [48] of what came: the levels go together, with some delay up to 960 ms."""
    windows = np.lib.stride_tricks.sliding_window_view(np.maximum(spoken, -70.0), BLOCK_FRAMES)
    came = np.maximum(heard, -70.0) - np.maximum(heard, -70.0).mean()
    ours = windows - windows.mean(axis=1, keepdims=True)
    products = ours @ came
    norms = np.sqrt((ours**2).sum(axis=1) * (came**2).sum()) + 1e-6
    return bool((products / norms).max() >= ALIKE)


def _delay(before: Block, block: Block) -> tuple[float, float, float] | None:
    """Delay in ms, loss in dB and coherence of our voice in what came; None: it is not in there."""
    if before.spoken is None and block.spoken is None:
        return None
    ours = np.zeros(2 * _SPAN, np.float32)
    for at, part in ((0, before.spoken), (_SPAN, block.spoken)):
        if part is not None:
            ours[at : at + _SPAN] = part.reshape(-1)[::2]
    came = block.narrow.astype(np.float32)
    heard_bins = np.fft.rfft(came, _FFT)
    if _is_tone(heard_bins):
        return None
    product = np.fft.rfft(ours, _FFT) * np.conj(heard_bins)
    matches = np.fft.irfft(product, _FFT)[: _SPAN + 1]
    at = int(np.abs(matches).argmax())
    echoed = ours[at : at + _SPAN]
    power, heard = float(echoed @ echoed), float(came @ came)
    if power <= 0 or heard <= 0:
        return None
    match = abs(float(matches[at]))
    coherence = match / math.sqrt(power * heard)
    if coherence < SURE:
        return None
    return 1000 * (_SPAN - at) / RATE, -20 * math.log10(match / power), coherence


def _is_tone(bins: npt.NDArray[np.complexfloating]) -> bool:
    """One tone is like another: it says nothing of where it comes from."""
    power = bins.real**2 + bins.imag**2
    at = int(power.argmax())
    return bool(power[max(0, at - TONE_BINS) : at + TONE_BINS + 1].sum() >= PURE * power.sum())


assert _SPAN * 2 * 1000 // 16_000 == BLOCK_FRAMES * FRAME_MS
