"""How much we take on: the places for legs, and what speaks against a new request now.

Pure; it must never answer or keep anything of a request.
"""

from __future__ import annotations

from mediaserver.addresses import site_of
from sip.calls.session import InviteSession

MAX_QUEUE_DELAY_S = 0.3
"""New calls that waited longer than this for our attention are refused, so that running ones get it."""
MAX_TRANSACTIONS = 8000
"""Of requests from outside: 250 a second that each wait out the RFC's 32 s."""
UNPROVEN_SHARE = 2
"""One call of so many may be held by callers who have proven nothing; half of that from one network."""
LEGS_PER_CALL = 2
SPARE_LEGS = 16
"""For INVITEs beyond the last place: who owns the calls refuses them in words, and counts them."""


def legs_for(calls: int) -> int:
    """The legs of that many calls, when each may connect two phones."""
    return LEGS_PER_CALL * calls + SPARE_LEGS


class Places:
    """The legs that ring or are up, in both directions, and those of callers who have proven nothing yet."""

    def __init__(
        self,
        max_legs: int,
        max_pending: int,
        max_transactions: int = MAX_TRANSACTIONS,
        max_calls: int | None = None,
    ) -> None:
        """`max_pending`: requests that wait for our answer. `max_calls`: what the legs are for, where one
        call has several; strangers hold a share of these, for it is calls that are refused first."""
        self._max_legs = max_legs
        self._max_pending = max_pending
        self._max_transactions = max_transactions
        self._max_unproven = max(1, (max_legs if max_calls is None else max_calls) // UNPROVEN_SHARE)
        self._max_unproven_from_one = max(1, self._max_unproven // 2)
        self.taken: set[InviteSession] = set()
        self._unproven: dict[object, str] = {}
        """Calls whose ACK we wait for, or whose answer, from callers nobody knows; by their addresses."""
        self._unproven_from: dict[str, int] = {}
        self.closed = False
        """We are stopping."""

    @property
    def free(self) -> bool:
        """One more can be taken."""
        return not self.closed and len(self.taken) < self._max_legs

    @property
    def unproven(self) -> int:
        """Calls of callers who have proven nothing yet."""
        return len(self._unproven)

    def take(self, session: InviteSession, stranger_at: str = "") -> None:
        """Until the session is over. `stranger_at`: the address of a caller who has proven nothing yet."""
        self.taken.add(session)
        session.on_over = self._over
        if stranger_at:
            site = site_of(stranger_at)
            self._unproven[session] = site
            self._unproven_from[site] = self._unproven_from.get(site, 0) + 1

    def proven(self, session: object) -> None:
        """Its ACK came. Nothing happens for a session that was not taken, or not from a stranger."""
        site = self._unproven.pop(session, None)
        if site is not None:
            self._unproven_from[site] -= 1
            if not self._unproven_from[site]:
                del self._unproven_from[site]

    def _over(self, session: InviteSession) -> None:
        self.taken.discard(session)
        self.proven(session)

    def against(self, method: str, pending: int, transactions: int, queue_delay_s: float) -> str | None:
        """Why a new request cannot be looked at now; None when it can. `transactions`: those of requests from
        outside that are there; `pending`: those of them without an answer."""
        if method == "INVITE":
            if self.closed:
                return "stopping"
            if not self.free:
                return "full"
            if queue_delay_s > MAX_QUEUE_DELAY_S:
                return "overloaded"
        return (
            "overloaded" if pending >= self._max_pending or transactions >= self._max_transactions else None
        )

    def against_stranger(self, host: str) -> str | None:
        """Why a call from a caller nobody knows cannot be taken now; None when it can."""
        if len(self._unproven) >= self._max_unproven:
            return "unproven"
        if self._unproven_from.get(site_of(host), 0) >= self._max_unproven_from_one:
            return "unproven"
        return None

    def against_more(self, transactions: int) -> bool:
        """Whether even calls that are up may ask for nothing but their end."""
        return transactions >= 2 * self._max_transactions
