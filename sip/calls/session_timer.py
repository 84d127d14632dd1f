"""The session timer of a call (RFC 4028): a session that nobody refreshes in time is over.

    OFF ──agreed──▶ OURS ──half of the interval──▶ REFRESH, until it is agreed on anew
                 ▶ THEIRS
    OURS, THEIRS ──nobody refreshed until shortly before the end──▶ EXPIRE

Which side refreshes is agreed on anew with each INVITE and UPDATE that is answered with 2xx; the words "uac"
and "uas" mean the sides of that request and no others. `grant` and `asked` are the two sides' parts of it.

Sans-I/O: `now` (seconds) in, what to do and the next deadline out. It must never send.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias

from sip.messages.extensions import TIMER, SessionExpires, min_se, options, supports
from sip.messages.message import Request, Response

DEFAULT_MIN_SE = 90
"""Seconds; what no Min-SE header means (section 5)."""
SPARE_S = 32.0
"""So long before the end a session that was not refreshed is given up, or a third of it if that is less
(section 10)."""
SOON_S = 5.0
"""A refresh that came to nothing, and not for want of the other side, is tried again after this."""

MOST_LESSONS = 3
"""So many times in one call we ask once more because our interval was too short: each proxy on the way may
want another one, and none is to have us ask for ever."""

Lines: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TimerPolicy:
    """What we ask for and what we grant."""

    expires_s: int = 1800
    """Of the calls that we place; 0: we ask for none. Who asks us for one gets it all the same."""
    least_s: int = DEFAULT_MIN_SE
    """Shorter ones are refused with 422, and what the other side names below it is not taken at its word."""


class TimerState(enum.Enum):
    OFF = enum.auto()
    """Sessions without a timer, of peers that know none."""
    OURS = enum.auto()
    """We refresh."""
    THEIRS = enum.auto()


class TimerAction(enum.Enum):
    REFRESH = enum.auto()
    """Send UPDATE or re-INVITE; `agreed`, `off` or `failed` is to be called with what comes of it."""
    EXPIRE = enum.auto()
    """Hang up."""


class SessionTimer:
    """Of one call. Ask `deadline` after each method."""

    __slots__ = ("_end_at", "_lessons", "_refresh_at", "interval_s", "least_s", "policy", "state")

    def __init__(self, policy: TimerPolicy) -> None:
        self.policy = policy
        self.state = TimerState.OFF
        self.interval_s = 0
        """Agreed on; 0: nothing yet."""
        self.least_s = 0
        """What a 422 of theirs has taught us; 0: nothing."""
        self._lessons = 0
        self._end_at = 0.0
        self._refresh_at: float | None = None
        """None: it is under way, or not ours to send."""

    @property
    def deadline(self) -> float | None:
        """When to call `due`; None: never."""
        if self.state is TimerState.OFF:
            return None
        return self._end_at if self._refresh_at is None else min(self._refresh_at, self._end_at)

    def agreed(self, interval_s: int, *, ours: bool, now: float) -> None:
        """A request was answered with 2xx. `ours`: the next refresh is for us to send."""
        interval_s = max(interval_s, self.policy.least_s)  # nobody is to have us refresh every second
        self.state = TimerState.OURS if ours else TimerState.THEIRS
        self.interval_s = interval_s
        self._end_at = now + interval_s - min(SPARE_S, interval_s / 3)
        self._refresh_at = now + interval_s / 2 if ours else None

    def off(self) -> None:
        """A request was answered with 2xx, and the session has no timer any more."""
        self.state, self._refresh_at = TimerState.OFF, None

    def failed(self, now: float) -> None:
        """Our refresh was refused, and not for the end of the call."""
        if self.state is TimerState.OURS:
            self._refresh_at = now + SOON_S

    def due(self, now: float) -> TimerAction | None:
        """A deadline may have passed."""
        if self.state is TimerState.OFF:
            return None
        if now >= self._end_at:
            self.off()
            return TimerAction.EXPIRE
        if self._refresh_at is not None and now >= self._refresh_at:
            self._refresh_at = None
            return TimerAction.REFRESH
        return None

    # -- requests of ours

    def asked(self) -> Lines:
        """What an INVITE or UPDATE of ours says: the first one what we want, later ones what is agreed."""
        lines = []
        if self.state is not TimerState.OFF:
            refresher = "uac" if self.state is TimerState.OURS else "uas"
            lines.append(("Session-Expires", str(SessionExpires(self.interval_s, refresher))))
        elif not self.interval_s and self.policy.expires_s:
            seconds = max(self.policy.expires_s, self.least_s, self.policy.least_s)
            lines.append(("Session-Expires", str(SessionExpires(seconds))))
        least = max(self.least_s, self.policy.least_s)
        if lines and least != DEFAULT_MIN_SE:
            lines.append(("Min-SE", str(least)))
        return lines

    def too_short(self, response: Response) -> bool:
        """A 422 came. Whether it taught us what to ask for, so that another try is of use (section 7.4)."""
        least, self._lessons = min_se(response), self._lessons + 1
        if (
            least is None
            or self._lessons > MOST_LESSONS
            or least <= max(self.least_s, self.interval_s or self.policy.expires_s)
        ):
            return False
        self.least_s = least
        self.interval_s = max(self.interval_s, least) if self.state is not TimerState.OFF else 0
        return True

    def answered(self, response: Response, now: float) -> None:
        """An INVITE or UPDATE of ours was answered with 2xx."""
        named = SessionExpires.of(response)
        if named is None:
            self.off()
        else:
            # Who forgets to say which side it is has not taken it upon itself.
            self.agreed(named.seconds, ours=named.refresher != "uas", now=now)

    # -- requests of theirs

    def granted(self, request: Request, now: float) -> Lines:
        """An INVITE or UPDATE of theirs is answered with 2xx, which says this (section 9)."""
        wanted = SessionExpires.of(request)
        if wanted is None:
            self.off()
            return []
        knows = supports(request, TIMER)
        refresher = (wanted.refresher or "uac") if knows else "uas"
        self.agreed(wanted.seconds, ours=refresher == "uas", now=now)
        lines = [("Session-Expires", str(SessionExpires(self.interval_s, refresher)))]
        return [*lines, ("Require", TIMER)] if refresher == "uac" else lines


def refused(request: Request, policy: TimerPolicy) -> Response | None:
    """The 422 to a request that wants a session too short for us; None when there is nothing to refuse. Who
    knows no timers did not ask, some proxy did, and could do nothing about it (section 8.1)."""
    wanted = SessionExpires.of(request)
    if wanted is None or wanted.seconds >= policy.least_s or TIMER not in options(request, "Supported"):
        return None
    return request.response(422, headers=[("Min-SE", str(policy.least_s))])
