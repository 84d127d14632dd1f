"""Names who holds the media thread: a timer that each tick of the clock puts off, and that looks when none
does.

The timer is the process's own (SIGALRM), not a thread: a thread would need the interpreter's lock a hundred
times a second, would come too late where the media thread has realtime priority, and could not run while
others have the lock. The signal's handler runs on the media thread, in whatever holds it, between two steps
of the interpreter; it only looks. A long call into C is seen as it returns.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from mediaserver import logs
from mediaserver.diagnosis.stalls import (
    LIMIT_NS,
    HeldBy,
    LogLimit,
    Sighting,
    Spent,
    leg_served,
    places,
    told,
)
from mediaserver.media.lateness import Lateness

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.02
"""A stall that lasts is looked at once more after each of these."""
MOST_LOOKS = 5


class StallWatch:
    """Goes beside a media clock (`mediaserver.media.clock.Beside`), from `start` to `stop`. It names only
    where it was started on the main thread, which alone receives signals; it measures everywhere."""

    def __init__(self, collected_ns: Callable[[], int] = lambda: 0) -> None:
        """`collected_ns`: the garbage collector's time so far."""
        self._collected_ns = collected_ns
        self.held: dict[HeldBy, Lateness] = {cause: Lateness() for cause in HeldBy}
        """How long stalls took, by what the time went by with."""
        self._limit = LogLimit()
        self._found: list[Sighting] = []
        self._since = 0
        """From when on the thread is not free: when the tick began or the next is due; perf_counter_ns."""
        self._before = (0, 0, 0)
        self._schedstat = -1
        self._names = False
        self._running = False

    def start(self) -> None:
        """On the thread of the clock."""
        self._running = True
        with suppress(OSError):  # not on every kernel
            self._schedstat = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        self._since = time.perf_counter_ns()
        self._before = self._spent()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGALRM, self._look)
            signal.siginterrupt(signal.SIGALRM, False)  # libraries in C go on with what they wait for
            self._names = True

    def stop(self) -> None:
        """Idempotent."""
        if not self._running:
            return
        self._running = False
        if self._names:
            self._names = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if self._schedstat >= 0:
            os.close(self._schedstat)
            self._schedstat = -1

    # -- beside the clock

    def begins(self, due_ns: int) -> None:
        """A tick begins, which was due at this time."""
        now = time.perf_counter_ns()
        if now - self._since > LIMIT_NS:
            self._stalled(now, in_tick=False)
        self._put_off(now, LIMIT_NS)

    def ends(self, due_ns: int, calls: int) -> None:
        """It is done; the next is due at this time."""
        now = time.perf_counter_ns()
        if now - self._since > LIMIT_NS:
            self._stalled(now, in_tick=True)
        self._put_off(max(now, due_ns), LIMIT_NS + max(0, due_ns - now))
        self._before = self._spent()

    def _put_off(self, since: int, by_ns: int) -> None:
        self._since = since
        if self._found:
            self._found.clear()
        if self._names:
            signal.setitimer(signal.ITIMER_REAL, by_ns / 1e9, LOOK_AGAIN_S)

    def _look(self, number: int, frame: FrameType | None) -> None:
        """The timer was not put off: whom is the thread with? Must never raise: it would raise in them."""
        try:
            if len(self._found) < MOST_LOOKS:
                self._found.append(_sighting(frame))
        except Exception:
            self._names = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _stalled(self, now: int, *, in_tick: bool) -> None:
        wall = now - self._since
        running, queued, collected = (
            after - before for after, before in zip(self._spent(), self._before, strict=True)
        )
        # Measured from the end of the last tick on: at most the whole of this stall.
        collected, queued = min(collected, wall), min(queued, wall)
        spent = Spent(wall, max(collected, min(running, wall - queued)), queued, collected)
        self.held[spent.cause].add(wall)
        left_out = self._limit.admits(now / 1e9)
        if left_out is not None:
            more = f"; {left_out} more since the last such line" if left_out else ""
            log.warning("%s%s", told(spent, self._found, in_tick=in_tick), more)

    def _spent(self) -> tuple[int, int, int]:
        """This thread's time on a processor and without one, and the garbage collector's, in ns so far."""
        collected = self._collected_ns()
        if self._schedstat < 0:
            return time.thread_time_ns(), 0, collected
        running, queued, _slices = os.pread(self._schedstat, 100, 0).split()
        return int(running), int(queued), collected


def _sighting(frame: FrameType | None) -> Sighting:
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no loop runs
        task = None
    work = task.get_coro() if task is not None else None
    call = logs.calling()
    return Sighting(
        places(frame),
        getattr(work, "__qualname__", "") if work is not None else "",
        str(call) if call is not None else leg_served(frame),
    )
