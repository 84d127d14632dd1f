"""Against guessing of passwords: who guesses waits longer and longer, and is banned.

Pure: hosts, users and `now` in (seconds, of one clock), decisions out; bounded whatever happens. It must only
be told of guesses whose source is certain (a nonce of ours was used): otherwise whoever forges addresses
could have others banned. Users that do not exist are counted like any other.

    source      wrong ones of a host, whoever it claims to be: after `free` of them it waits 1, 2, 4 … s
                before the next is looked at; after `ban_after` it is banned for `ban_s`.
    crowd       wrong ones for a user from all strangers together: after `crowd` of them strangers wait,
                however many they are.
    proven      a host that gave a right password lately is never banned (an office behind one NAT must not be
                shut out by its one wrong phone): its wrong ones are counted by user, and each waits for
                itself. For the user that it proved to be the crowd does not count: the phone gets in.
"""

from __future__ import annotations

import enum
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from mediaserver.addresses import site_of

MAX_KEPT = 10_000
"""Entries of each table; the one that was quiet for longest goes first."""
LONGEST_WAIT_S = 60.0
PROVEN_S = 7 * 86_400.0
USER_CHARACTERS = 64
"""Of a user name that is kept: strangers choose it."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class GuessLimits:
    free: int = 3
    """Wrong passwords of one source before it has to wait."""
    ban_after: int = 10
    """Wrong passwords of one source; 0 bans nobody."""
    ban_s: float = 600.0
    """How long a ban lasts, and how long wrong ones are remembered after the last."""
    crowd: int = 10
    """Wrong passwords for one user, from strangers, before strangers have to wait."""


class Heed(enum.Enum):
    """Whether credentials are looked at now."""

    NOW = "now"
    SOURCE_WAITS = "source waits"
    CROWD_WAITS = "crowd waits"


@dataclass(frozen=True, slots=True)
class Guess:
    """What became of a wrong password."""

    count: int
    """Of this source (or of this source and user, where its host is proven)."""
    banned: bool = False
    """The source is banned from now on."""
    crowded: bool = False
    """From now on strangers wait for this user."""


class _Tally:
    __slots__ = ("count", "last", "open_at")

    def __init__(self) -> None:
        self.count = 0
        self.last = self.open_at = 0.0

    def wrong(self, now: float, free: int) -> None:
        self.count += 1
        self.last = now
        if self.count >= free:
            # The exponent is bounded: the count is the other side's to raise.
            self.open_at = now + min(LONGEST_WAIT_S, 2.0 ** min(self.count - free, 10))


class _Bounded(OrderedDict[K, float], Generic[K]):
    """Times by key, the one that was set longest ago going first."""

    def put(self, key: K, at: float) -> None:
        self[key] = at
        self.move_to_end(key)
        if len(self) > MAX_KEPT:
            self.popitem(last=False)


class Guessing:
    """One for all the passwords of a server."""

    def __init__(
        self, limits: GuessLimits | None = None, trusted: Callable[[str], bool] = lambda host: False
    ) -> None:
        """`trusted`: hosts that are treated as proven."""
        self.limits = limits or GuessLimits()
        self._trusted = trusted
        self._tallies: OrderedDict[tuple[str, str], _Tally] = OrderedDict()
        """By place and user; the user is empty for a place that is not proven."""
        self._crowds: OrderedDict[str, _Tally] = OrderedDict()
        self._proven: _Bounded[tuple[str, str]] = _Bounded()
        self._places: _Bounded[str] = _Bounded()
        """Where somebody proved to be anybody, and when last."""
        self._bans: _Bounded[str] = _Bounded()
        """Place to the end of its ban."""

    def banned(self, host: str, now: float) -> bool:
        """Whether nothing of this host is to be looked at. Cheap: asked of each message."""
        if not self._bans:
            return False
        place = site_of(host)
        until = self._bans.get(place)
        if until is None:
            return False
        if until <= now or self._known(host, place, now):
            del self._bans[place]
            return False
        return True

    def bans(self, now: float) -> int:
        """How many places are banned."""
        return sum(until > now for until in self._bans.values())

    def proven(self, host: str, now: float) -> bool:
        """Whether somebody at this host gave a right password lately."""
        return _lately(self._places, site_of(host), now)

    def hearing(self, host: str, user: str, now: float) -> Heed:
        """Whether a password from there, for this user, is to be looked at."""
        place, user = site_of(host), user[:USER_CHARACTERS]
        if not self._open(self._tallies, self._key(host, place, user, now), now):
            return Heed.SOURCE_WAITS
        if not _lately(self._proven, (place, user), now) and not self._open(self._crowds, user, now):
            return Heed.CROWD_WAITS
        return Heed.NOW

    def wrong(self, host: str, user: str, now: float, *, looked_at: bool = True) -> Guess:
        """A password was wrong, or came while its source had to wait (`looked_at` False)."""
        place, user = site_of(host), user[:USER_CHARACTERS]
        key = self._key(host, place, user, now)
        tally = self._tally(self._tallies, key, now)
        if looked_at:
            tally.wrong(now, self.limits.free)
        else:
            tally.count += 1
            tally.last = now
        crowded = False
        if looked_at and not _lately(self._proven, (place, user), now):
            crowd = self._tally(self._crowds, user, now)
            crowd.wrong(now, self.limits.crowd)
            crowded = crowd.count == self.limits.crowd
        banned = not key[1] and 0 < self.limits.ban_after <= tally.count
        if banned:
            self._bans.put(place, now + self.limits.ban_s)
            del self._tallies[key]
        return Guess(tally.count, banned, crowded)

    def right(self, host: str, user: str, now: float) -> None:
        """A password was right."""
        place, user = site_of(host), user[:USER_CHARACTERS]
        self._tallies.pop((place, user), None)  # what the place did as a stranger no longer counts
        self._proven.put((place, user), now)
        self._places.put(place, now)

    # -- inside

    def _known(self, host: str, place: str, now: float) -> bool:
        return _lately(self._places, place, now) or self._trusted(host)

    def _key(self, host: str, place: str, user: str, now: float) -> tuple[str, str]:
        return (place, user or "?") if self._known(host, place, now) else (place, "")

    def _open(self, tallies: OrderedDict[K, _Tally], key: K, now: float) -> bool:
        tally = tallies.get(key)
        return tally is None or tally.open_at <= now

    def _tally(self, tallies: OrderedDict[K, _Tally], key: K, now: float) -> _Tally:
        tally = tallies.get(key)
        if tally is None or now - tally.last > self.limits.ban_s:
            tally = tallies[key] = _Tally()
            if len(tallies) > MAX_KEPT:
                tallies.popitem(last=False)
        tallies.move_to_end(key)
        return tally


def _lately(table: _Bounded[K], key: K, now: float) -> bool:
    at = table.get(key)
    return at is not None and now - at < PROVEN_S
