"""How many messages the client of a socket may send: a token bucket. Pure."""

from __future__ import annotations


class MessageRate:
    """Of one client. `now`: seconds."""

    __slots__ = ("_at_once", "_left", "_per_second", "_since")

    def __init__(self, now: float, per_second: float, at_once: float) -> None:
        self._per_second = per_second
        self._at_once = self._left = at_once
        self._since = now

    def admits(self, now: float, messages: float = 1) -> bool:
        """One message, or what takes as much work: whether it is within the rate."""
        left = self._left + (now - self._since) * self._per_second
        self._left = min(self._at_once, left) - messages
        self._since = now
        return self._left >= 0
