"""How many messages the client of a conversation may send. Pure."""

from __future__ import annotations

from api.gateway.close_codes import CloseCode, GatewayRefusal
from api.message_rate import MessageRate

PER_SECOND = 200.0
"""A client that sends audio in pieces of 10 ms sends 100."""
AT_ONCE = 1_000.0


class MessageBudget:
    """Of one session. `now`: seconds."""

    __slots__ = ("_rate",)

    def __init__(self, now: float) -> None:
        self._rate = MessageRate(now, PER_SECOND, AT_ONCE)

    def spend(self, now: float, messages: float = 1) -> None:
        """One message, or what takes as much work. Raises GatewayRefusal (4003)."""
        if not self._rate.admits(now, messages):
            raise GatewayRefusal(
                CloseCode.RATE_LIMIT,
                f"More than {PER_SECOND:g} messages a second (a long one counts as several): send longer"
                " pieces of audio.",
            )
