"""How much of what was written the peer has heard, on a leg whose far end keeps a queue of its own, says when
it reached a mark in it, and can be told to drop the rest (Twilio's `mark` and `clear`, a browser's buffer).

Pure: positions are 16 kHz samples since the first write. It must never take back what was said to be heard,
nor raise on what a peer says.
"""

from __future__ import annotations

from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE, SAMPLES_PER_MS

UNHEARD_MS = 80
"""What was sent and is not heard yet, until something is known of the path: network, the far end's buffer,
sound card."""
MOST_UNHEARD = SAMPLE_RATE
"""Samples; what tells of more is not believed."""
MOST_MARKS = 64
"""That are waited for; of a far end that never says a word the oldest are forgotten."""


class Marks:
    """One outgoing stream: `wrote` at every tick."""

    __slots__ = ("_played", "_unheard", "_void_before", "_waiting", "written")

    def __init__(self) -> None:
        self.written = 0
        self._played = 0
        self._unheard = UNHEARD_MS * SAMPLES_PER_MS
        """Between writing and hearing, as of the last mark."""
        self._void_before = 0
        """Nothing that was written before this will be heard any more."""
        self._waiting: dict[str, int] = {}
        """Where the marks stand that were not reached, in order."""

    def wrote(self) -> None:
        """One frame."""
        self.written += FRAME_SAMPLES

    def put(self, mark: str) -> None:
        """The peer will say when it has played all that was written so far."""
        self._waiting.pop(mark, None)
        if len(self._waiting) >= MOST_MARKS:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[mark] = self.written

    def reached(self, mark: str) -> bool:
        """The peer says so. False for a mark that means nothing (any more): after `clear` it may come back
        although nobody heard what stood before it."""
        if mark not in self._waiting:
            return False
        at = self._waiting[mark]
        self._waiting = {other: position for other, position in self._waiting.items() if position > at}
        self._played = max(self._played, at)
        self._unheard = min(self.written - at, MOST_UNHEARD)
        return True

    def again(self) -> None:
        """What the peer has not played is sent to it once more, in the place of that: marks that it was sent
        come back and mean nothing."""
        self._waiting.clear()

    def clear(self) -> int:
        """The peer is told to drop what it did not play. Returns what it has heard."""
        heard = self.played()
        self._waiting.clear()
        self._void_before = self.written
        return heard

    def played(self) -> int:
        """What the peer has heard, as far as is known; never beyond a mark that it has not reached."""
        reached = self.written - self._unheard
        if self._waiting:
            reached = min(reached, next(iter(self._waiting.values())))
        if reached > self._void_before:
            self._played = max(self._played, reached)
        return self._played
