"""One turn of reading for all TCP connections together: many connections get no more of the event loop than
one, and each its share of that. Messages are read one by one, in a round.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Protocol

TURN_S = 0.001
"""So long messages are read at a time."""
PAUSE_S = 0.004
"""Before more of them are read: media and others first."""
FACTOR = (TURN_S + PAUSE_S) / TURN_S


class ReadingTime:
    """How much of the time was spent with reading. Pure; `now` in seconds."""

    def __init__(self) -> None:
        self._free_at = 0.0
        """Until then others have their turn."""

    def wait(self, now: float) -> float:
        """Seconds until something may be read; 0 when it may now."""
        return max(0.0, self._free_at - now)

    def spent(self, seconds: float, now: float) -> None:
        """Reading took so long and ended now. A turn's worth of it is saved up while nothing is read."""
        begun = max(self._free_at, now - seconds - TURN_S * FACTOR)
        self._free_at = begun + seconds * FACTOR


class TurnTaker(Protocol):
    """A connection that has something to read."""

    def read_one(self) -> bool:
        """Read the next message. True: it wants another turn."""


class ReadingTurns:
    """Whose turn it is."""

    def __init__(self) -> None:
        self._time = ReadingTime()
        self._waiting: deque[TurnTaker] = deque()
        self._next: asyncio.Handle | None = None
        self._busy = False

    def ask(self, who: TurnTaker) -> None:
        """A turn for somebody who does not wait for one yet: now, when nobody else has it."""
        self._waiting.append(who)
        if self._next is None and not self._busy:
            self._take_turns()

    def stop(self) -> None:
        """No more turns."""
        self._waiting.clear()
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _take_turns(self) -> None:
        self._next, self._busy = None, True
        waiting, began = self._waiting, time.perf_counter()
        wait = self._time.wait(began)
        try:
            while waiting and not wait:
                who = waiting.popleft()
                if who.read_one():
                    waiting.append(who)
                now = time.perf_counter()
                self._time.spent(now - began, now)
                began, wait = now, self._time.wait(now)
        finally:
            self._busy = False
            if waiting:
                self._next = asyncio.get_running_loop().call_later(max(wait, PAUSE_S), self._take_turns)
