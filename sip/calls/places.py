"""How much we take on: the places for legs, and what speaks against a new request now.

Pure; it must never answer or keep anything of a request.
"""

from __future__ import annotations

from collections.abc import Callable

from mediaserver.addresses import site_of
from sip.calls.session import InviteSession

MAX_QUEUE_DELAY_S = 0.3
"""New calls that waited longer than this for our attention are refused, so that running ones get it."""
MAX_TRANSACTIONS = 8000
"""Of requests from outside: 250 a second that each wait out the RFC's 32 s."""
UNPROVEN_SHARE = 2
"""One call of so many may be held by callers who have proven nothing; half of that from one network."""
KEPT_SHARE = 4
"""One call of so many, and at least one, is kept for whoever proves itself: over UDP a trunk that is known by
its network is nobody for sure either, until its ACK comes."""
LEGS_PER_CALL = 2
TRUNKS = "trunks"
"""In the place of an address: all of them together, since whoever forges one forges any."""
SPARE_LEGS = 16
"""For INVITEs beyond the last place: who owns the calls refuses them in words, and counts them."""


def legs_for(calls: int) -> int:
    """The legs of that many calls, when each may connect two phones."""
    return LEGS_PER_CALL * calls + SPARE_LEGS


def _never() -> bool:
    return False


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
        calls = max_legs if max_calls is None else max_calls
        self._max_unproven = max(1, calls - max(1, calls // KEPT_SHARE))
        self._max_strangers = max(1, calls // UNPROVEN_SHARE)
        self._max_strangers_from_one = max(1, self._max_strangers // 2)
        self.taken: set[InviteSession] = set()
        self._unproven: dict[object, str] = {}
        """Calls whose ACK we wait for, or whose answer, from callers nobody knows; by their addresses, and
        those that seem to be from trunks by TRUNKS."""
        self._unproven_from: dict[str, int] = {}
        self.closed = False
        """We are stopping."""
        self.draining = False
        """New calls are refused until further notice; we may place some for calls that are up."""
        self.overloaded: Callable[[], bool] = _never
        """Whether new calls are refused for the sake of those that are up."""

    @property
    def open(self) -> bool:
        """New calls are taken at all."""
        return not (self.closed or self.draining)

    @property
    def free(self) -> bool:
        """One more can be taken."""
        return not self.closed and len(self.taken) < self._max_legs

    @property
    def unproven(self) -> int:
        """Calls of callers who have proven nothing yet."""
        return len(self._unproven)

    def take(self, session: InviteSession, unproven_at: str = "", *, of_trunk: bool = False) -> None:
        """Until the session is over. `unproven_at`: the address of a caller who has proven nothing yet.
        `of_trunk`: it seems to be a trunk's."""
        self.taken.add(session)
        session.on_over, session.on_proven = self._over, self.proven
        if unproven_at:
            site = TRUNKS if of_trunk else site_of(unproven_at)
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
        if method in ("INVITE", "REFER"):  # outside of calls, both want one
            if not self.open:
                return "stopping"
            if not self.free:
                return "full"
            if queue_delay_s > MAX_QUEUE_DELAY_S or self.overloaded():
                return "overloaded"
        return (
            "overloaded" if pending >= self._max_pending or transactions >= self._max_transactions else None
        )

    def against_stranger(self, host: str) -> str | None:
        """Why a call from a caller nobody knows cannot be taken now; None when it can."""
        if (reason := self.against_trunk()) is not None:
            return reason
        if len(self._unproven) - self._unproven_from.get(TRUNKS, 0) >= self._max_strangers:
            return "unproven"
        if self._unproven_from.get(site_of(host), 0) >= self._max_strangers_from_one:
            return "unproven"
        return None

    def against_trunk(self) -> str | None:
        """The same for a call that seems to be from a trunk, of which nothing but its address tells."""
        return "unproven" if len(self._unproven) >= self._max_unproven else None

    def against_more(self, transactions: int) -> bool:
        """Whether even calls that are up may ask for nothing but their end."""
        return transactions >= 2 * self._max_transactions
