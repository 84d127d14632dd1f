"""The noise floor of a line: what is there when nobody speaks, found without knowing who speaks when.

Pure and cheap: levels in, a level out.
"""

from __future__ import annotations

from collections import deque

PIECE_FRAMES = 25
"""Half a second. In so long even fluent speech leaves gaps between words."""
PIECES = 12
SHARE_OF_FRAMES, SHARE_OF_PIECES = 0.2, 0.3
"""Of the frames in a piece, and of the pieces, that lie below what is taken: people pause for as much. Who
talks for six seconds without a breath is taken for noise in part."""
BIAS_DB = 1.5
"""Noise is somewhat louder on the average than in its quietest fifth."""
LEAST_DB, MOST_DB = -85.0, -15.0
EASE = 0.4
"""Of the way to what was found that is gone at once."""


class LineNoise:
    """Of one line. `db` is the floor in dBFS, by the last six seconds; `first` until it is known."""

    __slots__ = ("_levels", "_pieces", "db")

    def __init__(self, first: float) -> None:
        self.db = first
        self._levels: list[float] = []
        self._pieces: deque[float] = deque(maxlen=PIECES)

    def add(self, level: float) -> None:
        """Of the next frame, in dBFS."""
        levels = self._levels
        levels.append(level)
        if len(levels) < PIECE_FRAMES:
            return
        levels.sort()
        quiet = levels[int(SHARE_OF_FRAMES * PIECE_FRAMES)]
        levels.clear()
        self._pieces.append(min(max(quiet + BIAS_DB, LEAST_DB), MOST_DB))
        # Who talks as soon as the call is up is not noise: at first the quietest piece counts.
        share = SHARE_OF_PIECES if len(self._pieces) == PIECES else 0.0
        found = sorted(self._pieces)[int(share * len(self._pieces))]
        self.db = found if len(self._pieces) == 1 else self.db + EASE * (found - self.db)
