"""How often somebody may knock at doors that are open to everybody and prove nothing.

Only what proved nothing counts, so that nobody who does is kept out by his own success; and it counts for
whoever sent it, at that door, so that nobody is kept out by others: a provider that still asks for an account
which is gone, or whose key was changed, is heard for all others.
"""

from __future__ import annotations

from collections import OrderedDict

from aiohttp import web

from api.access.buckets import Buckets, RequestRate, Taken
from mediaserver.addresses import site_of
from mediaserver.config import is_loopback

RATE = RequestRate(per_second=1.0, burst=60.0)
"""Requests of one source that prove nothing."""
PROVEN_S = 86_400.0
MOST_PROVEN = 10_000
"""That are remembered; beyond that who proved something longest ago is forgotten."""


class UnprovenRequests:
    """One for a server."""

    def __init__(self, rate: RequestRate = RATE) -> None:
        self._rate = rate
        self._buckets: Buckets[tuple[str, str]] = Buckets()
        self._proven: OrderedDict[tuple[str, str], float] = OrderedDict()
        """Who has proven something there, and when last."""

    def refused(self, knocks: tuple[str, str], now: float) -> Taken | None:
        """Whether a source has knocked in vain too often at a door; None: it has not. A source that is not
        known is let through, and so is one that has proven something there of late: a provider's machines
        bring what its other customers have them send, too, and those must not keep it out."""
        if now - self._proven.get(knocks, -PROVEN_S) < PROVEN_S:
            return None
        level = self._buckets.level(knocks, self._rate, now)
        return Taken(False, self._rate, level) if knocks[0] and level < 1.0 else None

    def proved(self, knocks: tuple[str, str], now: float) -> None:
        """A request of this source has proven itself at this door."""
        if knocks[0]:
            self._proven[knocks] = now
            self._proven.move_to_end(knocks)
            if len(self._proven) > MOST_PROVEN:
                self._proven.popitem(last=False)

    def failed(self, knocks: tuple[str, str], now: float) -> None:
        """A request of this source proved nothing at this door."""
        if knocks[0]:
            self._buckets.take(knocks, self._rate, now)


def source_of(request: web.Request) -> str:
    """Who asks, as far as can be known; empty where that cannot be.

    Through a proxy of this machine it is whom that proxy names last in X-Forwarded-For, which it adds itself.
    One that names nobody sends all from the same address: there providers cannot be told from whoever forges
    their requests, and must not be kept out for them.
    """
    remote = request.remote or ""
    if not is_loopback(remote):
        return site_of(remote)
    named = ",".join(request.headers.getall("X-Forwarded-For", ())).rpartition(",")[2].strip()
    return site_of(named) if named and len(named) <= 64 else ""
