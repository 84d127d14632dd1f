"""How far the provider's buffer is ahead of what its caller hears, by the marks that come back.

Pure: times are milliseconds of what was written. We write at the pace of the clock, so the buffer grows only
when the network has stood still and then lets all go at once; no pause may come for a long while that would
shorten it. What is too much is left out then. One mark that comes late says nothing: it may itself have been
held up on its way back.
"""

from __future__ import annotations

from collections import deque

MOST_MS = 200
"""Of ours in the provider's buffer."""
LEFT_MS = 40
"""So much is left there once something was left out."""
WINDOW = 5
"""Marks in a row that must tell of too much."""
MOST_WAY_MS = 400
"""The way there and back, at most; a buffer that was too full from the beginning is no way."""
MOST_WAITED = 64
"""Marks that are waited for."""


class Ahead:
    """Of one stream."""

    __slots__ = ("_least", "_placed", "_recent", "ms")

    def __init__(self) -> None:
        self._placed: dict[str, int] = {}
        self._recent: deque[int] = deque(maxlen=WINDOW)
        self._least = MOST_WAY_MS
        self.ms = 0
        """In the buffer, as of the last mark, as far as that is known."""

    def placed(self, name: str, written_ms: int) -> None:
        if len(self._placed) >= MOST_WAITED:
            del self._placed[next(iter(self._placed))]
        self._placed[name] = written_ms

    def reached(self, name: str, written_ms: int) -> int:
        """A mark is back. Returns how many milliseconds are to be left out now."""
        at = self._placed.pop(name, None)
        if at is None:
            return 0
        unheard = max(0, written_ms - at)
        self._least = min(self._least, unheard)
        self.ms = unheard - self._least
        self._recent.append(self.ms)
        if len(self._recent) < WINDOW or min(self._recent) <= MOST_MS:
            return 0
        too_much = min(self._recent) - LEFT_MS
        self.forget()
        return too_much

    def forget(self) -> None:
        """The buffer was cleared, or is about to be shorter: marks that are on their way tell of before."""
        self._placed.clear()
        self._recent.clear()
