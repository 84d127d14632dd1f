"""The way of datagrams from the socket to those who read them: shed first, read later.

What belongs to running calls is read at once. New requests wait in a short queue and are read in small
portions, so that the media clock, which runs on the same loop, gets its turns. It must never raise.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from sip.transport.connection import Source
from sip.transport.queue_delay import QueueDelay
from sip.transport.shedding import IntakeLimits, Shed, Shedder
from sip.transport.triage import Familiar, Standing, looked_at

log = logging.getLogger(__name__)

TURN_S = 0.002
"""So long new requests are read at a time; one is always read."""
PAUSE_S = 0.005
"""Before more of them are read: what they set going wants its time as well, and media first."""
LOG_EVERY_S = 1.0
_COMMON = (Shed.STRAY, Shed.NOISE)
MUCH = 100
"""Strays and noise are said from so many on: scanners, and the ACKs of callers whom we keep nothing of."""


_SAID = {
    Shed.SOURCE: "new ones above the share of one address (sip.requests_per_source)",
    Shed.STRANGERS: "new ones above the share of all strangers together (sip.requests_of_strangers)",
    Shed.TOTAL: "new ones above the share of all whom we know (sip.requests_per_source)",
    Shed.RUNNING: "in calls or repeated, above the share of one address (ten times sip.requests_per_source), "
    "of one call, or of one request",
    Shed.BACKLOG: "new ones while too many waited",
    Shed.STRAY: "to no call or request of ours",
    Shed.NOISE: "that are no SIP",
    Shed.SIZE: "that are too long",
    Shed.HELD: "by TCP, faster than their share, which wait (sip.requests_per_source)",
}


class Received(NamedTuple):
    """A datagram that waits."""

    data: bytes
    host: str
    port: int
    arrived_at: float
    """When the kernel had it, in seconds of time.time; 0 when it does not say."""


class DatagramUser(Protocol):
    """Who reads them."""

    @property
    def unwanted(self) -> Callable[[str], bool]:
        """Whether nothing of a host is looked at."""

    def receive(self, data: bytes, source: Source) -> None:
        """One datagram. Never raises."""

    def returned(self, quote: bytes) -> None:
        """Nobody was there for a datagram that began so. Never raises."""


class Intake:
    """Implements `sip.transport.datagrams.DatagramReader`."""

    def __init__(self, user: DatagramUser, familiar: Familiar, limits: IntakeLimits) -> None:
        self.shedder = Shedder(limits)
        self.queue_delay = QueueDelay()
        self._user = user
        self._familiar = familiar
        self._waiting: deque[Received] = deque()
        self._turn: asyncio.Handle | None = None
        self._logged_at = 0.0
        self._logged = dict(self.shedder.counts)

    def __len__(self) -> int:
        """New requests that wait to be read."""
        return len(self._waiting)

    def stop(self) -> None:
        """Read no more of what waits."""
        self._waiting.clear()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    def arrived(self, data: bytes, host: str, port: int, arrived_at: float) -> None:
        """One datagram."""
        if self._user.unwanted(host):
            return
        look = looked_at(data, host, self._familiar)
        standing = look.standing
        now = time.monotonic()
        if self.shedder.against(look, host, len(data), now) is not None:
            if now - self._logged_at >= LOG_EVERY_S:
                self.log(now)
        elif standing in (Standing.RUNNING, Standing.ROAMING):
            self._read(Received(data, host, port, arrived_at))
        elif standing in (Standing.NEW, Standing.CHALLENGED):
            if len(self._waiting) >= self.shedder.limits.backlog:
                self.shedder.counts[Shed.BACKLOG] += 1
                self.shedder.latest[Shed.BACKLOG] = host
                return
            self._waiting.append(Received(data, host, port, arrived_at))
            if self._turn is None:
                self._turn = asyncio.get_running_loop().call_soon(self._read_new)

    def returned(self, quote: bytes) -> None:
        self._user.returned(quote)

    def log(self, now: float) -> None:
        """Say what was shed since this was said last; at most once a second."""
        counts = self.shedder.counts
        news = {why: count - self._logged[why] for why, count in counts.items()}
        news = {why: count for why, count in news.items() if count >= (MUCH if why in _COMMON else 1)}
        if not news or now - self._logged_at < LOG_EVERY_S:
            return
        self._logged, self._logged_at = dict(counts), now
        latest = self.shedder.latest
        words = "; ".join(
            f"{count} {_SAID[why]}, the latest from {latest.get(why, 'a TCP connection')}"
            for why, count in news.items()
        )
        log.warning("SIP messages that were not looked at: %s", words)

    def _read_new(self) -> None:
        end = time.perf_counter() + TURN_S
        waiting = self._waiting
        while waiting:
            self._read(waiting.popleft())
            if time.perf_counter() > end:
                break
        self._turn = asyncio.get_running_loop().call_later(PAUSE_S, self._read_new) if waiting else None

    def _read(self, received: Received) -> None:
        data, host, port, arrived_at = received
        if arrived_at:
            self.queue_delay.measured(max(0.0, time.time() - arrived_at), time.monotonic())
        self._user.receive(data, Source("UDP", host, port, size=len(data)))
