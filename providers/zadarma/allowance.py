"""How much may still be asked of Zadarma this minute: 100 requests, and 3 for statistics (its published
description, "Rate limits"). Who asks more is refused by all methods, so we do not. Pure: `now` in, seconds of
one clock."""

from __future__ import annotations

from collections import deque

WINDOW_S = 60.0
GENERAL = 100
STATISTICS = 3


class Allowance:
    def __init__(self, most: int) -> None:
        """`most`: requests within a minute."""
        self._most = most
        self._taken: deque[float] = deque()
        self._shut_until = 0.0

    def wait_s(self, now: float) -> float:
        """0: a request may go, and counts from now. Else so many seconds are left until one may."""
        while self._taken and self._taken[0] <= now - WINDOW_S:
            self._taken.popleft()
        if now < self._shut_until:
            return self._shut_until - now
        if len(self._taken) >= self._most:
            return self._taken[0] + WINDOW_S - now
        self._taken.append(now)
        return 0.0

    def refused(self, now: float, for_s: float) -> None:
        """Zadarma itself says that it is too much, and until when: another client uses the key, too."""
        self._shut_until = max(self._shut_until, now + for_s)
