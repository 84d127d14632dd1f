"""How loud the agent is: full, ducked under a caller who makes a sound, faded where its sound stops or jumps.

Pure: samples in, samples out. It must never move a word: a ducked line goes on at its own pace.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS

DUCKED = 10 ** (-18 / 20)
"""18 dB less: still to be followed, and no longer in the way of somebody who speaks."""
RAMP_SAMPLES = 8 * SAMPLES_PER_MS
"""From full to ducked, and back."""
FADE_SAMPLES = 5 * SAMPLES_PER_MS
"""Long enough to hide a cut, short enough not to be heard as speech."""

_NOTHING = np.zeros(0, dtype=np.int16)


class Gain:
    """Of one playout. What is faded out lies under whatever comes next, so that every stop and every jump is
    a cross-fade, whichever comes how soon after which."""

    def __init__(self) -> None:
        self._level = 1.0
        """Of the next sample."""
        self._target = 1.0
        self._step = 1 / FADE_SAMPLES
        """How fast the level nears its target, by the sample."""
        self._tail: Frame = _NOTHING
        """What fades away under the next frame."""

    @property
    def ducked(self) -> bool:
        """It is ducked, or on its way there."""
        return self._target < 1.0

    def duck(self) -> None:
        """Get quieter, over 8 ms."""
        self._head_for(DUCKED)

    def unduck(self) -> None:
        """Be as loud as ever, over 8 ms."""
        self._head_for(1.0)

    def rest(self) -> None:
        """Nothing sounds: what comes next begins at its full level."""
        self._level = self._target = 1.0

    def begin(self) -> None:
        """What comes next begins by itself, at the level that is wanted now."""
        self._level = self._target

    def rise(self) -> None:
        """What comes next begins in the middle of a sound: let it rise over 5 ms."""
        self._level, self._step = 0.0, 1 / FADE_SAMPLES

    def fade(self, following: Frame) -> None:
        """The sound stops or jumps here: these samples, which would have followed, die away over 5 ms."""
        tail = self._fading(following[:FADE_SAMPLES])
        if len(self._tail) > len(tail):
            tail, self._tail = self._tail, tail
        tail[: len(self._tail)] += self._tail
        self._tail = tail

    def hush(self, last: bytes | bytearray) -> None:
        """The sound has broken off after this sample, and what would have followed is not there."""
        self.fade(np.full(FADE_SAMPLES, np.frombuffer(bytes(last), dtype="<i2")[0], dtype=np.int16))

    def forget(self) -> None:
        """Nobody hears what fades away."""
        self._tail = _NOTHING

    def shape(self, samples: Frame, *, breaks: bool = False) -> Frame | None:
        """A frame of at most so many samples, then silence; None when there is nothing at all. `breaks`: the
        sound breaks off after them, and fades out in them."""
        if not len(samples) and not len(self._tail):
            return None
        frame: Frame = np.zeros(FRAME_SAMPLES, dtype=np.int16)
        frame[: len(samples)] = self._levelled(samples)
        if breaks:
            last = frame[max(0, len(samples) - FADE_SAMPLES) : len(samples)]
            last[:] = last * np.linspace(1, 0, len(last))
        if len(self._tail):
            under = frame[: len(self._tail)].astype(np.int32) + self._tail
            frame[: len(self._tail)] = np.clip(under, -32_768, 32_767)
            self._tail = _NOTHING
        return frame

    def _head_for(self, target: float) -> None:
        if target != self._target:
            self._target, self._step = target, (1.0 - DUCKED) / RAMP_SAMPLES

    def _levelled(self, samples: Frame) -> npt.NDArray[Any]:
        level, target = self._level, self._target
        if level == target:
            return samples if level == 1.0 else samples * level
        ramp = level + np.copysign(self._step, target - level) * np.arange(len(samples) + 1)
        ramp = np.minimum(ramp, target) if level < target else np.maximum(ramp, target)
        self._level = float(ramp[-1])
        levelled: npt.NDArray[Any] = samples * ramp[:-1]
        return levelled

    def _fading(self, samples: Frame) -> Frame:
        return np.asarray(samples * np.linspace(self._level, 0, len(samples)), dtype=np.int16)
