"""How much one trunk takes: calls at once, and new ones a second. Pure; `now` in seconds of one clock."""

from __future__ import annotations

from typing import Protocol
from weakref import WeakSet

from sip.transport.token_buckets import Rate, TokenBuckets

FULL, TOO_FAST = "full", "too fast"
KEPT_SHARE = 4
"""One call of so many, and at least one, is kept for calls that are certain to be the trunk's: its address
may be written on a datagram by anybody, who could take all its places for half a minute each."""


class ArrivedCall(Protocol):
    """A call that came by the trunk."""

    @property
    def proven(self) -> bool:
        """It is certain that it came from there."""

    @property
    def termination(self) -> object | None:
        """None while it is not over."""


class TrunkLimits:
    """Of one trunk. Calls that are up keep their places when the limits change."""

    def __init__(self) -> None:
        self.calls = 0
        """That ring or are up, in both directions."""
        self._unproven: WeakSet[ArrivedCall] = WeakSet()
        """Of those that came: not proven when they did. None where there is no limit."""
        self._pace = TokenBuckets[str](most=1)

    def take(self, max_calls: int, max_cps: float, now: float) -> str:
        """Take a place for an outgoing call; why not, else empty. 0: no such limit."""
        if max_calls and self.calls >= max_calls:
            return FULL
        # A second's worth may be saved up, and one call at least.
        if max_cps and not self._pace.take("", Rate(max_cps, max(1.0, max_cps)), now):
            return TOO_FAST
        self.calls += 1
        return ""

    def take_incoming(self, max_calls: int, call: ArrivedCall) -> bool:
        """Take a place for a call that came by the trunk; False when there is none. How many a second come
        is the trunk's own choice."""
        if max_calls and self.calls >= max_calls:
            return False
        if max_calls and not call.proven:
            waiting = [each for each in self._unproven if not each.proven and each.termination is None]
            if len(waiting) >= max(1, max_calls - max(1, max_calls // KEPT_SHARE)):
                return False
            self._unproven = WeakSet([*waiting, call])
        self.calls += 1
        return True

    def give_back(self) -> None:
        """A call is over."""
        self.calls -= 1
