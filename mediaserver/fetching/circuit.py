"""A circuit breaker: a host that fails time and again is not asked for a while, so that callers are answered
at once and the host can recover (M. Nygard, "Release It!").

    CLOSED ──5 failures in a row, each within 60 s of the one before──▶ OPEN
    OPEN ──10 s, twice as long each time, 120 s at most──▶ HALF_OPEN: one request is let through
    HALF_OPEN ──it succeeds──▶ CLOSED          HALF_OPEN ──it fails──▶ OPEN
    HALF_OPEN ──it is given up──▶ HALF_OPEN, and the next is let through

Pure: `now` in, in seconds of one clock. Who was let in tells how it ended, with the ticket that it was given:
what began before the circuit changed says nothing any more.
"""

from __future__ import annotations

from enum import Enum, auto

FAILURES = 5
FORGET_S = 60.0
OPEN_S = 10.0
MOST_OPEN_S = 120.0


class CircuitState(Enum):
    CLOSED = auto()
    OPEN = auto()
    HALF_OPEN = auto()


class Circuit:
    def __init__(self) -> None:
        self._state = CircuitState.CLOSED
        self._ticket = 0
        """Another one with each change of state."""
        self._failures = 0
        self._failed_at = 0.0
        self._open_s = OPEN_S
        self._until = 0.0
        self._trying = False
        self.why = ""
        """Of the last failure."""

    def state(self, now: float) -> CircuitState:
        if self._state is CircuitState.OPEN and now >= self._until:
            self._become(CircuitState.HALF_OPEN)
        return self._state

    def enter(self, now: float) -> int | None:
        """A ticket for one request, or None: it is not to be sent."""
        state = self.state(now)
        if state is CircuitState.OPEN or self._trying:
            return None
        self._trying = state is CircuitState.HALF_OPEN
        return self._ticket

    def opens_in(self, now: float) -> float:
        """Seconds until a request is let through again; 0 when it is only waited for another's end."""
        return max(0.0, self._until - now) if self.state(now) is CircuitState.OPEN else 0.0

    def succeeded(self, ticket: int) -> None:
        if ticket != self._ticket:
            return
        self._failures, self._open_s = 0, OPEN_S
        if self._state is CircuitState.HALF_OPEN:
            self._become(CircuitState.CLOSED)

    def failed(self, ticket: int, now: float, why: str) -> bool:
        """Whether this opened it."""
        if ticket != self._ticket:
            return False
        self._failures = self._failures + 1 if now - self._failed_at <= FORGET_S else 1
        self._failed_at, self.why = now, why
        if self._state is CircuitState.HALF_OPEN:
            self._open_s = min(2 * self._open_s, MOST_OPEN_S)
        elif self._failures < FAILURES:
            return False
        self._until = now + self._open_s
        self._become(CircuitState.OPEN)
        return True

    def abandoned(self, ticket: int) -> None:
        """It ended without a word on the host: it was cancelled, or given less time than answers take."""
        if ticket == self._ticket:
            self._trying = False

    def _become(self, state: CircuitState) -> None:
        self._state, self._trying = state, False
        self._ticket += 1
