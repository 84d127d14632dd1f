"""The descriptors of this process: as many as the system gives, shared out so that calls always find theirs.

Whoever opens connections to us takes descriptors, and each leg of a call needs two. So those who take
connections are told at the start how many they may have at most.
"""

from __future__ import annotations

import resource
from contextlib import suppress
from dataclasses import dataclass

WISHED = 65_536
"""As many are plenty; some systems allow a billion."""
SOCKETS_PER_LEG = 2
"""RTP and RTCP."""
OURS = 150
"""Database, workers, logs, files, sockets that listen: 60 with two workers."""
HTTP, SIP_TCP = 200, 1_000
"""Connections, where there is room for all."""
LEAST = 16
"""Of each, where there is none."""
BESIDE = 400
"""What should be there besides those of calls."""


@dataclass(frozen=True, slots=True)
class DescriptorShares:
    """Connections at most, by whoever takes them."""

    http: int
    sip_tcp: int


def take() -> int:
    """Raise our own limit as far as the system lets us: many start processes with 1,024. The limit then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = WISHED if hard == resource.RLIM_INFINITY else min(hard, WISHED)
    if soft == resource.RLIM_INFINITY:
        return WISHED
    if soft < wished:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))
            return wished
    return soft


def shares(limit: int, legs: int, held_open: int = 0) -> DescriptorShares:
    """What remains of so many descriptors for connections, when there may be so many legs; half of all at
    least, less our own, where that is too few for both. `held_open`: HTTP connections that may be held for
    long (WebSockets), beside the usual ones."""
    room = limit - OURS - min(SOCKETS_PER_LEG * legs, limit // 2)
    wished = HTTP + held_open
    http = max(LEAST, min(wished, room * wished // (wished + SIP_TCP)))
    return DescriptorShares(http, max(LEAST, min(SIP_TCP, room - http)))
