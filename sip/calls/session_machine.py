"""The states of one call on its dialog (RFC 3261 sections 13 to 15), of a change that we ask for, of hold.

    OFFERED ──answer──▶ UNACKNOWLEDGED ◀──answer to a re-INVITE──┐
                          │    └───────────ACK──────────────────▶ UP ◀──they answer── CALLING
                       hang up                                    │
                          ▼                                    hang up, BYE
                       LEAVING ──ACK, or none in time──▶ OVER ◀───┘        (and from every state)

A callee must not send BYE before the ACK to its 200 (section 15): a hang-up waits in LEAVING. A 200 is
repeated until its ACK (13.3.1.4); after 64*T1 without one the call is given up.

Sans-I/O: events and `now` (seconds) in, what to do and the next deadline out. It must never see a message, a
socket or a timer; `sip.calls.session` drives it.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

from sip.transactions.timing import Timing

BLOCKED_S = 0.1
"""A change that would collide with an exchange under way is tried again after this."""


class SessionState(enum.Enum):
    OFFERED = enum.auto()
    """Their INVITE waits for our answer."""
    CALLING = enum.auto()
    """Our INVITE waits for theirs."""
    UNACKNOWLEDGED = enum.auto()
    """The call is up; our 200 to an INVITE waits for its ACK."""
    UP = enum.auto()
    LEAVING = enum.auto()
    """The call is over for everyone but the dialog, whose BYE waits for the ACK."""
    OVER = enum.auto()


class SessionEvent(enum.Enum):
    ANSWER = enum.auto()
    """We send a 200 to an INVITE, the first or a later one."""
    ANSWERED = enum.auto()
    """They answered our INVITE, and our ACK is sent."""
    ACK = enum.auto()
    UNACKNOWLEDGED = enum.auto()
    """No ACK came in time."""
    HANGUP = enum.auto()
    """We end or refuse the call."""
    CANCEL = enum.auto()
    BYE = enum.auto()
    FAILED = enum.auto()
    """The INVITE came to nothing."""


class SessionAction(enum.Enum):
    REPEAT_OK = enum.auto()
    REFUSE = enum.auto()
    """Send an error response to the INVITE."""
    ABANDON = enum.auto()
    """Have our own INVITE cancelled."""
    SEND_BYE = enum.auto()
    LEAVE = enum.auto()
    """The dialog is over, too."""
    END = enum.auto()
    """Tell the leg and the owner, close the audio."""
    TRY_CHANGE = enum.auto()
    """Send the re-INVITE that waited."""
    CANCEL_CHANGE = enum.auto()
    """It was not answered in time."""
    GIVE_UP_CHANGE = enum.auto()
    """Not even its CANCEL brought an answer."""
    DROP_CHANGE = enum.auto()
    """The call ended meanwhile."""
    SAY_HELD = enum.auto()
    """Tell the leg that the far end put us on hold."""
    SAY_RESUMED = enum.auto()


Doing: TypeAlias = tuple[SessionAction, ...]
S, E, D = SessionState, SessionEvent, SessionAction

TABLE: dict[tuple[SessionState, SessionEvent], tuple[SessionState, Doing]] = {
    (S.OFFERED, E.ANSWER): (S.UNACKNOWLEDGED, ()),
    (S.OFFERED, E.HANGUP): (S.OVER, (D.REFUSE, D.LEAVE, D.END)),
    (S.OFFERED, E.CANCEL): (S.OVER, (D.REFUSE, D.LEAVE, D.END)),
    (S.OFFERED, E.BYE): (S.OVER, (D.REFUSE, D.LEAVE, D.END)),
    # Nobody may get it, but what was not answered would wait for ever.
    (S.OFFERED, E.FAILED): (S.OVER, (D.REFUSE, D.LEAVE, D.END)),
    (S.CALLING, E.ANSWERED): (S.UP, ()),
    (S.CALLING, E.HANGUP): (S.CALLING, (D.ABANDON,)),
    (S.CALLING, E.FAILED): (S.OVER, (D.END,)),
    (S.UNACKNOWLEDGED, E.ACK): (S.UP, ()),
    (S.UNACKNOWLEDGED, E.UNACKNOWLEDGED): (S.OVER, (D.SEND_BYE, D.END)),
    (S.UNACKNOWLEDGED, E.HANGUP): (S.LEAVING, (D.END,)),
    (S.UNACKNOWLEDGED, E.CANCEL): (S.UNACKNOWLEDGED, ()),  # too late (9.2)
    (S.UNACKNOWLEDGED, E.BYE): (S.OVER, (D.LEAVE, D.END)),
    (S.UNACKNOWLEDGED, E.FAILED): (S.UNACKNOWLEDGED, ()),
    (S.UP, E.ANSWER): (S.UNACKNOWLEDGED, ()),
    (S.UP, E.ACK): (S.UP, ()),  # repeated
    (S.UP, E.HANGUP): (S.OVER, (D.SEND_BYE, D.END)),
    (S.UP, E.CANCEL): (S.UP, ()),
    (S.UP, E.BYE): (S.OVER, (D.LEAVE, D.END)),
    (S.UP, E.FAILED): (S.UP, ()),
    (S.LEAVING, E.ACK): (S.OVER, (D.SEND_BYE,)),
    (S.LEAVING, E.UNACKNOWLEDGED): (S.OVER, (D.SEND_BYE,)),
    (S.LEAVING, E.HANGUP): (S.LEAVING, ()),
    (S.LEAVING, E.CANCEL): (S.LEAVING, ()),
    (S.LEAVING, E.BYE): (S.OVER, (D.LEAVE,)),
    (S.LEAVING, E.FAILED): (S.LEAVING, ()),
    (S.OVER, E.ACK): (S.OVER, ()),
    (S.OVER, E.HANGUP): (S.OVER, ()),
    (S.OVER, E.CANCEL): (S.OVER, ()),
    (S.OVER, E.BYE): (S.OVER, (D.LEAVE,)),  # it crossed ours
    (S.OVER, E.FAILED): (S.OVER, ()),
}
"""What is not in here is a fault of the driver's and raises."""


class Change(enum.Enum):
    """A re-INVITE of ours."""

    NONE = enum.auto()
    WAITING = enum.auto()
    """It is to be sent at `change_at`."""
    ASKED = enum.auto()
    """It is under way; no response came yet, so that it cannot be cancelled."""
    PROCEEDING = enum.auto()
    """Somebody works on it."""
    CANCELLED = enum.auto()
    """It is under way still, and so is its CANCEL, if it could be sent."""


class ChangeEvent(enum.Enum):
    """What happens to a change."""

    WANTED = enum.auto()
    BLOCKED = enum.auto()
    """Another exchange is under way: try later."""
    SENT = enum.auto()
    PROVISIONAL = enum.auto()
    AGAIN = enum.auto()
    """It must be sent once more: for a challenge at once, for glare (491) after a while."""
    OVERDUE = enum.auto()
    """Its final answer did not come in time."""
    SETTLED = enum.auto()
    """It was accepted or refused, or the call ended."""


CHANGES: dict[tuple[Change, ChangeEvent], Change] = {
    (Change.NONE, ChangeEvent.WANTED): Change.WAITING,
    (Change.WAITING, ChangeEvent.BLOCKED): Change.WAITING,
    (Change.WAITING, ChangeEvent.SENT): Change.ASKED,
    (Change.WAITING, ChangeEvent.SETTLED): Change.NONE,
    (Change.ASKED, ChangeEvent.PROVISIONAL): Change.PROCEEDING,
    (Change.ASKED, ChangeEvent.AGAIN): Change.WAITING,
    (Change.ASKED, ChangeEvent.OVERDUE): Change.CANCELLED,
    (Change.ASKED, ChangeEvent.SETTLED): Change.NONE,
    (Change.PROCEEDING, ChangeEvent.PROVISIONAL): Change.PROCEEDING,
    (Change.PROCEEDING, ChangeEvent.AGAIN): Change.WAITING,
    (Change.PROCEEDING, ChangeEvent.OVERDUE): Change.CANCELLED,
    (Change.PROCEEDING, ChangeEvent.SETTLED): Change.NONE,
    (Change.CANCELLED, ChangeEvent.PROVISIONAL): Change.CANCELLED,
    (Change.CANCELLED, ChangeEvent.OVERDUE): Change.CANCELLED,
    (Change.CANCELLED, ChangeEvent.SETTLED): Change.NONE,
}


class FarEnd(enum.Enum):
    """What the far end does with us."""

    LISTENS = enum.auto()
    HOLDS = enum.auto()


HOLDS: dict[tuple[FarEnd, bool], tuple[FarEnd, Doing]] = {
    (FarEnd.LISTENS, False): (FarEnd.LISTENS, ()),
    (FarEnd.LISTENS, True): (FarEnd.HOLDS, (D.SAY_HELD,)),
    (FarEnd.HOLDS, True): (FarEnd.HOLDS, ()),
    (FarEnd.HOLDS, False): (FarEnd.LISTENS, (D.SAY_RESUMED,)),
}
"""By whether what was agreed on now holds us."""

_OVERDUE: dict[Change, Doing] = {
    Change.WAITING: (SessionAction.TRY_CHANGE,),
    Change.ASKED: (),
    Change.PROCEEDING: (SessionAction.CANCEL_CHANGE,),
    Change.CANCELLED: (SessionAction.GIVE_UP_CHANGE,),
}


class SessionMachine:
    """`happened` and `due` return what is to be done, in order; ask `deadline` after each."""

    __slots__ = (
        "_change_at",
        "_give_up_at",
        "_period",
        "_repeat_at",
        "_timing",
        "change",
        "far_end",
        "state",
    )

    def __init__(self, state: SessionState, timing: Timing) -> None:
        self.state = state
        self.change = Change.NONE
        self.far_end = FarEnd.LISTENS
        self._timing = timing
        self._period = self._repeat_at = self._give_up_at = self._change_at = 0.0

    @property
    def up(self) -> bool:
        return self.state in (SessionState.UP, SessionState.UNACKNOWLEDGED)

    @property
    def unanswered(self) -> bool:
        return self.state in (SessionState.OFFERED, SessionState.CALLING)

    @property
    def over(self) -> bool:
        return self.state in (SessionState.LEAVING, SessionState.OVER)

    @property
    def unacknowledged(self) -> bool:
        """A 200 of ours is being repeated."""
        return self.state in (SessionState.UNACKNOWLEDGED, SessionState.LEAVING)

    @property
    def asking(self) -> bool:
        """An offer of ours is under way: theirs must wait."""
        return self.change in (Change.ASKED, Change.PROCEEDING, Change.CANCELLED)

    @property
    def deadline(self) -> float | None:
        """When to call `due`; None: something must happen first."""
        times = [self._repeat_at] if self.unacknowledged else []
        if self.change is not Change.NONE:
            times.append(self._change_at)
        return min(times, default=None)

    def happened(self, event: SessionEvent, now: float) -> Doing:
        """Raises KeyError for what cannot happen now."""
        self.state, doing = TABLE[self.state, event]
        if event is SessionEvent.ANSWER:
            self._period = self._timing.t1
            self._repeat_at = now + self._period
            self._give_up_at = now + self._timing.patience
        if SessionAction.END in doing and self.change is not Change.NONE:
            self.change = CHANGES[self.change, ChangeEvent.SETTLED]
            doing = (SessionAction.DROP_CHANGE, *doing)
        return doing

    def agreed(self, held: bool) -> Doing:
        """Both sides agreed on audio, with us on hold or not."""
        self.far_end, doing = HOLDS[self.far_end, held]
        return doing

    def changed(self, turn: ChangeEvent, now: float, wait: float = 0.0) -> None:
        """`wait`: seconds until a change that waits is to be sent. Raises KeyError for what cannot be."""
        self.change = CHANGES[self.change, turn]
        if turn is not ChangeEvent.PROVISIONAL:  # it buys no more time
            self._change_at = now + (self._timing.patience if self.asking else wait)

    def due(self, now: float) -> Doing:
        """A deadline may have passed."""
        doing: Doing = ()
        if self.unacknowledged and now >= self._repeat_at:
            if now >= self._give_up_at:
                doing = self.happened(SessionEvent.UNACKNOWLEDGED, now)
            else:
                self._period = min(2 * self._period, self._timing.t2)
                self._repeat_at = now + self._period
                doing = (SessionAction.REPEAT_OK,)
        if self.change is not Change.NONE and now >= self._change_at:
            doing += _OVERDUE[self.change]
            if self.asking:
                self.changed(ChangeEvent.OVERDUE, now)
        return doing
