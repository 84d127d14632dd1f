"""How the media clock fares, from what it counts: late, stalled, failing, or with the voice detector behind.

It only reads counters, whenever somebody looks; the clock knows nothing of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import astuple, dataclass

from mediaserver.diagnosis.finding import Finding
from mediaserver.metrics import ClockFigures
from mediaserver.plural import counted

KEPT_S = 30.0
"""So long after its last trouble the clock is spoken of: who looks now and then must not miss it."""
LATE_NS = 5_000_000
"""Packets sent later than this count as late; the target is that 99 of 100 are not."""
LATE_SHARE = 0.01
LEAST_SENT = 50
"""Ticks between two looks below which a share says nothing."""


@dataclass(frozen=True, slots=True)
class _Count:
    sent: int
    in_time: int
    stalls: int
    skipped: int
    unheard: int
    detector: int
    wires: int
    apps: int
    cleaning: int

    def since(self, other: _Count) -> _Count:
        return _Count(*(mine - its for mine, its in zip(astuple(self), astuple(other), strict=True)))


class ClockHealth:
    """One finding about one clock, made anew at each look. `now`: monotonic seconds."""

    def __init__(
        self, clock: ClockFigures, legs: Callable[[], int], now: Callable[[], float] = time.monotonic
    ) -> None:
        """`legs`: how many are attached, for the finding of a clock that is well."""
        self._clock = clock
        self._legs = legs
        self._now = now
        self._last = _count(clock)
        self._trouble: tuple[str, str] | None = None
        self._until = 0.0

    def look(self) -> Finding:
        """How it fared since the last look, or its last trouble for a while. It never refuses calls: those
        that run are not helped by a caller who is sent away when the trouble is over."""
        now = self._now()
        count = _count(self._clock)
        trouble = _trouble(count.since(self._last))
        if count.sent - self._last.sent >= LEAST_SENT or trouble is not None:
            self._last = count
        if trouble is not None:
            self._trouble, self._until = trouble, now + KEPT_S
        if self._trouble is not None and now < self._until:
            return Finding("media clock", False, *self._trouble, required=False)
        return Finding("media clock", True, counted(self._legs(), "leg"))


def _count(clock: ClockFigures) -> _Count:
    sent = clock.send_lateness
    return _Count(
        sent.count, sent.within(LATE_NS), clock.stalls, clock.skipped_phases, clock.unheard_frames,
        clock.detector_errors, clock.wire_errors, clock.app_errors, clock.cleaning_errors,
    )  # fmt: skip


def _trouble(new: _Count) -> tuple[str, str] | None:
    """What is wrong and how to mend it, the worst first."""
    busy = "give the server a processor of its own, or lower sip.max_calls"
    bug = "the log says which; report it with those lines"

    def times(count: int) -> str:
        return counted(count, "time")

    if new.stalls:
        left_out = counted(new.skipped, "part")
        return f"it stood still {times(new.stalls)} and left out {left_out} of ticks", busy
    if new.detector:
        return f"the voice detector failed {times(new.detector)}", bug
    if new.wires:
        return f"sending or receiving failed {times(new.wires)}", bug
    if new.apps:
        return f"the apps of {counted(new.apps, 'call')} failed", bug
    if new.cleaning:
        return f"the lines of {counted(new.cleaning, 'call')} are not cleaned any more", bug
    if new.unheard:
        return f"the voice detector is behind: it left out {counted(new.unheard, 'frame')}", busy
    if new.sent >= LEAST_SENT and new.sent - new.in_time > new.sent * LATE_SHARE:
        share = 100 * (new.sent - new.in_time) / new.sent
        return f"{share:.0f} % of the ticks sent their packets more than {LATE_NS / 1e6:.0f} ms late", busy
    return None
