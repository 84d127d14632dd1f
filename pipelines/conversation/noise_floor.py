"""How loud a line is while nobody speaks on it, and how far above that speech must be, from frame levels.

Pure. Speech has gaps: the lowest tenth of the last three seconds is noise whether somebody speaks or not
(after minimum statistics, R. Martin, IEEE Trans. Speech and Audio Processing 9, 2001). Noise by itself keeps
within bounds, steady noise within 3 dB, voices in the background within 10; how far is learnt where the last
seconds show nothing that varies like speech, and sets the margin. It must never decide what is speech.
"""

from __future__ import annotations

from collections import deque

LOWEST_DB, HIGHEST_DB = -65.0, -15.0
WINDOW = 150
"""Frames: 3 s, longer than people speak without a gap."""
FIRST = 75
"""Frames that must have been heard; the first word of a call is no noise."""
EVERY = 10
FALL = 0.25
"""Of the way down to a frame that is lower, at each frame."""
RISE_DB = 0.3
"""Up, at each frame, at most: 15 dB a second."""
SPEECH_SPREAD_DB = 14.0
"""From the lowest to the highest tenth of three seconds; more means that somebody spoke in them."""
LEAST_DB, MOST_DB = 9.0, 16.0
"""Bounds of the margin."""
PER_SPREAD = 1.5


class NoiseFloor:
    """Of one line."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=WINDOW)
        self._frames = 0
        self._low = LOWEST_DB
        self.db = LOWEST_DB
        """The floor, in dBFS."""
        self.margin_db = LEAST_DB
        """How far above the floor a sound must be that is none of the noise."""

    def hear(self, level: float) -> None:
        """One more frame, of this level in dBFS."""
        self._levels.append(level)
        self._frames += 1
        if self._frames % EVERY == 0 and self._frames >= FIRST:
            self._measure()
        if level < self.db:
            self.db += FALL * (level - self.db)
        elif self._low > self.db:
            self.db += min(RISE_DB, self._low - self.db)
        self.db = min(max(self.db, LOWEST_DB), HIGHEST_DB)

    def _measure(self) -> None:
        ranked = sorted(self._levels)
        tenth = len(ranked) // 10
        self._low, high = ranked[tenth], ranked[-1 - tenth]
        if high - self._low < SPEECH_SPREAD_DB:
            self.margin_db = min(max(PER_SPREAD * (high - self._low), LEAST_DB), MOST_DB)
