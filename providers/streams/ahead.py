"""How far the provider's buffer is ahead of what its caller hears, by the marks that come back.

Pure: times are milliseconds of what was written. We write at the pace of the clock, so the buffer grows only
when the network has stood still and then lets all go at once; no pause may come for a long while that would
shorten it. What is too much is left out then. A mark that comes late says nothing by itself: it may have been
held up on its way back, and others with it, which then come at once.
"""

from __future__ import annotations

from collections import deque

MOST_MS = 200
"""Of ours in the provider's buffer."""
LEFT_MS = 40
"""So much is left there once something was left out."""
STEADY_MS = 600
"""Marks must tell of too much for so long."""
MOST_WAY_MS = 400
"""The way there and back, at most; a buffer that was too full from the beginning is no way."""
MOST_WAITED = 64
"""Marks that are waited for."""
AGREEING = 3
"""So many marks in a row must tell the same of what is in the buffer, ..."""
APART_MS = 40
"""... but for so much, or it is not known: they may have been held up, by the network, each by as much as it
likes."""


class Ahead:
    """Of one stream."""

    __slots__ = ("_lately", "_least", "_placed", "_rested", "_since", "_too_much")

    def __init__(self) -> None:
        self._placed: dict[str, int] = {}
        self._least = MOST_WAY_MS
        """From a mark to its echo, when nothing is ahead."""
        self._since: int | None = None
        """Since when all marks have told of too much."""
        self._too_much = 0
        """The least of these."""
        self._lately: deque[int] = deque(maxlen=AGREEING)
        """What the last marks have told, as `_least` is counted."""
        self._rested: int | None = None
        """Where nothing was said any more."""

    @property
    def held_ms(self) -> int | None:
        """So much is in the provider's buffer, by what the last marks say. None: they say nothing, or not the
        same."""
        if not self._lately or max(self._lately) - min(self._lately) > APART_MS:
            return None
        return max(0, min(self._lately) - self._least)

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
        self._lately.append(unheard)
        ahead = unheard - self._least
        if ahead <= MOST_MS:
            self._since = None
        elif self._since is None:
            self._since, self._too_much = written_ms, ahead
        else:
            self._too_much = min(self._too_much, ahead)
            if written_ms - self._since >= STEADY_MS:
                self.forget(LEFT_MS)
                return self._too_much - LEFT_MS
        return 0

    def forget(self, held_ms: int = 0) -> None:
        """The buffer was cleared, or is about to be shorter, and so much is in it then: marks that are on
        their way tell of before."""
        self._placed.clear()
        self._since = None
        if self._lately:
            self._lately = deque([self._least + held_ms], maxlen=AGREEING)

    def rested(self, written_ms: int) -> None:
        """Nothing is said any more: the buffer runs empty by itself."""
        self._rested = written_ms

    def said(self, written_ms: int) -> None:
        """Something is."""
        if self._rested is not None:
            left = max(self._lately, default=0) - self._least - (written_ms - self._rested)
            self._rested = None
            self.forget(max(0, left))
