"""Raises a quiet caller to where recognisers hear well: one who whispers, or holds the phone away. Pure.

Of six recorded answers in the telephone band the embedded recogniser understands five or six at -20 to -30
dBFS, three at -40, one at -45 and none at -50; raised, five of all these (tests/load/quiet_callers.py). Most
callers are loud enough: for them a frame costs nothing. The gain is set where an utterance begins and only
ever falls within it, so that no word swells. It must never touch what voice detection or turn-taking measure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db

QUIET_DB = -36.0
"""A caller whose loudest frame (dBFS) is below is raised, ..."""
WANTED_DB = -24.0
"""... so that it is here, ..."""
MOST_DB = 26.0
"""... by no more."""
KNOWN_DB = 6.0
"""Whoever was so much louder than quiet before only begins softly."""
FORGET_DB = 1.0
"""Of that, by each utterance that was understood: people change hands, and telephones. By nothing else, or
voices behind a caller who is silent would be raised at last, and answer for him."""
ONSET_FRAMES = 10
"""By so many an utterance is older than when it is noticed, at most."""
LEAST_CHANGE = 0.05
"""Of a gain: less is not worth a ramp."""


class CallerLevel:
    """Of one call."""

    def __init__(self) -> None:
        self._loudest = -96.0
        """Frame of the caller's lately, in dBFS."""
        self._gain = 1.0
        self._understood = False
        """The last utterance was."""

    @property
    def gain_db(self) -> float:
        """What is added at present."""
        return 20.0 * float(np.log10(self._gain))

    def begin(self, frames: Sequence[Frame], *, echoes: bool = False) -> None:
        """An utterance was noticed; these frames came last. `echoes`: the line gives our own voice back, of
        which what is left is not to be raised."""
        heard = max((level_db(frame) for frame in frames[-ONSET_FRAMES:]), default=-96.0)
        forgotten = FORGET_DB if self._understood else 0.0
        self._loudest, self._understood = max(heard, self._loudest - forgotten), False
        soft = not echoes and heard < QUIET_DB and self._loudest < QUIET_DB + KNOWN_DB
        self._gain = _gain(max(heard, self._loudest)) if soft else 1.0

    def understood(self) -> None:
        """The present utterance was."""
        self._understood = True

    def raised(self, frame: Frame) -> Frame:
        """The frame as the recogniser is to hear it."""
        if self._gain == 1.0:
            return frame
        level, before = level_db(frame), self._gain
        if level > self._loudest:
            self._loudest = level
            self._gain = min(before, _gain(level))
        gain: float | np.ndarray[tuple[int], np.dtype[np.float64]] = before
        if before - self._gain > LEAST_CHANGE:
            gain = np.linspace(before, self._gain, len(frame))
        louder: Frame = np.clip(frame * gain, -32_768, 32_767).astype(np.int16)
        return louder


def _gain(loudest_db: float) -> float:
    return float(10.0 ** (min(max(WANTED_DB - loudest_db, 0.0), MOST_DB) / 20.0))
