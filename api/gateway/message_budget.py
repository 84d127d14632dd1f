"""How many messages a client may send: a token bucket. Pure."""

from __future__ import annotations

from api.gateway.close_codes import CloseCode, GatewayRefusal

PER_SECOND = 200.0
"""A client that sends audio in pieces of 10 ms sends 100."""
AT_ONCE = 1_000.0


class MessageBudget:
    """Of one session. `now`: seconds."""

    __slots__ = ("_left", "_since")

    def __init__(self, now: float) -> None:
        self._left = AT_ONCE
        self._since = now

    def spend(self, now: float, messages: float = 1) -> None:
        """One message, or what takes as much work. Raises GatewayRefusal (4003)."""
        self._left = min(AT_ONCE, self._left + (now - self._since) * PER_SECOND) - messages
        self._since = now
        if self._left < 0:
            raise GatewayRefusal(
                CloseCode.RATE_LIMIT,
                f"More than {PER_SECOND:g} messages a second: send longer pieces of audio.",
            )
