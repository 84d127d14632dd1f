"""The descriptors of this process: as many as the system gives, and a part that only calls may have.

Whoever opens connections to us takes descriptors, and each leg of a call needs two. The system numbers a new
one by the lowest number that is free: a number near the limit says that nearly all others are taken.
"""

from __future__ import annotations

import resource
from contextlib import suppress

WISHED = 65_536
"""As many are plenty; some systems allow a billion."""
SOCKETS_PER_LEG = 2
"""RTP and RTCP."""
BESIDE = 400
"""What is needed besides: HTTP, database, workers, logs, files."""

_for_calls = 0


def take() -> None:
    """Raise our own limit as far as the system lets us: many start processes with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = WISHED if hard == resource.RLIM_INFINITY else min(hard, WISHED)
    if soft != resource.RLIM_INFINITY and soft < wished:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))


def reserve_for_calls(legs: int) -> None:
    """From now on connections leave room for so many legs; for fewer where that would be all there is."""
    global _for_calls
    _for_calls = SOCKETS_PER_LEG * legs


def may_have(descriptor: int) -> bool:
    """Whether a connection that was just accepted may keep its descriptor, or eats into what calls need."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft == resource.RLIM_INFINITY or descriptor < soft - min(_for_calls, soft // 2)
