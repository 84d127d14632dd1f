"""One RTP session's two directions without I/O: headers, sequence, statistics (RFC 3550, 3551).

Whatever a peer sends, `RtpReceiver.receive` returns None or a payload; it never raises.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from typing import NamedTuple

from mediaserver.media.time import (
    NARROW_RATE,
    NARROW_SAMPLE_NS,
    NARROW_SAMPLES,
    WRAP_16,
    WRAP_32,
    ahead_16,
    distance_32,
    unwrap_32,
)

Address = tuple[str, int]

HEADER = struct.Struct("!BBHII")
"""Version/flags, marker and payload type, sequence number, timestamp, SSRC (:rfc:`3550`, section 5.1)."""

MAX_TRANSIT_JUMP = NARROW_RATE
"""Timestamp units; a greater change of transit time is no jitter."""

MAX_DROPOUT = 3_000
"""Packets that may be lost in a row, before it is another sequence."""

_SEEN_PACKETS = 128
_SEEN_MASK = (1 << _SEEN_PACKETS) - 1


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """A parsed packet, for whoever is not in a hurry."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    @classmethod
    def parse(cls, data: bytes) -> RtpPacket | None:
        """None when the data is no RTP packet of version 2 with a whole header."""
        if len(data) < HEADER.size or data[0] >> 6 != 2:
            return None
        payload = payload_of(data)
        if payload is None:
            return None
        _, kind, sequence, timestamp, ssrc = HEADER.unpack_from(data)
        return cls(kind & 0x7F, sequence, timestamp, ssrc, payload, bool(kind & 0x80))

    def __bytes__(self) -> bytes:
        kind = self.payload_type | (0x80 if self.marker else 0)
        return HEADER.pack(0x80, kind, self.sequence, self.timestamp, self.ssrc) + self.payload


def payload_of(data: bytes) -> bytes | None:
    """What follows the fixed header, CSRC list and extension, without padding; None when they overrun."""
    flags = data[0]
    start, end = HEADER.size + 4 * (flags & 0x0F), len(data)
    if flags & 0x10:
        if start + 4 > end:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if start > end:
        return None
    if flags & 0x20:
        padding = data[-1]
        if not 0 < padding <= end - start:
            return None
        end -= padding
    return data[start:end]


class ReceptionStats(NamedTuple):
    """What a receiver has counted so far."""

    ssrc: int | None
    received: int
    octets: int
    lost: int
    """Over all sources so far, never negative."""
    extended_top: int
    jitter: float
    """Steps of 1/8 ms."""
    duplicates: int
    reordered: int
    invalid: int
    source_changes: int

    def and_more(self, packets: int, octets: int, jitter: float) -> ReceptionStats:
        """With so many more packets, all of them in order."""
        return self._replace(
            received=self.received + packets,
            octets=self.octets + octets,
            extended_top=self.extended_top + packets,
            jitter=jitter,
        )


class RtpReceiver:
    """Incoming direction: in what order packets come, and how well the network does. From where they come is
    `mediaserver.rtp.source_lock`'s to judge.

    Another SSRC, or a great leap in the numbers, counts when a second packet confirms it: one that was forged
    changes nothing.
    """

    __slots__ = (
        "_base",
        "_cycles",
        "_lost_before",
        "_other",
        "_seen",
        "_stray",
        "_top",
        "_transit",
        "_unwrapped",
        "accepted",
        "duplicates",
        "invalid",
        "jitter",
        "marker",
        "octets",
        "payload_type",
        "received",
        "reordered",
        "sequence",
        "skipped",
        "source_changes",
        "ssrc",
        "timestamp",
    )

    def __init__(self) -> None:
        self.accepted: frozenset[int] = frozenset()
        """Payload types that count as valid."""
        self.ssrc: int | None = None
        self.source_changes = 0
        """Times the SSRC changed; whoever sees it grow starts its buffer afresh."""
        self.payload_type = self.sequence = self.timestamp = 0
        """Of the packet that `receive` returned last."""
        self.marker = False
        self.skipped = 0
        """Packets missing just before that one."""
        self.received = self.octets = self.duplicates = self.reordered = self.invalid = 0
        self.jitter = 0.0
        """Interarrival jitter in timestamp units (:rfc:`3550`, appendix A.8)."""
        self._base = self._top = self._cycles = self._seen = self._lost_before = 0
        self._transit: int | None = None
        self._unwrapped: int | None = None
        """The last timestamp that was asked for on a line of 1/8 ms, without its wraps."""
        self._stray: int | None = None
        self._other: tuple[int, int] | None = None
        """Another SSRC that came, and the number of its next packet."""

    def receive(self, data: bytes, moved: bool = False) -> bytes | None:
        """One datagram. The payload when it is valid and new; the header fields are then in the attributes.
        `moved`: it is the first from another place, where it has proved itself in sequence."""
        if len(data) < 12:
            self.invalid += 1
            return None
        flags, kind, sequence, timestamp, ssrc = HEADER.unpack_from(data)
        payload_type = kind & 0x7F
        if flags & 0xC0 != 0x80 or payload_type not in self.accepted:
            self.invalid += 1
            return None
        payload = data[12:] if flags == 0x80 else payload_of(data)
        if payload is None:
            self.invalid += 1
            return None
        self.skipped = 0
        if ssrc != self.ssrc:
            if self.ssrc is not None and not moved and self._other != (ssrc, sequence):
                self._other = ssrc, (sequence + 1) & WRAP_16
                self.invalid += 1
                return None
            self._begin(ssrc, sequence)
        else:
            ahead = ahead_16(sequence, of=self._top)
            if ahead == 1:
                if self._seen != _SEEN_MASK:  # else nothing would change
                    self._seen = (self._seen << 1 | 1) & _SEEN_MASK
                if not sequence:
                    self._cycles += 1
                self._top = sequence
            elif not self._out_of_step(ahead, sequence):
                return None
        self.received += 1
        self.octets += len(payload)
        self.payload_type = payload_type
        self.sequence = sequence
        self.timestamp = timestamp
        self.marker = kind >= 0x80
        return payload

    def in_steps(self, clock_factor: int) -> int:
        """The timestamp of the packet just received in steps of 1/8 ms, where its clock has so many units in
        one. To be asked once for each packet of such a clock."""
        before = self._unwrapped
        at = self.timestamp if before is None else unwrap_32(self.timestamp, near=before)
        self._unwrapped = at
        return (at // clock_factor) & WRAP_32

    def another_clock(self) -> None:
        """What follows is of another clock: its timestamps are not compared with what was before."""
        self._unwrapped = self._transit = None

    def measure(self, arrived: int, timestamp: int | None = None) -> float:
        """Take the packet just received into the jitter estimate; leave out telephone events, whose
        timestamps stand still. `timestamp`: its own in steps of 1/8 ms, where its clock is another. Returns
        the estimate in ns."""
        if timestamp is None:
            timestamp = self.timestamp
        transit = (arrived // NARROW_SAMPLE_NS - timestamp) & WRAP_32
        before, self._transit = self._transit, transit
        jitter = self.jitter
        if before is not None:
            change = distance_32(transit, before)
            if change < MAX_TRANSIT_JUMP:  # a talk spurt on a new time base says nothing of the network
                self.jitter = jitter = jitter + (change - jitter) / 16
        return jitter * NARROW_SAMPLE_NS

    def steady_transit(self) -> int | None:
        """The last packet's transit time for `measure`; None when it was not the newest, or not measured."""
        return self._transit if self.sequence == self._top else None

    @property
    def following(self) -> int:
        """The next packet's sequence number."""
        return (self.sequence + 1) & WRAP_16

    @property
    def timestamp_after(self) -> int:
        """The next packet's timestamp, if this one was a whole frame."""
        return (self.timestamp + NARROW_SAMPLES) & WRAP_32

    def reception(self) -> ReceptionStats:
        return ReceptionStats(
            self.ssrc,
            self.received,
            self.octets,
            self.lost,
            self.extended_top,
            self.jitter,
            self.duplicates,
            self.reordered,
            self.invalid,
            self.source_changes,
        )

    def resume(self, packets: int, octets: int, transit: int, jitter: float) -> None:
        """Catch up with packets that others took in our stead (see `steady`): all in order, from one source,
        a frame each, without marker, none of them numbered 0."""
        self.received += packets
        self.octets += octets
        self._top = self.sequence = self.sequence + packets
        self.timestamp = (self.timestamp + octets) & WRAP_32
        self.marker = False
        self.skipped = 0
        self._transit = transit
        self.jitter = jitter
        seen = min(packets, _SEEN_PACKETS)
        self._seen = (self._seen << seen | (1 << seen) - 1) & _SEEN_MASK

    @property
    def expected(self) -> int:
        """Packets that should have come from the present source (:rfc:`3550`, appendix A.3)."""
        return self.extended_top - self._base + 1 if self.ssrc is not None else 0

    @property
    def extended_top(self) -> int:
        return (self._cycles << 16) + self._top

    @property
    def lost(self) -> int:
        """Over all sources so far, never negative."""
        return max(0, self._lost_before + self.expected - self.received)

    def _begin(self, ssrc: int, sequence: int) -> None:
        if self.ssrc is not None:
            self._lost_before += self.expected
            self.source_changes += 1
        self.ssrc = ssrc
        self._base = self._top = sequence
        self._cycles = 0
        self._seen = 1
        self._transit = self._unwrapped = None
        self._stray = self._other = None

    def _out_of_step(self, ahead: int, sequence: int) -> bool:
        """Anything but the next packet; False when it is to be dropped."""
        if 0 < ahead < MAX_DROPOUT:
            self.skipped = ahead - 1
            self._seen = (self._seen << ahead | 1) & _SEEN_MASK if ahead < _SEEN_PACKETS else 1
            if sequence < self._top:
                self._cycles += 1
            self._top = sequence
            return True
        back = WRAP_16 + 1 - ahead if ahead else 0
        if back < _SEEN_PACKETS:
            bit = 1 << back
            if self._seen & bit:
                self.duplicates += 1
                return False
            if self.extended_top - back < self._base:  # before what we took for the first
                self._base = self.extended_top - back
                if self._base < 0:
                    self._base += WRAP_16 + 1
                    self._cycles += 1
            self._seen |= bit
            self.reordered += 1
            return True
        # RFC 3550 A.1: a great leap counts only when the next packet confirms it.
        if self._stray == sequence:
            self._lost_before += self.expected
            self._base = self._top = sequence
            self._cycles, self._seen, self._stray, self._transit = 0, 1, None, None
            self._unwrapped = None
            return True
        self._stray = (sequence + 1) & WRAP_16
        self.invalid += 1
        return False


class RtpSender:
    """Outgoing direction: numbering. The timestamp runs on 160 per 20 ms whether or not anything is sent."""

    __slots__ = ("_sent_before", "octets", "packets", "sequence", "ssrc", "timestamp")

    def __init__(self, rng: random.Random | None = None) -> None:
        rng = rng or random.SystemRandom()
        self.ssrc = rng.getrandbits(32)
        self.sequence = rng.getrandbits(15)
        self.timestamp = rng.getrandbits(32)
        """Of the next sample to send."""
        self.packets = self.octets = 0
        """With this SSRC."""
        self._sent_before = 0

    @property
    def sent(self) -> int:
        """Packets so far."""
        return self._sent_before + self.packets

    def renew(self) -> None:
        """Another SSRC: whoever gets the packets from now on is to be told from whoever got them before. Its
        numbers begin below 2**15, as at first: whoever decrypts them has to guess how often they wrapped
        (:rfc:`3711`, section 3.3.1)."""
        rng = random.SystemRandom()
        self.ssrc, self.sequence = rng.getrandbits(32), rng.getrandbits(15)
        self._sent_before += self.packets
        self.packets = self.octets = 0

    def packet(self, payload: bytes, kind: int, timestamp: int) -> bytes:
        """The next packet. `kind`: payload type, plus 0x80 for the marker bit."""
        sequence = self.sequence
        self.sequence = (sequence + 1) & WRAP_16
        self.packets += 1
        self.octets += len(payload)
        return HEADER.pack(0x80, kind, sequence, timestamp & WRAP_32, self.ssrc) + payload
