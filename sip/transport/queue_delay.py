"""How far we are behind with what arrives: the measure of our own overload. Pure; `now` in seconds."""

from __future__ import annotations

REMEMBERED_S = 1.0
"""A delay says nothing about the present after this: without datagrams nothing waits."""


class QueueDelay:
    """How long datagrams wait in the kernel before they are read."""

    def __init__(self) -> None:
        self._delay = 0.0
        self._until = 0.0

    def measured(self, delay: float, now: float) -> None:
        """A datagram was read that had waited `delay` seconds."""
        self._delay = delay
        self._until = now + REMEMBERED_S

    def at(self, now: float) -> float:
        """Seconds that the last datagram waited; 0 when it was read too long ago to tell."""
        return self._delay if now < self._until else 0.0
