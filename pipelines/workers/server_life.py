"""The life of a server process: loading, ready, unwell, dead and started again, as a machine without I/O.

It is told what is seen (it started, its health check answered or not, it ended) with the time, and says what
is to be done. Must never give up a server that was ready once: its models may be the only ones there are.
"""

from __future__ import annotations

import enum

BACKOFF_S = (0.5, 2.0, 5.0, 15.0, 30.0, 60.0)
"""Pauses before the next start; the last one counts on."""
HEALTHY_AFTER_S = 60.0
"""One that was ready for so long starts its back-off anew."""


class LifePhase(enum.StrEnum):
    STOPPED = "stopped"
    LOADING = "loading"
    READY = "ready"
    ENDING = "ending"
    WAITING = "waiting"
    """It has ended, and is started again when its pause is over."""


class ServerLife:
    """`start_limit_s`: to load. `silence_limit_s`: a ready one that answers no health check for so long is
    ended."""

    def __init__(self, start_limit_s: float, silence_limit_s: float) -> None:
        self.phase = LifePhase.STOPPED
        self.restarts = 0
        self.was_ready = False
        """At least once since the first start."""
        self._start_limit_s = start_limit_s
        self._silence_limit_s = silence_limit_s
        self._failures = 0
        self._since = 0.0
        """When this phase began."""
        self._heard = 0.0

    def started(self, now: float) -> None:
        """A process was started."""
        self.restarts += self.phase is LifePhase.WAITING
        self.phase, self._since = LifePhase.LOADING, now

    def checked(self, now: float, healthy: bool) -> str:
        """A health check was answered, or not. Returns why the process must be ended; empty: it may go on."""
        if healthy:
            self._heard = now
            if self.phase is LifePhase.LOADING:
                self.phase, self._since, self.was_ready = LifePhase.READY, now, True
            elif now - self._since > HEALTHY_AFTER_S:
                self._failures = 0
        elif self.phase is LifePhase.LOADING and now - self._since > self._start_limit_s:
            return f"was not ready within {self._start_limit_s:g} s"
        elif self.phase is LifePhase.READY and now - self._heard > self._silence_limit_s:
            return f"answered no health check for {self._silence_limit_s:g} s"
        return ""

    def ended(self, now: float) -> float:
        """The process is gone. Returns the seconds to wait before the next start."""
        self.phase, self._since = LifePhase.WAITING, now
        pause = BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)]
        self._failures += 1
        return pause

    def ending(self) -> None:
        """It is being ended, or has ended by itself: nothing may be asked of it."""
        self.phase = LifePhase.ENDING

    def stopped(self) -> None:
        """Nobody wants it any more."""
        self.phase = LifePhase.STOPPED
