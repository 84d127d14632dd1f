"""How long a call may last, and whether the other side is still there when nothing is heard of it.

    limit of the whole call     from the INVITE on, in both directions
    limit of no audio           both sides agreed on `inactive`: nobody would ever notice that it is forgotten
    keep-alive                  OPTIONS within the dialog (RFC 3261 11), since we use no session timer
    audio that stays away       asked the same, and at once: a muted phone may send nothing at all

Who is heard needs no keep-alive: whoever sends audio, RTCP or requests lives, and some of those answer
OPTIONS within a call with 481. So it is asked of silent ones alone.

Sans-I/O: `now` (seconds) in, what to do and the next deadline out. It must never send, or look at audio.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

GONE = frozenset({408, 481})
"""Answers of somebody who is not there, or knows nothing of the call (12.2.1.2)."""
MOST_FAILURES = 3
"""A request that did not even leave us says little; so many in a row say that there is no way any more."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """In seconds; 0: none."""

    call_s: float = 14_400.0
    inactive_s: float = 3_600.0
    keep_alive_s: float = 60.0
    """Of silence, before we ask."""
    silence_s: float = 600.0
    """Of audio and RTCP that stay away from who answers nevertheless."""


class WatchState(enum.Enum):
    """Whether we ask for a sign of life."""

    UNANSWERED = enum.auto()
    """The call is not up: there is nobody to ask."""
    LISTENING = enum.auto()
    ASKING = enum.auto()


class WatchAction(enum.Enum):
    ASK = enum.auto()
    """Send OPTIONS; `answered` is to be called with what comes of it."""
    END_LATE = enum.auto()
    """The whole call has lasted too long."""
    END_INACTIVE = enum.auto()
    """Nobody wanted audio for too long."""
    END_SILENT = enum.auto()
    """Audio stays away, and there was no other sign of life either, or it has stayed away for too long."""


class CallWatch:
    """Of one call. Ask `deadline` after each method."""

    __slots__ = (
        "_answer_by",
        "_began",
        "_failures",
        "_heard",
        "_inactive_since",
        "_limits",
        "_patience_s",
        "_quiet_since",
        "state",
    )

    def __init__(self, limits: CallLimits, now: float, patience_s: float = 5.0) -> None:
        """`patience_s`: for the answer of somebody whose audio stays away."""
        self.state = WatchState.UNANSWERED
        self._patience_s = patience_s
        self._quiet_since: float | None = None
        """When we were told that audio stays away; None while it does not."""
        self._answer_by: float | None = None
        """Until then there must be another sign of life."""
        self._limits = limits
        self._began = self._heard = now
        self._inactive_since: float | None = None
        self._failures = 0

    @property
    def deadline(self) -> float | None:
        """When to call `due`; None: never."""
        limits, times = self._limits, list[float]()
        if limits.call_s:
            times.append(self._began + limits.call_s)
        if limits.inactive_s and self._inactive_since is not None:
            times.append(self._inactive_since + limits.inactive_s)
        if limits.keep_alive_s and self.state is WatchState.LISTENING:
            times.append(self._heard + limits.keep_alive_s)
        if self._answer_by is not None:
            times.append(self._answer_by)
        if limits.silence_s and self._quiet_since is not None:
            times.append(self._quiet_since + limits.silence_s)
        return min(times, default=None)

    def begun(self, now: float) -> None:
        """The call is up."""
        if self.state is WatchState.UNANSWERED:
            self.state, self._heard = WatchState.LISTENING, now

    def agreed(self, inactive: bool, now: float) -> None:
        """Both sides agreed on audio, or on none in either direction."""
        self._quiet_since = self._answer_by = None  # the patience with audio begins anew
        if not inactive:
            self._inactive_since = None
        elif self._inactive_since is None:
            self._inactive_since = now

    def heard(self, now: float) -> None:
        """A request of the dialog came."""
        self._heard = now
        self._answer_by = None

    def quiet(self, now: float) -> WatchAction | None:
        """Audio and RTCP stay away for longer than they should."""
        if not self._limits.keep_alive_s or self.state is WatchState.UNANSWERED:
            return WatchAction.END_SILENT
        self._quiet_since, self._answer_by = now, now + self._patience_s
        if self.state is WatchState.ASKING:
            return None
        self.state = WatchState.ASKING
        return WatchAction.ASK

    def due(self, now: float, silent_s: float | None) -> WatchAction | None:
        """A deadline may have passed. `silent_s`: seconds since audio or RTCP came; None: none ever did."""
        limits = self._limits
        if limits.call_s and now >= self._began + limits.call_s:
            return WatchAction.END_LATE
        if limits.inactive_s and self._inactive_since is not None:
            if now >= self._inactive_since + limits.inactive_s:
                return WatchAction.END_INACTIVE
        if silent_s is not None:
            self._heard = max(self._heard, now - silent_s)
            if self._quiet_since is not None and now - silent_s > self._quiet_since:
                self._quiet_since = self._answer_by = None
        if self._answer_by is not None and now >= self._answer_by:
            return WatchAction.END_SILENT
        if limits.silence_s and self._quiet_since is not None:
            if now >= self._quiet_since + limits.silence_s:
                return WatchAction.END_SILENT
        if limits.keep_alive_s and self.state is WatchState.LISTENING:
            if now >= self._heard + limits.keep_alive_s:
                self.state = WatchState.ASKING
                return WatchAction.ASK
        return None

    def answered(self, status: int, reached: bool, now: float) -> bool:
        """The final response to our OPTIONS; `reached`: it is somebody's. False when the other side is
        gone."""
        self.state, self._heard = WatchState.LISTENING, now
        if reached:
            self._failures = 0
            self._answer_by = None
            return status not in GONE
        self._failures += 1
        return status not in GONE and self._failures < MOST_FAILURES
