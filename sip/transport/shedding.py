"""How much new work is looked at, and whose: so much from each address, so much from all strangers together,
and a share of its own for those who have proven who they are. Messages of what runs already pass before.

Whoever is shed gets no answer: saying no is what costs. Pure; `now` in seconds.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from mediaserver.addresses import site_of
from sip.transport.token_buckets import Rate, TokenBuckets
from sip.transport.triage import Look, Standing

KNOWN_FOR_S = 3600.0
MOST_KNOWN = 4096
KNOWN_FACTOR = 4
"""So many times as much may come from an address that we know."""
BYTES_A_TOKEN = 2048
"""Long messages cost more to read."""
MALFORMED_COST = 4.0
"""What a message that cannot be read costs its sender beside the token of each, where its address is no
lie."""


class Shed(enum.Enum):
    """Why a message was not looked at."""

    SOURCE = "source"
    """Too many new requests from one address."""
    STRANGERS = "strangers"
    """Too many from all whom nobody knows."""
    TOTAL = "total"
    """Too many from all others together."""
    RUNNING = "running"
    """Too many within calls: from one address, within one call, or from where nobody of a call is."""
    BACKLOG = "backlog"
    """Too many wait for their turn."""
    STRAY = "stray"
    """A response to no request of ours, or the ACK of a call that is not there."""
    NOISE = "noise"
    """No SIP at all."""
    SIZE = "size"
    HELD = "held"
    """By TCP or TLS, faster than their share: they wait, and are looked at later."""


_WORTHLESS = {Standing.NOISE: Shed.NOISE, Standing.STRAY: Shed.STRAY, Standing.OVERSIZED: Shed.SIZE}


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """New requests a second, and those within what runs."""

    source: Rate = Rate(100, 100)
    known_source: Rate = Rate(400, 400)
    strangers: Rate = Rate(300, 300)
    total: Rate = Rate(800, 800)
    """Of those whom we know."""
    running: Rate = Rate(1000, 1000)
    """From one address, within calls that are there; and as much again of what repeats its requests."""
    repeated: Rate = Rate(4, 16)
    """Of one request that is under way: its repetitions, its ACK and its CANCEL. Whoever forges an address
    can send these for a call that rings in its name."""
    roaming: Rate = Rate(200, 200)
    """The same from all addresses together where no other side of theirs is known to be."""
    call: Rate = Rate(50, 100)
    """Within one call, wherever it comes from."""
    rubbish: Rate = Rate(50, 100)
    """Of datagrams that cannot be read so many are nobody's, whatever address they bear."""
    backlog: int = 512

    @classmethod
    def of(cls, per_source: int, of_strangers: int) -> IntakeLimits:
        """From what an operator sets, a second."""
        known = KNOWN_FACTOR * per_source
        total = max(2 * known, 2 * of_strangers)
        return cls(
            source=Rate(per_source, per_source),
            known_source=Rate(known, known),
            strangers=Rate(of_strangers, of_strangers),
            total=Rate(total, total),
            running=Rate(10 * per_source, 10 * per_source),
        )


class Shedder:
    """Decides, counts, and remembers who is known."""

    def __init__(self, limits: IntakeLimits) -> None:
        self.limits = limits
        self.counts = dict.fromkeys(Shed, 0)
        self.latest: dict[Shed, str] = {}
        """The address that the latest of each claims to be from."""
        self._new: TokenBuckets[str] = TokenBuckets()
        self._running: TokenBuckets[str] = TokenBuckets()
        self._together: TokenBuckets[bool] = TokenBuckets()
        """By whether they are known."""
        self._challenged: TokenBuckets[str] = TokenBuckets()
        """Apart from `_new`, which others can empty in an address's name."""
        self._calls: TokenBuckets[str] = TokenBuckets()
        """By Call-ID."""
        self._repeated: TokenBuckets[int] = TokenBuckets()
        """By the hash of address and transaction."""
        self._repeating: TokenBuckets[str] = TokenBuckets()
        """Apart from `_running`: this much others can empty in an address's name, and calls go on."""
        self._nobody: TokenBuckets[Standing] = TokenBuckets()
        self._known: dict[str, float] = {}
        """Until when, the first to be forgotten first."""

    def against(self, look: Look, host: str, size: int, now: float) -> Shed | None:
        """Why a datagram is not looked at; None when it is."""
        standing = look.standing
        if standing is Standing.NEW:
            why = self.against_new(host, size, now, proven=False)
        elif standing is Standing.CHALLENGED:
            why = self._against(self._challenged, host, size, now, proven=True)
        elif standing in (Standing.RUNNING, Standing.ROAMING):
            why = self.against_running(look, host, size, now)
        else:
            why = _WORTHLESS.get(standing)
        if why is not None:
            self.counts[why] += 1
            self.latest[why] = host
        return why

    def held(self, host: str) -> None:
        """A message that came on a connection waits there, as it is above a share."""
        self.counts[Shed.HELD] += 1
        self.latest[Shed.HELD] = host

    def against_new(self, host: str, size: int, now: float, *, proven: bool) -> Shed | None:
        """The same for a new request. `proven`: its address is no lie."""
        return self._against(self._new, host, size, now, proven=proven)

    def against_running(self, look: Look, host: str, size: int, now: float) -> Shed | None:
        """The same for what belongs to something that is there."""
        site, limits, cost = site_of(host), self.limits, _cost(size)
        if look.transaction:
            fresh = self._repeated.take(hash((host, look.transaction)), limits.repeated, now, cost)
            passes = fresh and self._repeating.take(site, limits.running, now, cost)
        elif look.standing is Standing.RUNNING or self._knows(site, now):
            passes = self._running.take(site, limits.running, now, cost)
        else:
            passes = self._nobody.take(Standing.ROAMING, limits.roaming, now, cost)
        if passes and look.call:
            passes = self._calls.take(look.call, limits.call, now, cost)
        return None if passes else Shed.RUNNING

    def _against(
        self, each: TokenBuckets[str], host: str, size: int, now: float, *, proven: bool
    ) -> Shed | None:
        site = site_of(host)
        known = self._knows(site, now)
        cost = _cost(size)
        limits = self.limits
        if not each.take(site, limits.known_source if known else limits.source, now, cost):
            return Shed.SOURCE
        apart = known or proven
        if not self._together.take(apart, limits.total if apart else limits.strangers, now, cost):
            each.charge(site, -cost)
            return Shed.TOTAL if apart else Shed.STRANGERS
        return None

    def malformed(self, host: str, now: float, *, proven: bool) -> None:
        """What came from there could not be read. A datagram may bear anybody's address: who is named there
        gets back what it took, as long as there is little of it."""
        if proven:
            self._new.charge(site_of(host), MALFORMED_COST)
        elif self._nobody.take(Standing.NOISE, self.limits.rubbish, now):
            self._new.charge(site_of(host), -1.0)

    def proved(self, host: str, now: float) -> None:
        """Somebody there has proven to be reachable or who it is: floods of others do not shut it out."""
        site = site_of(host)
        self._known.pop(site, None)
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[site] = now + KNOWN_FOR_S

    def _knows(self, site: str, now: float) -> bool:
        until = self._known.get(site)
        return until is not None and now < until


def _cost(size: int) -> float:
    """In tokens, of a message of so many bytes."""
    return 1.0 + size // BYTES_A_TOKEN
