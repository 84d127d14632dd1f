"""RTCP for one stream without I/O: reports both ways, their timing, and what they tell (RFC 3550, section 6).

Parsing never raises: a datagram that is no valid compound packet yields nothing.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from typing import TypeAlias

from mediaserver.media.time import NARROW_SAMPLE_NS, SECOND_NS, WRAP_32
from mediaserver.rtp.packets import ReceptionStats, RtpSender

SENDER_REPORT, RECEIVER_REPORT, SOURCE_DESCRIPTION, GOODBYE = 200, 201, 202, 203
INTERVAL_S = 5.0
"""Mean time between our reports (section 6.2: the least that is allowed by default)."""

LEAST_SENT = 100
"""Packets (2 s) that we must have sent between two reports, for the second to tell whether any arrived."""

_NTP_EPOCH_S = 2_208_988_800
_CNAME = 1
_SENDER_INFO = struct.Struct("!IIIII")
_BLOCK = struct.Struct("!IIIIII")
# Section 6.3.1: timer reconsideration converges below the mean by e - 1.5; divide to make up for it.
_COMPENSATION = 2.71828 - 1.5


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver says of one source (section 6.4.1)."""

    ssrc: int
    fraction_lost: int
    """Of 256, since its last report."""
    lost: int
    """Signed 24 bits, since the beginning."""
    highest: int
    jitter: int
    """Timestamp units."""
    last_sr: int
    """Middle 32 bits of the NTP time in the last sender report it got, or 0."""
    delay: int
    """1/65536 s between getting that and sending this."""

    def __bytes__(self) -> bytes:
        loss = (self.fraction_lost << 24) | (max(-0x800000, min(self.lost, 0x7FFFFF)) & 0xFFFFFF)
        return _BLOCK.pack(
            self.ssrc, loss, self.highest & WRAP_32, self.jitter & WRAP_32, self.last_sr, self.delay
        )

    @classmethod
    def parse(cls, data: bytes, at: int) -> ReportBlock:
        ssrc, loss, highest, jitter, last_sr, delay = _BLOCK.unpack_from(data, at)
        lost = loss & 0xFFFFFF
        return cls(ssrc, loss >> 24, lost - (lost >> 23 << 24), highest, jitter, last_sr, delay)


@dataclass(frozen=True, slots=True)
class Report:
    """A sender report, or a receiver report when `ntp` is None."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()
    ntp: int | None = None
    """64 bits: seconds since 1900 in the upper, fraction in the lower half."""
    timestamp: int = 0
    packets: int = 0
    octets: int = 0

    def __bytes__(self) -> bytes:
        body = self.ssrc.to_bytes(4, "big")
        if self.ntp is not None:
            body += _SENDER_INFO.pack(
                self.ntp >> 32,
                self.ntp & WRAP_32,
                self.timestamp & WRAP_32,
                self.packets & WRAP_32,
                self.octets & WRAP_32,
            )
        body += b"".join(map(bytes, self.blocks))
        return _packet(RECEIVER_REPORT if self.ntp is None else SENDER_REPORT, len(self.blocks), body)


@dataclass(frozen=True, slots=True)
class Description:
    ssrc: int
    cname: str

    def __bytes__(self) -> bytes:
        name = self.cname.encode()[:255]
        body = self.ssrc.to_bytes(4, "big") + bytes((_CNAME, len(name))) + name
        return _packet(SOURCE_DESCRIPTION, 1, body + bytes(4 - len(body) % 4))


@dataclass(frozen=True, slots=True)
class Bye:
    ssrcs: tuple[int, ...]

    def __bytes__(self) -> bytes:
        return _packet(GOODBYE, len(self.ssrcs), b"".join(s.to_bytes(4, "big") for s in self.ssrcs))


Part: TypeAlias = Report | Description | Bye


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def parse(data: bytes) -> list[Part]:
    """The parts we understand of a compound packet; empty when it is not valid (appendix A.2)."""
    parts: list[Part] = []
    at = 0
    while at < len(data):
        if at + 4 > len(data) or data[at] >> 6 != 2:
            return []
        count, kind = data[at] & 0x1F, data[at + 1]
        end = at + 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data) or (at == 0 and kind not in (SENDER_REPORT, RECEIVER_REPORT)):
            return []
        body = data[at + 4 : end]
        if data[at] & 0x20:  # padding is allowed in the last part only
            if end != len(data) or not body or not 0 < body[-1] <= len(body):
                return []
            body = body[: -body[-1]]
        part = _part(kind, count, body)
        if part is not None:
            parts.append(part)
        at = end
    return parts


def _part(kind: int, count: int, body: bytes) -> Part | None:
    match kind:
        case 200 | 201:
            first = 24 if kind == SENDER_REPORT else 4
            if len(body) < first + count * _BLOCK.size:
                return None
            blocks = tuple(ReportBlock.parse(body, first + i * _BLOCK.size) for i in range(count))
            ssrc = int.from_bytes(body[:4], "big")
            if kind == RECEIVER_REPORT:
                return Report(ssrc, blocks)
            upper, lower, timestamp, packets, octets = _SENDER_INFO.unpack_from(body, 4)
            return Report(ssrc, blocks, upper << 32 | lower, timestamp, packets, octets)
        case 202 if count and len(body) >= 6 and body[4] == _CNAME and len(body) >= 6 + body[5]:
            return Description(
                int.from_bytes(body[:4], "big"), body[6 : 6 + body[5]].decode(errors="replace")
            )
        case 203 if len(body) >= 4 * count:
            return Bye(tuple(int.from_bytes(body[4 * i : 4 * i + 4], "big") for i in range(count)))
    return None


def ntp_time(wall_ns: int) -> int:
    """Nanoseconds since 1970 as a 64-bit NTP timestamp (section 4)."""
    seconds, rest = divmod(wall_ns, SECOND_NS)
    return (seconds + _NTP_EPOCH_S & WRAP_32) << 32 | (rest << 32) // SECOND_NS


class RtcpSession:
    """Our reports about one stream, and what the peer's reports say. `now` is any clock in ns, `wall_ns`
    the time since 1970."""

    __slots__ = (
        "_last_expected",
        "_last_received",
        "_remote_highest",
        "_rng",
        "_sent_by_then",
        "_sr_arrived",
        "_sr_ntp",
        "clock_factor",
        "cname",
        "deadline",
        "goodbye",
        "heard_at",
        "remote_jitter_ms",
        "remote_lost",
        "remote_loss_pct",
        "reports",
        "rtt_ms",
        "unheard",
    )

    def __init__(self, cname: str, now: int, rng: random.Random | None = None) -> None:
        self.cname = cname
        self.clock_factor = 1
        """Units in 1/8 ms of the time that the stream's timestamps are in."""
        self._rng = rng or random.Random()
        self._sr_ntp = self._sr_arrived = 0
        self._last_expected = self._last_received = 0
        self.rtt_ms: float | None = None
        self.remote_lost: int | None = None
        self.remote_loss_pct: float | None = None
        self.remote_jitter_ms: float | None = None
        self.reports = 0
        """Received from the peer."""
        self.unheard = 0
        """Of those, in a row, up to now: what we had sent since the one before did not arrive."""
        self._sent_by_then = 0
        """Our packets, with the present SSRC, at the last report that told, ..."""
        self._remote_highest: int | None = None
        """... and the highest sequence number of ours that had arrived by then."""
        self.heard_at: int | None = None
        """When the last valid datagram came, ns."""
        self.goodbye = False
        self.deadline = now + self._interval() // 2
        """When `report` is due; the first one comes in half the time (section 6.2)."""

    def _interval(self) -> int:
        return int(INTERVAL_S * (0.5 + self._rng.random()) / _COMPENSATION * SECOND_NS)

    def report(
        self, sender: RtpSender, reception: ReceptionStats, now: int, wall_ns: int, sent: bool
    ) -> bytes:
        """A compound packet: SR when audio was `sent` lately, else RR; then SDES. Moves the deadline."""
        self.deadline = now + self._interval()
        blocks: tuple[ReportBlock, ...] = ()
        if reception.ssrc is not None:
            expected, received = reception.received + reception.lost, reception.received
            new, got = expected - self._last_expected, received - self._last_received
            self._last_expected, self._last_received = expected, received
            fraction = min(255, max(0, new - got) * 256 // new) if new > 0 else 0
            delay = min(WRAP_32, (now - self._sr_arrived << 16) // SECOND_NS) if self._sr_ntp else 0
            blocks = (
                ReportBlock(
                    reception.ssrc,
                    fraction,
                    reception.lost,
                    reception.extended_top,
                    int(reception.jitter * self.clock_factor),
                    self._sr_ntp,
                    max(0, delay),
                ),
            )
        head = Report(sender.ssrc, blocks)
        if sent:
            ntp = ntp_time(wall_ns)
            timestamp = sender.timestamp * self.clock_factor
            head = Report(sender.ssrc, blocks, ntp, timestamp, sender.packets, sender.octets)
        return bytes(head) + bytes(Description(sender.ssrc, self.cname))

    def bye(self, sender: RtpSender) -> bytes:
        """The last packet of a stream (section 6.6)."""
        ssrc = sender.ssrc
        return bytes(Report(ssrc)) + bytes(Description(ssrc, self.cname)) + bytes(Bye((ssrc,)))

    def receive(self, data: bytes, sender: RtpSender, now: int, wall_ns: int) -> bool:
        """One datagram from the peer; False when it is not valid."""
        parts = parse(data)
        if parts:
            self.heard_at = now
        for part in parts:
            if isinstance(part, Bye):
                self.goodbye = True
            elif isinstance(part, Report):
                self.reports += 1
                if part.ntp is not None:
                    self._sr_ntp, self._sr_arrived = part.ntp >> 16 & WRAP_32, now
                ours = [block for block in part.blocks if block.ssrc == sender.ssrc]
                for block in ours:
                    self._heard(block, wall_ns)
                self._arrives(sender.packets, ours[-1].highest if ours else None)
        return bool(parts)

    def forget_reports(self) -> None:
        """Another host gets our packets from now on: what the last one said of them holds no more."""
        self.rtt_ms = self.remote_lost = self.remote_loss_pct = self.remote_jitter_ms = None
        self.unheard, self._remote_highest = 0, None

    def _arrives(self, sent: int, highest: int | None) -> None:
        """Whether anything of ours has arrived since the last report. One that names us no more, or with the
        same number as before, got nothing lately (section 6.4.1). A far end that never names us says nothing
        of it: there are some that report on nobody."""
        if sent < self._sent_by_then:
            self._sent_by_then, self._remote_highest = 0, None  # another SSRC
        if highest is not None and highest != self._remote_highest:
            self._sent_by_then, self._remote_highest, self.unheard = sent, highest, 0
        elif self._remote_highest is not None and sent - self._sent_by_then >= LEAST_SENT:
            self._sent_by_then = sent
            self.unheard += 1

    def _heard(self, block: ReportBlock, wall_ns: int) -> None:
        self.remote_lost = block.lost
        self.remote_loss_pct = block.fraction_lost * 100 / 256
        self.remote_jitter_ms = block.jitter * NARROW_SAMPLE_NS / 1e6 / self.clock_factor
        if block.last_sr:
            trip = ((ntp_time(wall_ns) >> 16 & WRAP_32) - block.last_sr - block.delay) & WRAP_32
            if trip < 60 << 16:  # anything longer is a clock that was set or a peer's mistake
                self.rtt_ms = trip * 1000 / 65_536
