"""What was called out of late: calls, time and money, in minutes of the clock, over a rolling day.

Pure; `minute` is minutes since 1970. One of these is one scope's on this server; what other servers on the
same database have used is added as a whole.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

HOUR, DAY = 60, 1440


@dataclass(frozen=True, slots=True)
class Used:
    """`ms`: milliseconds talked; `micros`: millionths of the currency."""

    calls_minute: int = 0
    calls_hour: int = 0
    calls_day: int = 0
    ms_day: int = 0
    micros_day: int = 0

    def __add__(self, other: Used) -> Used:
        return Used(
            self.calls_minute + other.calls_minute, self.calls_hour + other.calls_hour,
            self.calls_day + other.calls_day, self.ms_day + other.ms_day, self.micros_day + other.micros_day,
        )  # fmt: skip


@dataclass(slots=True)
class MinuteUsed:
    """Of one scope in one minute, on this server."""

    minute: int
    calls: int = 0
    ms: int = 0
    micros: int = 0


NOTHING_USED = Used()


class RollingUsage:
    """Of one scope. Minutes are added in order; one that is older than the last counts to the last."""

    def __init__(self) -> None:
        self._minutes: deque[MinuteUsed] = deque()
        self._calls = self._ms = self._micros = 0

    @property
    def last(self) -> MinuteUsed | None:
        """The newest minute in which something was used."""
        return self._minutes[-1] if self._minutes else None

    def add(self, minute: int, *, calls: int = 0, ms: int = 0, micros: int = 0) -> MinuteUsed:
        """Returns what that minute has now."""
        self._forget(minute)
        last = self._minutes[-1] if self._minutes else None
        if last is None or last.minute < minute:
            last = MinuteUsed(minute)
            self._minutes.append(last)
        last.calls += calls
        last.ms += ms
        last.micros += micros
        self._calls += calls
        self._ms += ms
        self._micros += micros
        return last

    def used(self, minute: int) -> Used:
        """Up to this minute."""
        self._forget(minute)
        in_minute = in_hour = 0
        for each in reversed(self._minutes):
            if each.minute <= minute - HOUR:
                break
            in_hour += each.calls
            in_minute += each.calls if each.minute >= minute else 0
        return Used(in_minute, in_hour, self._calls, self._ms, self._micros)

    def _forget(self, minute: int) -> None:
        while self._minutes and self._minutes[0].minute <= minute - DAY:
            gone = self._minutes.popleft()
            self._calls -= gone.calls
            self._ms -= gone.ms
            self._micros -= gone.micros
