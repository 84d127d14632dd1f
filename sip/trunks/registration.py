"""When we register at a trunk's server, refresh that, wait after a failure, and give up (:rfc:`3261` 10.2).

    IDLE ──▶ ASKING ──granted──▶ REGISTERED ──80 to 90 % of the time, or disturbed──▶ ASKING
             ▲ ▲ │ ├─too brief (423): at once, with what it asks for
             │ │ │ ├─failed──▶ WAITING ──from seconds to minutes──▶ ASKING
             │ │ │ └─password refused──▶ DOUBTING ──once more──▶ ASKING ──refused again──▶ STOPPED
             │ └───────────────────────────────────────────────────┘
           leave ──▶ LEAVING ──any answer, or none in time──▶ OVER

A registrar that says no to a password is asked once more and then left alone until the row changes: who goes
on guessing gets the account locked. What was granted before holds until its time is over, whatever fails.

Sans-I/O: answers and `now` (seconds) in, what to send and the next deadline out.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TypeAlias

from sip.trunks.registrar_answer import Outcome, RegistrarAnswer

EARLIEST, LATEST = 0.8, 0.9
"""Shares of the granted time after which it is refreshed."""
SHORTEST_REFRESH_S = 2.0
FIRST_WAIT_S, LONGEST_WAIT_S = 4.0, 300.0
"""After a failure that may be over soon (no answer, 5xx)."""
FIRST_REFUSED_S, LONGEST_REFUSED_S = 60.0, 1800.0
"""After one that somebody has to mend (403, 404, 3xx)."""
DOUBT_S = 30.0
"""Before a refused password is tried for the second and last time."""


class RegistrationState(enum.Enum):
    IDLE = enum.auto()
    ASKING = enum.auto()
    REGISTERED = enum.auto()
    WAITING = enum.auto()
    DOUBTING = enum.auto()
    """Our password was refused once."""
    STOPPED = enum.auto()
    """And a second time."""
    LEAVING = enum.auto()
    OVER = enum.auto()


class RegistrationEvent(enum.Enum):
    BEGIN = enum.auto()
    ANSWERED = enum.auto()
    """It was granted."""
    TOO_BRIEF = enum.auto()
    FAILED = enum.auto()
    PASSWORD_REFUSED = enum.auto()
    PASSWORD_REFUSED_AGAIN = enum.auto()
    DUE = enum.auto()
    DISTURBED = enum.auto()
    """The connection it was made on is closed, or our address is another one."""
    CAME_BACK = enum.auto()
    """The server answers again after a silence: it may have forgotten us."""
    LEAVE = enum.auto()
    LEAVE_AT_ONCE = enum.auto()
    """There is nothing to take back."""


class RegistrationAction(enum.Enum):
    ASK = enum.auto()
    TAKE_BACK = enum.auto()
    """Ask for no time at all."""


Doing: TypeAlias = tuple[RegistrationAction, ...]
S, E, D = RegistrationState, RegistrationEvent, RegistrationAction

TABLE: dict[tuple[RegistrationState, RegistrationEvent], tuple[RegistrationState, Doing]] = {
    (S.IDLE, E.BEGIN): (S.ASKING, (D.ASK,)),
    (S.IDLE, E.LEAVE_AT_ONCE): (S.OVER, ()),
    (S.ASKING, E.ANSWERED): (S.REGISTERED, ()),
    (S.ASKING, E.TOO_BRIEF): (S.ASKING, (D.ASK,)),
    (S.ASKING, E.FAILED): (S.WAITING, ()),
    (S.ASKING, E.PASSWORD_REFUSED): (S.DOUBTING, ()),
    (S.ASKING, E.PASSWORD_REFUSED_AGAIN): (S.STOPPED, ()),
    (S.ASKING, E.DISTURBED): (S.ASKING, ()),  # what goes out next says where we are
    (S.ASKING, E.CAME_BACK): (S.ASKING, ()),
    (S.ASKING, E.LEAVE): (S.LEAVING, (D.TAKE_BACK,)),
    (S.ASKING, E.LEAVE_AT_ONCE): (S.OVER, ()),
    (S.REGISTERED, E.DUE): (S.ASKING, (D.ASK,)),
    (S.REGISTERED, E.DISTURBED): (S.ASKING, (D.ASK,)),
    (S.REGISTERED, E.CAME_BACK): (S.ASKING, (D.ASK,)),
    (S.REGISTERED, E.LEAVE): (S.LEAVING, (D.TAKE_BACK,)),
    (S.REGISTERED, E.LEAVE_AT_ONCE): (S.OVER, ()),
    (S.WAITING, E.DUE): (S.ASKING, (D.ASK,)),
    (S.WAITING, E.DISTURBED): (S.WAITING, ()),  # a server that closes each connection is asked no sooner
    (S.WAITING, E.CAME_BACK): (S.ASKING, (D.ASK,)),
    (S.WAITING, E.LEAVE): (S.LEAVING, (D.TAKE_BACK,)),
    (S.WAITING, E.LEAVE_AT_ONCE): (S.OVER, ()),
    (S.DOUBTING, E.DUE): (S.ASKING, (D.ASK,)),
    (S.DOUBTING, E.DISTURBED): (S.DOUBTING, ()),
    (S.DOUBTING, E.CAME_BACK): (S.DOUBTING, ()),
    (S.DOUBTING, E.LEAVE): (S.OVER, ()),  # it takes no word of ours
    (S.DOUBTING, E.LEAVE_AT_ONCE): (S.OVER, ()),
    (S.STOPPED, E.DISTURBED): (S.STOPPED, ()),
    (S.STOPPED, E.CAME_BACK): (S.STOPPED, ()),
    (S.STOPPED, E.LEAVE): (S.OVER, ()),
    (S.STOPPED, E.LEAVE_AT_ONCE): (S.OVER, ()),
    (S.LEAVING, E.ANSWERED): (S.OVER, ()),
    (S.LEAVING, E.TOO_BRIEF): (S.OVER, ()),
    (S.LEAVING, E.FAILED): (S.OVER, ()),
    (S.LEAVING, E.PASSWORD_REFUSED): (S.OVER, ()),
    (S.LEAVING, E.PASSWORD_REFUSED_AGAIN): (S.OVER, ()),
}
"""What is not in here is a fault of the driver's and raises."""

_TIMED = frozenset({S.REGISTERED, S.WAITING, S.DOUBTING})
_EVENTS = {
    Outcome.GRANTED: E.ANSWERED,
    Outcome.TOO_BRIEF: E.TOO_BRIEF,
    Outcome.FAILED: E.FAILED,
    Outcome.REFUSED: E.FAILED,
}


class Registration:
    """Of one trunk. Each method returns what is to be sent, in order; ask `deadline` after it."""

    def __init__(self, expires_s: int, draw: Callable[[], float]) -> None:
        """`expires_s`: asked for. `draw`: evenly from [0, 1), so that many of us do not come at once."""
        self.state = RegistrationState.IDLE
        self.expires_s = expires_s
        self.why = ""
        """What went wrong last, in words; empty while nothing does."""
        self.routes: tuple[str, ...] = ()
        """Service-Route of what is granted (:rfc:`3608`), as Route values."""
        self._draw = draw
        self._at = 0.0
        self._granted_until: float | None = None
        self._failures = 0
        self._refusals = 0
        self._password_refused = False
        self._raised = False
        """It said 423, and is asked for what it wants now."""

    @property
    def deadline(self) -> float | None:
        """When to call `due`; None: something must happen first."""
        return self._at if self.state in _TIMED else None

    def granted(self, now: float) -> bool:
        """Whether calls reach us by it, as far as we know."""
        return self._granted_until is not None and now < self._granted_until

    # -- what happens

    def begin(self, now: float) -> Doing:
        return self._happened(E.BEGIN)

    def due(self, now: float) -> Doing:
        """A deadline may have passed."""
        at = self.deadline
        return self._happened(E.DUE) if at is not None and now >= at else ()

    def disturbed(self, now: float) -> Doing:
        """The way that it was made on is gone."""
        return self._happened(E.DISTURBED)

    def came_back(self, now: float) -> Doing:
        """It was silent, and answers again."""
        return self._happened(E.CAME_BACK)

    def leave(self, now: float) -> Doing:
        """We are going."""
        return self._happened(E.LEAVE if self.granted(now) else E.LEAVE_AT_ONCE)

    def answered(self, answer: RegistrarAnswer, now: float) -> Doing:
        """To our last request; `Outcome.FAILED` when none came."""
        if self.state is S.LEAVING:
            self._granted_until = None
            return self._happened(E.ANSWERED)
        match answer.outcome:
            case Outcome.GRANTED:
                self._succeeded(answer, now)
            case Outcome.TOO_BRIEF:
                if self._raised or answer.wanted_s <= self.expires_s:
                    return self._failed(answer, now, f"{answer.why}, and again when asked for that")
                self.expires_s, self._raised = answer.wanted_s, True
            case Outcome.PASSWORD_REFUSED:
                return self._doubted(answer, now)
            case _:
                return self._failed(answer, now, answer.why)
        return self._happened(_EVENTS[answer.outcome])

    # -- inside

    def _succeeded(self, answer: RegistrarAnswer, now: float) -> None:
        self._granted_until = now + answer.granted_s
        share = EARLIEST + (LATEST - EARLIEST) * self._draw()
        self._at = now + max(SHORTEST_REFRESH_S, share * answer.granted_s)
        self._failures = self._refusals = 0
        self._password_refused = self._raised = False
        self.routes, self.why = answer.routes, ""

    def _doubted(self, answer: RegistrarAnswer, now: float) -> Doing:
        self.why = answer.why
        self._granted_until = None
        again, self._password_refused = self._password_refused, True
        self._at = now + DOUBT_S * (1 + self._draw())
        return self._happened(E.PASSWORD_REFUSED_AGAIN if again else E.PASSWORD_REFUSED)

    def _failed(self, answer: RegistrarAnswer, now: float, why: str) -> Doing:
        self.why = why
        self._raised = False
        if answer.outcome is Outcome.FAILED:
            wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(self._failures, 16))
            self._failures += 1
        else:
            wait = min(LONGEST_REFUSED_S, FIRST_REFUSED_S * 2 ** min(self._refusals, 16))
            self._refusals += 1
            self._granted_until = None
        # Between half of it and all of it; what the registrar asks for is the least.
        self._at = now + max(wait * (1 + self._draw()) / 2, min(answer.wait_s, LONGEST_REFUSED_S))
        return self._happened(E.FAILED)

    def _happened(self, event: RegistrationEvent) -> Doing:
        self.state, doing = TABLE[self.state, event]
        return doing
