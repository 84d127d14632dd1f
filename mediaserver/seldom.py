"""A log line that strangers can cause is written seldom, and then says how often it was not."""

from __future__ import annotations

EVERY_S = 10.0


class Seldom:
    """One for a kind of line. Pure: `now` in, in seconds of one clock."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._said_at: float | None = None
        self._unsaid = 0

    def due(self, now: float) -> int | None:
        """It happened. None when it is not to be said now; else how often it was not since it last was."""
        if self._said_at is not None and now - self._said_at < self._every_s:
            self._unsaid += 1
            return None
        unsaid, self._said_at, self._unsaid = self._unsaid, now, 0
        return unsaid
