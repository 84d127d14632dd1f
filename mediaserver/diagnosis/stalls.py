"""Who held the media thread, for how long and why: what is measured of a stall, and what the log says of it.

Pure: no clock, no thread. The driver is `mediaserver.diagnosis.stall_watch`.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType

LIMIT_NS = 10_000_000
"""Who holds the media thread for longer is named: half of a tick."""
NOT_OURS = "no Python code of ours (the event loop itself, or code in C that it calls)"
"""The signal of a look is taken up by the next Python code: where that is the loop's own, or the clock's as
the next tick begins, whoever held the thread was gone before any of ours ran."""
_LOOPS = ("asyncio/runners.py", "asyncio/base_events.py", "asyncio/events.py", "uvloop/__init__.py")
_TICK_BEGINS = ("MediaClock._fire", "StallWatch.begins")
FRAMES_TOLD = 3
"""Of the stack, from the innermost outwards."""
LINES_AT_ONCE = 5
SECONDS_PER_LINE = 10.0
"""After that many lines at once there is one in so much time."""


class HeldBy(enum.StrEnum):
    """What most of the time went by with."""

    COLLECTOR = "collector"
    """Python's garbage collector."""
    PROCESSOR = "processor"
    """The thread could run, and others did."""
    COMPUTING = "computing"
    WAITING = "waiting"
    """Blocked: in a call that waits, on a lock, or on the interpreter's, which another thread had."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Where the media thread's time went, in ns; what is neither of them is waiting."""

    wall: int
    running: int = 0
    """On a processor."""
    queued: int = 0
    """Ready, without a processor."""
    collecting: int = 0
    """Of the garbage collector, which is a part of running."""

    @property
    def cause(self) -> HeldBy:
        shares = {
            HeldBy.COLLECTOR: self.collecting,
            HeldBy.PROCESSOR: self.queued,
            HeldBy.COMPUTING: self.running - self.collecting,
            HeldBy.WAITING: self.wall - self.running - self.queued,
        }
        return max(shares, key=shares.__getitem__)


@dataclass(frozen=True, slots=True)
class Sighting:
    """Whom the thread was found with, in the middle of it."""

    code: str
    """The innermost functions with file and line."""
    task: str = ""
    """The asyncio task that ran; empty for the clock's own ticks and other callbacks."""
    call: str = ""
    """The id of the call that it worked for, or its leg's reference; empty when not known."""

    def __str__(self) -> str:
        task = f" in task {self.task}" if self.task else ""
        call = f" for call {self.call}" if self.call else ""
        return f"{self.code}{task}{call}"


def told(spent: Spent, found: Sequence[Sighting], *, in_tick: bool) -> str:
    """One line about one stall. `found`: whom the thread was with at each look, maybe nobody."""
    parts = [f"{part / 1e6:.0f} ms {word}" for part, word in (
        (spent.collecting, "collecting garbage"),
        (spent.running - spent.collecting, "computing"),
        (spent.queued, "waiting for a processor"),
        (spent.wall - spent.running - spent.queued, "blocked"),
    ) if part >= 1_000_000]  # fmt: skip
    where = "a tick" if in_tick else "the event loop"
    line = f"the media thread was held for {spent.wall / 1e6:.0f} ms in {where} ({', '.join(parts)})"
    if not found:
        return f"{line}; nobody was seen"
    if not in_tick:  # it ended before the tick began that it put off
        found = [Sighting(NOT_OURS) if each.code.startswith(_TICK_BEGINS) else each for each in found]
    holder, _ = Counter(found).most_common(1)[0]
    return f"{line} by {holder}"


class LogLimit:
    """A few lines at once, then one now and then; what was left out is counted."""

    def __init__(self) -> None:
        self._room = float(LINES_AT_ONCE)
        self._at: float | None = None
        self._left_out = 0

    def admits(self, now: float) -> int | None:
        """Whether a line may be written at this time (s): how many were left out before it, or None."""
        if self._at is not None:
            self._room = min(LINES_AT_ONCE, self._room + (now - self._at) / SECONDS_PER_LINE)
        self._at = now
        if self._room < 1:
            self._left_out += 1
            return None
        self._room -= 1
        left_out, self._left_out = self._left_out, 0
        return left_out


def places(frame: FrameType | None) -> str:
    """The innermost functions of a stack, from within outwards: what, file, line. Of what runs between two
    ticks; `NOT_OURS` where it is the loop's own."""
    said: list[str] = []
    if frame is None or frame.f_code.co_filename.endswith(_LOOPS):
        return NOT_OURS
    while frame is not None and len(said) < FRAMES_TOLD:
        code = frame.f_code
        file = "/".join(code.co_filename.rsplit("/", 2)[-2:])
        said.append(f"{code.co_qualname} ({file}:{frame.f_lineno})")
        frame = frame.f_back
    return " < ".join(said)


def leg_served(frame: FrameType | None) -> str:
    """The reference of the leg that a tick of the clock is serving in this stack; empty outside of one."""
    while frame is not None:
        if frame.f_code.co_name in ("_run_group", "_tell", "_read_singly", "_write_singly"):
            leg = getattr(frame.f_locals.get("member"), "leg", None)
            ref = getattr(leg, "ref", "")
            return ref if isinstance(ref, str) else ""
        frame = frame.f_back
    return ""
