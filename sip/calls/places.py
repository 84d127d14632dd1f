"""How much we take on: the places for legs, and what speaks against a new request now.

Pure; it must never answer or keep anything of a request.
"""

from __future__ import annotations

from sip.calls.session import InviteSession

MAX_QUEUE_DELAY_S = 0.3
"""New calls that waited longer than this for our attention are refused, so that running ones get it."""
LEGS_PER_CALL = 2
SPARE_LEGS = 16
"""For INVITEs beyond the last place: who owns the calls refuses them in words, and counts them."""


def legs_for(calls: int) -> int:
    """The legs of that many calls, when each may connect two phones."""
    return LEGS_PER_CALL * calls + SPARE_LEGS


class Places:
    """The legs that ring or are up, in both directions."""

    def __init__(self, max_legs: int, max_pending: int) -> None:
        """`max_pending`: requests that wait for our answer."""
        self._max_legs = max_legs
        self._max_pending = max_pending
        self.taken: set[InviteSession] = set()
        self.closed = False
        """We are stopping."""

    @property
    def free(self) -> bool:
        """One more can be taken."""
        return not self.closed and len(self.taken) < self._max_legs

    def take(self, session: InviteSession) -> None:
        """Until the session is over."""
        self.taken.add(session)
        session.on_over = self.taken.discard

    def against(self, method: str, pending: int, queue_delay_s: float) -> str | None:
        """Why a new request cannot be looked at now; None when it can."""
        if method == "INVITE":
            if self.closed:
                return "stopping"
            if not self.free:
                return "full"
            if queue_delay_s > MAX_QUEUE_DELAY_S:
                return "overloaded"
        return "overloaded" if pending >= self._max_pending else None
