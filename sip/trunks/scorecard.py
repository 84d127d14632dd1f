"""What became of a trunk's outgoing calls: since the start, for the metrics, and of late, for whoever looks
and for the order in which trunks are tried.

Pure; `now` in seconds of one clock. Bounded: lately is some minutes in a few parts.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

PART_S = 60.0
PARTS = 15
"""Lately is the last quarter of an hour."""
ENOUGH = 10
"""Attempts before a trunk is judged."""
ILL_SHARE = 0.5
"""Of the attempts of late, failed by the trunk itself: such a trunk is asked after the others."""
PDD_EDGES_S = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0)
SILENT = 0
"""In the place of a code: no answer came at all."""


@dataclass(slots=True)
class Tally:
    """Counts of one part of time."""

    attempts: int = 0
    answered: int = 0
    faults: int = 0
    """Failed by the trunk: silent, out of order, refusing us. A busy or absent callee is none."""
    codes: Counter[int] = field(default_factory=Counter)
    """Of the calls that were not answered, by SIP code; SILENT where none came."""
    rang: int = 0
    post_dial_s: float = 0.0
    """Sum of the post-dial delays of those that rang."""
    rated: int = 0
    mos: float = 0.0
    """Sum over the calls that were heard well enough to be rated."""

    def add(self, other: Tally) -> None:
        self.attempts += other.attempts
        self.answered += other.answered
        self.faults += other.faults
        self.codes.update(other.codes)
        self.rang += other.rang
        self.post_dial_s += other.post_dial_s
        self.rated += other.rated
        self.mos += other.mos

    @property
    def answer_seizure_ratio(self) -> float | None:
        """Answered of attempted, 0..1 (ITU-T E.411); None when nothing was attempted."""
        return self.answered / self.attempts if self.attempts else None

    def as_dict(self) -> dict[str, Any]:
        return {
            "attempts": self.attempts,
            "answered": self.answered,
            "answer_seizure_ratio": _rounded(self.answer_seizure_ratio),
            "trunk_failures": self.faults,
            "post_dial_delay_s": _rounded(self.post_dial_s / self.rang if self.rang else None),
            "mos": _rounded(self.mos / self.rated if self.rated else None),
            "codes": {str(code) if code else "silent": count for code, count in sorted(self.codes.items())},
        }


class Scorecard:
    """Of one trunk."""

    def __init__(self) -> None:
        self.total = Tally()
        self.post_dial_within = [0] * (len(PDD_EDGES_S) + 1)
        """Calls that rang, by their delay: as a histogram has them, not summed up."""
        self._parts: deque[tuple[float, Tally]] = deque(maxlen=PARTS)

    def attempted(self, now: float) -> None:
        for tally in self._now(now):
            tally.attempts += 1

    def rang(self, after_s: float, now: float) -> None:
        """It rang for the first time, or was answered without."""
        self.post_dial_within[sum(after_s > edge for edge in PDD_EDGES_S)] += 1
        for tally in self._now(now):
            tally.rang += 1
            tally.post_dial_s += after_s

    def answered(self, now: float) -> None:
        for tally in self._now(now):
            tally.answered += 1

    def failed(self, code: int, now: float, *, fault: bool) -> None:
        """`fault`: of the trunk itself."""
        for tally in self._now(now):
            tally.codes[code] += 1
            tally.faults += fault

    def heard(self, mos: float, now: float) -> None:
        """A call is over that was rated."""
        for tally in self._now(now):
            tally.rated += 1
            tally.mos += mos

    def lately(self, now: float) -> Tally:
        """Of the last quarter of an hour."""
        self._forget(now)
        lately = Tally()
        for _, part in self._parts:
            lately.add(part)
        return lately

    def ill(self, now: float) -> bool:
        """Whether so many calls of late were failed by the trunk that others are to be asked first."""
        lately = self.lately(now)
        return lately.attempts >= ENOUGH and lately.faults >= ILL_SHARE * lately.attempts

    def _now(self, now: float) -> tuple[Tally, Tally]:
        self._forget(now)
        if not self._parts or now - self._parts[-1][0] >= PART_S:
            self._parts.append((now, Tally()))
        return self.total, self._parts[-1][1]

    def _forget(self, now: float) -> None:
        while self._parts and now - self._parts[0][0] >= PART_S * PARTS:
            self._parts.popleft()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
