"""How many key presses of one party count: each costs rows, and a flood of packets has thousands a second."""

from __future__ import annotations

PER_SECOND = 20
"""Nobody presses more; diallers of machines make about ten."""
AT_ONCE = 40
PER_CALL = 2_000


class DigitGate:
    """A bucket of presses that fills with time, and an end to them."""

    __slots__ = ("_at_ms", "_left", "_room", "closed")

    def __init__(self) -> None:
        self._room = float(AT_ONCE)
        self._left = PER_CALL
        self._at_ms = 0
        self.closed = False
        """A press did not count."""

    def admits(self, now_ms: int) -> bool:
        """Whether a press at this time counts."""
        self._room = min(AT_ONCE, self._room + (now_ms - self._at_ms) * PER_SECOND / 1000)
        self._at_ms = now_ms
        if self._room < 1 or not self._left:
            self.closed = True
            return False
        self._room -= 1
        self._left -= 1
        return True
