"""Realtime priority for the media thread, where the system permits it, and a guard against its running away.

Beside other work the media thread spends most of a stall in the run queue; with SCHED_FIFO it goes first.
What it starts (threads, workers) begins with normal priority again (SCHED_RESET_ON_FORK). A realtime thread
that never sleeps takes a processor from all others: the kernel tells us after `RUNAWAY_S` without a sleep
(RLIMIT_RTTIME, SIGXCPU; getrlimit(2)), and it goes back to normal priority for a while. Code in C that keeps
the interpreter's lock for ever is beyond that; the kernel then leaves 5 % to others (sched(7), throttling).
"""

from __future__ import annotations

import enum
import logging
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

log = logging.getLogger(__name__)

PRIORITY = 10
"""Of 1 to 99: above all normal work, below the kernel's own threads (50) and below audio servers."""
RUNAWAY_S = 1.0
AGAIN_S = 60.0
"""After it ran away it is tried again."""
HELPER_NICENESS = -10
"""Of a normal thread that shares the interpreter's lock all the time. It must not lose the processor to other
work while it has the lock: the media thread would wait with it, whatever its own priority."""
POLICY = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK


class ThreadPriority(enum.StrEnum):
    NORMAL = "normal"
    """Not asked for, or given back."""
    REALTIME = "realtime"
    REFUSED = "refused"
    """The system does not permit it."""
    LOWERED = "lowered"
    """It ran away; in a while it is tried again."""


class Realtime:
    """The priority of the main thread. All is called there; the guard needs signals."""

    def __init__(self, helper: int | None = None) -> None:
        """`helper`: the system's number of a thread that is to come right behind."""
        self._helper = helper
        self._helper_was = 0
        self.helper_refusal = ""
        """Why the helper does not come right behind, in the system's words; empty when it does."""
        self.standing = ThreadPriority.NORMAL
        self.refusal = ""
        """In the system's words."""
        self.lowered = 0
        """How often it ran away."""
        self._lowered_at = 0.0
        self._unsaid = False
        self._limits: tuple[int, int] | None = None

    def take(self) -> None:
        """Go first, if that is permitted. Raises nothing."""
        if threading.current_thread() is not threading.main_thread():
            self.standing, self.refusal = ThreadPriority.REFUSED, "not on the main thread"
            return
        try:
            if self._limits is None:
                limits = resource.getrlimit(resource.RLIMIT_RTTIME)
                signal.signal(signal.SIGXCPU, self._ran_away)
                _, hard = limits
                wished = int(RUNAWAY_S * 1e6)
                soft = wished if hard == resource.RLIM_INFINITY else min(wished, hard // 2)
                resource.setrlimit(resource.RLIMIT_RTTIME, (soft, hard))
                self._limits = limits
            os.sched_setscheduler(0, POLICY, os.sched_param(PRIORITY))
        except OSError as error:
            self.standing, self.refusal = ThreadPriority.REFUSED, error.strerror or str(error)
        else:
            self.standing = ThreadPriority.REALTIME
            self._hurry(True)

    def give_back(self) -> None:
        """Be like others again. Idempotent."""
        if self._limits is None:
            return
        if self.standing is ThreadPriority.REALTIME:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            self._hurry(False)
        resource.setrlimit(resource.RLIMIT_RTTIME, self._limits)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        self._limits, self.standing = None, ThreadPriority.NORMAL

    def tend(self, now: float) -> None:
        """Every second or so; `now` as time.monotonic has it."""
        if self._unsaid:
            self._unsaid = False
            log.error(
                "the media thread did not sleep for %g s: it has normal priority for the next %g s",
                RUNAWAY_S, AGAIN_S,
            )  # fmt: skip
        if self.standing is ThreadPriority.LOWERED and now - self._lowered_at >= AGAIN_S:
            self.take()

    def _hurry(self, first: bool) -> None:
        """Have the helper come right behind, or as it was before."""
        if self._helper is not None:
            try:
                if first:
                    self._helper_was = os.getpriority(os.PRIO_PROCESS, self._helper)
                os.setpriority(os.PRIO_PROCESS, self._helper, HELPER_NICENESS if first else self._helper_was)
                self.helper_refusal = ""
            except OSError as error:  # a nicety, and the thread may be gone
                if first:
                    self.helper_refusal = error.strerror or str(error)

    def _ran_away(self, number: int, frame: FrameType | None) -> None:
        """SIGXCPU. In the middle of anything: it logs nothing."""
        if self.standing is ThreadPriority.REALTIME:
            self.standing, self._unsaid = ThreadPriority.LOWERED, True
            self._lowered_at = time.monotonic()
            self.lowered += 1
            with suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            self._hurry(False)


def permitted() -> str:
    """Why a thread of ours may not have realtime priority, in the system's words; empty when it may. Tried on
    a thread that ends with it."""
    return _refusal(lambda: os.sched_setscheduler(0, POLICY, os.sched_param(PRIORITY)))


def helper_permitted() -> str:
    """The same for the priority of the helper."""
    return _refusal(lambda: os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), HELPER_NICENESS))


def _refusal(wish: Callable[[], None]) -> str:
    answer = ["no thread could be started"]

    def attempt() -> None:
        try:
            wish()
            answer[0] = ""
        except OSError as error:
            answer[0] = error.strerror or str(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return answer[0]
