"""The times that everything in RFC 3261 is counted in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """RFC 3261 table 4, in seconds."""

    t1: float = 0.5
    """Estimate of the round trip."""
    t2: float = 4.0
    """Longest pause between repetitions of a non-INVITE request or an INVITE response."""
    t4: float = 5.0
    """How long a message may live in the network."""

    @property
    def patience(self) -> float:
        """64*T1: how long anything is repeated or waited for."""
        return 64 * self.t1


RFC_TIMING = Timing()
