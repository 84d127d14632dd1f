"""From where a stream's packets are taken: the lock that keeps everybody else's audio out of a call.

An RTP port takes datagrams from anybody who finds it ("RTP bleed"), and phones behind NATs send from other
places than their SDP names. What we do is what Asterisk's `strictrtp`, rtpengine and FreeSWITCH's
auto-adjustment do, with one rank more:

    ANNOUNCED  the very address of the SDP. Its first packet is taken when nobody is locked, and two in
               sequence displace everybody else, whenever they come
    KNOWN      another port of that host, or the host of signalling: three in sequence lock it, and displace
               strangers
    STRANGER   anybody else: five in sequence lock it while nobody better was heard

Sequence means one SSRC and numbers that follow each other. What comes before is dropped. Afterwards the lock
is strict, but for

  - a NAT that gives a phone another port or address in mid-call: the SSRC and the numbers go on from there,
    three packets in a row, and the old place is silent;
  - the first seconds after a re-INVITE, which is how a phone says that it moved: who sends in sequence for
    200 ms while the old place is silent is believed, unless that has spoken since the re-INVITE.
    When another address was announced the lock opens, and the place just left is refused for a while, since
    its packets are late, unless the phone announces again what it did when that place was heard (a short
    hold);
  - a lock by a single packet, which gives way like that, too: it may have been forged;
  - a source that was displaced, but for a stranger by its better: it is heard again when the other has been
    silent as long; and at once when its equal with another SSRC took its place, and its own stream goes on.

Where the two sides do ICE none of that makes a place known: only what its checks have proven to be the other
side's counts at all, and the one that it nominates is the announced one (`mediaserver.rtp.ice`).

Pure: it is given datagrams and times, and must never raise on what they hold. It has no way to tell a forger
who sees the packets (their SSRC and numbers): that takes SRTP.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import NamedTuple

from mediaserver.media.time import (
    NARROW_RATE,
    NARROW_SAMPLE_NS,
    SECOND_NS,
    WRAP_16,
    ahead_16,
    ahead_32,
    distance_32,
)
from mediaserver.rtp.packets import HEADER, MAX_DROPOUT, Address

GAP_NS = 3 * SECOND_NS
"""After so long without media a negotiation finds the lock open; for so long after a move to another address
packets from the old one are late; for so long after a negotiation a silent place may be replaced."""
SILENT_NS = SECOND_NS // 5
"""A place that says nothing for so long, while another sends, may have been left. Between two packets of one
that speaks there is time for a burst of any length."""
NEEDED_TO_CONTINUE = 3
"""Packets of a stream that goes on from another place: who does not see it cannot guess the SSRC of one."""
MOST_CANDIDATES = 4
"""Of one rank."""
MOST_CHECKED = 16
"""Places of the other side, by ICE."""

_PAUSE_NS = SECOND_NS
"""Between two packets of a sequence, at most."""
_SKIP = 3
"""A sequence may lack two packets in a row."""
_LEAP = 60 * NARROW_RATE
"""Of time stamps in a stream that goes on, at most, beyond the time that passed, in samples at 8 kHz: the
clock of a muted phone goes on, or stands still."""


def _is_near(timestamp: int, heard: int, passed: int, clock_factor: int) -> bool:
    """Whether a time stamp may follow `heard` after so many samples of time at 8 kHz. `clock_factor`: its own
    units in each of them."""
    if distance_32(timestamp, heard) < _LEAP * clock_factor:
        return True
    return ahead_32(timestamp, of=heard) < (passed + _LEAP) * clock_factor


class Rank(enum.IntEnum):
    """How likely it is that a source is the other side."""

    STRANGER = 0
    KNOWN = 1
    ANNOUNCED = 2


NEEDED = {Rank.STRANGER: 5, Rank.KNOWN: 3, Rank.ANNOUNCED: 2}
"""Packets in sequence."""


class _Candidate:
    """A source that is not locked (yet)."""

    __slots__ = ("began", "count", "last", "sequence", "ssrc")

    def __init__(self) -> None:
        self.count = self.ssrc = self.sequence = self.began = self.last = 0

    def take(self, ssrc: int, sequence: int, arrived: int) -> None:
        if self.count and ssrc == self.ssrc and arrived - self.last < _PAUSE_NS:
            ahead = ahead_16(sequence, of=self.sequence)
            if not ahead:
                return  # twice
            if ahead <= _SKIP:
                self.count += 1
                self.sequence, self.last = sequence, arrived
                return
        self.count, self.ssrc, self.sequence, self.began, self.last = 1, ssrc, sequence, arrived, arrived


class Heard(NamedTuple):
    """The stream as it is: the last packet taken."""

    at: int
    sequence: int
    timestamp: int


class _Displaced(NamedTuple):
    """A source that was locked until another one was."""

    source: Address
    until: int | None
    """For so long it may come back when the other is silent; None: always."""
    ssrc: int | None
    """Of the stream that it sent, if only another's sequence spoke against it."""
    heard: Heard


class SourceLock:
    """Of one stream's RTP. Ask `locked` first: `admit` is for everybody else."""

    __slots__ = (
        "_accepted",
        "_candidates",
        "_checked",
        "_displaced",
        "_left",
        "_open_until",
        "_rank",
        "_stays_from",
        "_taken",
        "announced",
        "clock_factor",
        "confirmed",
        "foreign",
        "locked",
        "moves",
        "signalled",
    )

    def __init__(self) -> None:
        self.announced: Address | None = None
        self.signalled: str | None = None
        """The host of signalling, once that is proven."""
        self.locked: Address | None = None
        self.clock_factor = 1
        """Units of the stream's time stamps in 1/8 ms: 6 of Opus."""
        self.foreign = 0
        """Packets that were refused."""
        self.moves = 0
        """Times that another source was locked."""
        self.confirmed = False
        """Packets of the locked source came in sequence."""
        self._accepted: frozenset[int] = frozenset()
        self._rank = Rank.STRANGER
        self._taken = 0
        self._open_until = 0
        self._stays_from = 0
        """A packet of the locked source from then on says that the negotiation moved nothing."""
        self._displaced: _Displaced | None = None
        self._left: dict[Address, tuple[int, Address | None]] = {}
        """Places that were left: until when their packets are late, and what was announced while they were
        locked."""
        self._candidates: dict[Rank, dict[Address, _Candidate]] = {rank: {} for rank in Rank}
        self._checked: dict[Address, None] = {}
        """Places that are the other side's by ICE, the last one last; empty: nothing is known of that."""

    # -- what is known

    def expect(self, announced: Address, accepted: frozenset[int], last_heard: int | None, now: int) -> None:
        """Negotiated, the first time or again: the peer's address, and the payload types that may come.
        `last_heard`: when the last packet was taken, ns."""
        self._accepted = accepted
        self._forget_candidates()
        if self.announced is not None:
            self._open_until = now + GAP_NS
        self._stays_from = now + SILENT_NS  # what is on its way says nothing
        if announced != self.announced:
            self._displaced, self._stays_from = None, self._open_until
            before, self.announced = self.announced, announced
            self._left = {
                place: (until, then)
                for place, (until, then) in self._left.items()
                if until > now and announced not in (place, then)
            }
            if self.locked is not None and self.locked != announced:
                self._left[self.locked] = now + GAP_NS, before
                self.locked = None
        elif last_heard is not None and now - last_heard > GAP_NS:
            self.locked = None
        if self.locked is not None:
            self._rank = self._rank_of(self.locked)

    def signalling_is(self, host: str) -> None:
        """Signalling has proven that the other side is at this host."""
        self.signalled = host
        if self.locked is not None:
            self._rank = self._rank_of(self.locked)

    def checked(self, place: Address) -> None:
        """The other side has proven by ICE that it sends from there."""
        self._checked.pop(place, None)
        self._checked[place] = None
        if len(self._checked) > MOST_CHECKED:
            del self._checked[next(each for each in self._checked if each != self.announced)]

    def unchecked(self) -> None:
        """There is no ICE any more."""
        self._checked.clear()

    def is_checked(self, place: Address) -> bool:
        return place in self._checked

    def excludes(self, place: Address) -> bool:
        """By ICE it is known where the other side sends from, and that is not there."""
        return bool(self._checked) and place not in self._checked

    def knows(self, host: str) -> bool:
        """Whether RTCP of this host may be the other side's."""
        if self.locked is not None and self.confirmed:
            return self.locked[0] == host
        if self._checked:
            return any(place[0] == host for place in self._checked)
        return host == self.signalled or (self.announced is not None and self.announced[0] == host)

    def _rank_of(self, source: Address) -> Rank:
        announced = self.announced
        if source == announced:
            return Rank.ANNOUNCED
        if source[0] == self.signalled or (announced is not None and source[0] == announced[0]):
            return Rank.KNOWN
        return Rank.STRANGER

    # -- packets

    def taken(self) -> None:
        """A packet of the locked source was in its place; to be told while the lock is not `confirmed`."""
        self._taken += 1
        self.confirmed = self._taken >= NEEDED[Rank.ANNOUNCED]

    def admit(
        self, data: bytes, source: Address, arrived: int, ssrc: int | None, heard: Callable[[], Heard]
    ) -> bool:
        """One datagram of a source that is not locked: whether it is now. `ssrc`: of the stream so far."""
        if self.excludes(source):
            self.foreign += 1
            return False
        rank = self._rank_of(source)
        if len(data) >= HEADER.size and self._may_win(rank, data, source, arrived, ssrc):
            flags, kind, sequence, timestamp, sender = HEADER.unpack_from(data)
            regular = flags & 0xC0 == 0x80 and kind & 0x7F in self._accepted
            if regular and not (rank < Rank.ANNOUNCED and arrived < self._late_until(source)):
                if self.locked is None and rank is Rank.ANNOUNCED:
                    self._lock(source, rank, 0, None)
                    return True
                candidate = self._candidate(rank, source)
                candidate.take(sender, sequence, arrived)
                if self._had_stayed(rank, source, candidate, timestamp):
                    if candidate.count >= NEEDED_TO_CONTINUE:
                        last = self._remembered(rank, None, heard, arrived + GAP_NS)
                        self._lock(source, rank, candidate.count, last)
                        return True
                elif self._wins(rank, source, candidate, timestamp, ssrc, heard):
                    last = self._remembered(rank, None if candidate.ssrc == ssrc else ssrc, heard)
                    self._lock(source, rank, candidate.count, last)
                    return True
        self.foreign += 1
        return False

    def _may_win(self, rank: Rank, data: bytes, source: Address, arrived: int, ssrc: int | None) -> bool:
        """Asked first, so that a flood is cheap: whether this packet can lead to anything."""
        if self.locked is None or rank > self._rank or self._yields(source, arrived):
            return True
        return ssrc is not None and data[8:12] == ssrc.to_bytes(4, "big")

    def _yields(self, source: Address, arrived: int) -> bool:
        """The lock may give way to that source if it sends in sequence while the locked one is silent."""
        return not self.confirmed or arrived < self._open_until or self._was_displaced(source, arrived)

    def _was_displaced(self, source: Address, arrived: int) -> bool:
        displaced = self._displaced
        if displaced is None or displaced.source != source:
            return False
        return displaced.until is None or arrived < displaced.until

    def _had_stayed(self, rank: Rank, source: Address, candidate: _Candidate, timestamp: int) -> bool:
        """Whether it was displaced by its equal, for another stream, and its own goes on."""
        displaced = self._displaced
        if displaced is None or displaced.source != source or rank is not self._rank:
            return False
        return displaced.ssrc == candidate.ssrc and self._continues(candidate, timestamp, displaced.heard)

    def _wins(
        self,
        rank: Rank,
        source: Address,
        candidate: _Candidate,
        timestamp: int,
        ssrc: int | None,
        heard: Callable[[], Heard],
    ) -> bool:
        """Whether that is enough; `timestamp`: the candidate's last one."""
        if self.locked is None or rank > self._rank:
            return candidate.count >= NEEDED[rank]
        last = heard()
        if last.at >= candidate.began:  # the locked source speaks: that is no place to move from
            candidate.count = 0
            return False
        if candidate.ssrc == ssrc and self._continues(candidate, timestamp, last):
            return candidate.count >= NEEDED_TO_CONTINUE
        if candidate.count < NEEDED[rank]:
            return False
        if not self.confirmed:
            return True
        if candidate.last - candidate.began < SILENT_NS:
            return False
        open_ = candidate.last < self._open_until and last.at < self._stays_from
        return open_ or self._was_displaced(source, candidate.last)

    def _continues(self, candidate: _Candidate, timestamp: int, heard: Heard) -> bool:
        ahead = ahead_16(candidate.sequence, of=heard.sequence & WRAP_16)
        passed = max(0, candidate.last - heard.at) // NARROW_SAMPLE_NS
        near = _is_near(timestamp, heard.timestamp, passed, self.clock_factor)
        return 0 < ahead < MAX_DROPOUT and near

    def _late_until(self, source: Address) -> int:
        left = self._left.get(source)
        return 0 if left is None else left[0]

    def _candidate(self, rank: Rank, source: Address) -> _Candidate:
        known = self._candidates[rank]
        candidate = known.get(source)
        if candidate is None:
            if len(known) >= MOST_CANDIDATES:
                del known[min(known, key=lambda place: known[place].last)]
            candidate = known[source] = _Candidate()
        return candidate

    def _remembered(
        self, rank: Rank, ssrc: int | None, heard: Callable[[], Heard], until: int | None = None
    ) -> _Displaced | None:
        """What is kept of the locked source when one of that rank takes its place."""
        if self.locked is None or self._rank is Rank.STRANGER < rank:
            return None
        return _Displaced(self.locked, until, ssrc, heard())

    def _lock(self, source: Address, rank: Rank, taken: int, displaced: _Displaced | None) -> None:
        if self.locked is not None:
            self.moves += 1
            self._displaced = displaced
        self.locked, self._rank = source, rank
        self._taken = taken
        self.confirmed = taken > 0
        self._forget_candidates()

    def _forget_candidates(self) -> None:
        for known in self._candidates.values():
            known.clear()
