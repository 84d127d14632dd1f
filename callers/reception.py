"""What arrived at a measuring socket, counted: loss, duplicates, order, interarrival jitter.

RFC 3550 appendix A.1 and A.8 arithmetic on kernel receive stamps. Pure; must never look at a clock.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil

NS_PER_MS = 1_000_000
PACKET_NS = 20 * NS_PER_MS
PACKETS_PER_S = 50


def percentile(values: Sequence[float], q: float) -> float | None:
    """Linear between ranks (as numpy's default); None when there is nothing to rank."""
    if not values:
        return None
    ranked = sorted(values)
    place = (len(ranked) - 1) * q / 100
    low, high = int(place), ceil(place)
    return round(ranked[low] + (ranked[high] - ranked[low]) * (place - low), 3)


def lateness_ms(interval_errors: Sequence[float]) -> list[float]:
    """How late each packet was against the even schedule of the earliest packet of its second.

    A second, not the call: a sender may move a stream to another place in its 20 ms once, and packets after
    that are not late. Packets that were never sent are counted elsewhere.
    """
    behind = list(accumulate(interval_errors, initial=0.0))
    late: list[float] = []
    for first in range(0, len(behind), PACKETS_PER_S):
        second = behind[first : first + PACKETS_PER_S]
        earliest = min(second)
        late += [value - earliest for value in second]
    return late


@dataclass(slots=True)
class Reception:
    """Counters of one incoming audio stream of 20 ms packets at 8 kHz."""

    received: int = 0
    duplicates: int = 0
    reordered: int = 0
    ssrc_changes: int = 0
    restarts: int = 0
    """Sequence numbers jumped by more than a thousand: counted as a new beginning, not as loss."""
    jitter_ms: float = 0.0
    longest_gap_ms: float = 0.0
    first_ns: int | None = None
    interval_errors: array[float] = field(default_factory=lambda: array("f"))
    """Milliseconds by which the time since the previous packet exceeded 20 (negative: came sooner)."""
    _ssrc: int | None = None
    _base: int = 0
    _highest: int = 0
    _distinct: int = 0
    _lost_before: int = 0
    _recent: set[int] = field(default_factory=set)
    _last_ns: int = 0
    _last_timestamp: int = 0

    @property
    def lost(self) -> int:
        return self._lost_before + (self._missing() if self.received else 0)

    def _missing(self) -> int:
        return max(0, self._highest - self._base + 1 - self._distinct)

    def add(self, at_ns: int, marker: bool, sequence: int, timestamp: int, ssrc: int) -> None:
        self.received += 1
        if ssrc != self._ssrc:
            if self._ssrc is None:
                self.first_ns = at_ns
            else:
                self.ssrc_changes += 1
            self._begin(at_ns, sequence, timestamp, ssrc)
            return
        step = (sequence - self._highest + 0x8000 & 0xFFFF) - 0x8000
        if step <= 0:
            if self._highest + step in self._recent:
                self.duplicates += 1
            else:
                self.reordered += 1
                self._distinct += 1
                self._recent.add(self._highest + step)
            return
        if step > 1000:
            self.restarts += 1
            self._begin(at_ns, sequence, timestamp, ssrc)
            return
        self._highest += step
        self._distinct += 1
        self._recent.add(self._highest)
        if len(self._recent) > 4096:
            self._recent = {s for s in self._recent if s > self._highest - 1000}
        gap_ns = at_ns - self._last_ns
        self.longest_gap_ms = max(self.longest_gap_ms, gap_ns / NS_PER_MS)
        if not marker:  # a marked packet begins a spurt: the time before it says nothing about pacing
            self.interval_errors.append((gap_ns - step * PACKET_NS) / NS_PER_MS)
            elapsed = (timestamp - self._last_timestamp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
            self.jitter_ms += (abs(gap_ns / NS_PER_MS - elapsed / 8) - self.jitter_ms) / 16
        self._last_ns, self._last_timestamp = at_ns, timestamp

    def _begin(self, at_ns: int, sequence: int, timestamp: int, ssrc: int) -> None:
        if self._ssrc is not None:
            self._lost_before += self._missing()
        self._ssrc = ssrc
        self._base = self._highest = sequence
        self._distinct = 1
        self._recent = {sequence}
        self._last_ns, self._last_timestamp = at_ns, timestamp

    def as_dict(self) -> dict[str, float | int | None]:
        return {
            "received": self.received,
            "lost": self.lost,
            "duplicates": self.duplicates,
            "reordered": self.reordered,
            "ssrc_changes": self.ssrc_changes,
            "restarts": self.restarts,
            "jitter_ms": round(self.jitter_ms, 3),
            "longest_gap_ms": round(self.longest_gap_ms, 3),
            "interval_off_p99_ms": percentile([abs(e) for e in self.interval_errors], 99),
        }
