"""The states of a call that we place, from the INVITE to its last answer (RFC 3261 sections 9.1 and 13.2).

    NEW ──▶ CALLING ──1xx──▶ PROCEEDING, RINGING ──2xx──▶ ANSWERED
               │ ▲──────── once more ────│                    └─nothing in common─▶ OVER
           give up                    give up
               ▼                         ▼
          GIVEN_UP ───────1xx─────▶ CANCELLING ──any final answer, or none in 64*T1──▶ OVER

A 3xx leads from a waiting state to SENT_ON, and from there to CALLING anew, or to the end.
Audio may be agreed on before the answer, once or with each fork that rings (HEAR); that changes no state.
A CANCEL must not go out before a provisional response (9.1): who gives up earlier waits in GIVEN_UP. An
answer may cross the CANCEL, and each fork of the INVITE may answer: every 2xx gets its ACK from the driver,
and what is not to become the call is hung up on (DROP). END tells whoever waits, and comes at most once.

Sans-I/O: events and `now` (seconds) in, what to do and the next deadline out. It must never see a message, a
socket or a timer; `sip.calls.outgoing` drives it.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

from sip.transactions.timing import Timing


class OutgoingState(enum.Enum):
    NEW = enum.auto()
    CALLING = enum.auto()
    """No response to the last INVITE yet."""
    PROCEEDING = enum.auto()
    """Somebody has it (100)."""
    RINGING = enum.auto()
    SENT_ON = enum.auto()
    """Nothing is under way: the next one who may be asked is looked for (3xx)."""
    ANSWERED = enum.auto()
    GIVEN_UP = enum.auto()
    """Nobody waits any more, and it cannot be cancelled yet."""
    CANCELLING = enum.auto()
    OVER = enum.auto()


class OutgoingEvent(enum.Enum):
    PLACE = enum.auto()
    TRYING = enum.auto()
    """100."""
    RINGING = enum.auto()
    """101 to 198: it rings there, or somebody works on it that is more than a proxy."""
    EARLY_MEDIA = enum.auto()
    """Audio was agreed on before the answer."""
    ANSWER = enum.auto()
    """The first 2xx of a fork."""
    UNACCEPTABLE = enum.auto()
    """Its answer to our offer cannot be used."""
    AGAIN = enum.auto()
    """Refused for want of something that the next INVITE has: a proof (401, 407), a longer session (422)."""
    SENT_ON = enum.auto()
    """Refused by 3xx or by whom that named, and somebody else may be asked."""
    FOUND = enum.auto()
    """Somebody else, who can be sent an INVITE."""
    REFUSED = enum.auto()
    """Any other final response; or nobody else was found."""
    FAILED = enum.auto()
    """No response came, or the INVITE could not go out."""
    GIVE_UP = enum.auto()
    """Nobody wants the call any more."""
    OVERDUE = enum.auto()
    """The deadline passed."""


class OutgoingAction(enum.Enum):
    SEND_INVITE = enum.auto()
    LOOK_ON = enum.auto()
    """Find the next one who may be asked."""
    SEND_CANCEL = enum.auto()
    RANG = enum.auto()
    """It rings for the first time."""
    HEAR = enum.auto()
    """Audio comes from now on, or from elsewhere than before."""
    ESTABLISH = enum.auto()
    """This fork is the call."""
    DROP = enum.auto()
    """Send BYE to this fork."""
    FORGET = enum.auto()
    """The CANCEL brought no end: drop the INVITE's transaction."""
    HANG_UP = enum.auto()
    """End the call that was answered."""
    END = enum.auto()
    """Tell whoever waits, and the leg."""


Doing: TypeAlias = tuple[OutgoingAction, ...]
S, E, D = OutgoingState, OutgoingEvent, OutgoingAction

TABLE: dict[tuple[OutgoingState, OutgoingEvent], tuple[OutgoingState, Doing]] = {
    (S.NEW, E.PLACE): (S.CALLING, (D.SEND_INVITE,)),
    (S.NEW, E.GIVE_UP): (S.OVER, (D.END,)),
    (S.CALLING, E.TRYING): (S.PROCEEDING, ()),
    (S.CALLING, E.RINGING): (S.RINGING, (D.RANG,)),
    (S.CALLING, E.EARLY_MEDIA): (S.CALLING, (D.HEAR,)),
    (S.CALLING, E.ANSWER): (S.ANSWERED, (D.ESTABLISH,)),
    (S.CALLING, E.AGAIN): (S.CALLING, (D.SEND_INVITE,)),
    (S.CALLING, E.SENT_ON): (S.SENT_ON, (D.LOOK_ON,)),
    (S.CALLING, E.REFUSED): (S.OVER, (D.END,)),
    (S.CALLING, E.FAILED): (S.OVER, (D.END,)),
    (S.CALLING, E.GIVE_UP): (S.GIVEN_UP, (D.END,)),
    (S.CALLING, E.OVERDUE): (S.GIVEN_UP, (D.END,)),
    (S.PROCEEDING, E.TRYING): (S.PROCEEDING, ()),
    (S.PROCEEDING, E.RINGING): (S.RINGING, (D.RANG,)),
    (S.PROCEEDING, E.EARLY_MEDIA): (S.PROCEEDING, (D.HEAR,)),
    (S.PROCEEDING, E.ANSWER): (S.ANSWERED, (D.ESTABLISH,)),
    (S.PROCEEDING, E.AGAIN): (S.CALLING, (D.SEND_INVITE,)),
    (S.PROCEEDING, E.SENT_ON): (S.SENT_ON, (D.LOOK_ON,)),
    (S.PROCEEDING, E.REFUSED): (S.OVER, (D.END,)),
    (S.PROCEEDING, E.FAILED): (S.OVER, (D.END,)),
    (S.PROCEEDING, E.GIVE_UP): (S.CANCELLING, (D.END, D.SEND_CANCEL)),
    (S.PROCEEDING, E.OVERDUE): (S.CANCELLING, (D.END, D.SEND_CANCEL)),
    (S.RINGING, E.TRYING): (S.RINGING, ()),
    (S.RINGING, E.RINGING): (S.RINGING, ()),
    (S.RINGING, E.EARLY_MEDIA): (S.RINGING, (D.HEAR,)),
    (S.RINGING, E.ANSWER): (S.ANSWERED, (D.ESTABLISH,)),
    (S.RINGING, E.AGAIN): (S.CALLING, (D.SEND_INVITE,)),
    (S.RINGING, E.SENT_ON): (S.SENT_ON, (D.LOOK_ON,)),
    (S.RINGING, E.REFUSED): (S.OVER, (D.END,)),
    (S.RINGING, E.FAILED): (S.OVER, (D.END,)),
    (S.RINGING, E.GIVE_UP): (S.CANCELLING, (D.END, D.SEND_CANCEL)),
    (S.RINGING, E.OVERDUE): (S.CANCELLING, (D.END, D.SEND_CANCEL)),
    (S.SENT_ON, E.FOUND): (S.CALLING, (D.SEND_INVITE,)),
    (S.SENT_ON, E.REFUSED): (S.OVER, (D.END,)),
    (S.SENT_ON, E.FAILED): (S.SENT_ON, ()),  # the ACK to the 3xx
    (S.SENT_ON, E.GIVE_UP): (S.OVER, (D.END,)),
    (S.SENT_ON, E.OVERDUE): (S.OVER, (D.END,)),
    (S.ANSWERED, E.ANSWER): (S.ANSWERED, (D.DROP,)),  # another fork
    (S.ANSWERED, E.UNACCEPTABLE): (S.OVER, (D.END, D.DROP)),
    (S.ANSWERED, E.GIVE_UP): (S.ANSWERED, (D.HANG_UP,)),
    # An INVITE that was challenged lives on for its ACK, which may not reach anybody.
    (S.ANSWERED, E.FAILED): (S.ANSWERED, ()),
    (S.GIVEN_UP, E.TRYING): (S.CANCELLING, (D.SEND_CANCEL,)),
    (S.GIVEN_UP, E.RINGING): (S.CANCELLING, (D.SEND_CANCEL,)),
    (S.GIVEN_UP, E.ANSWER): (S.OVER, (D.DROP,)),
    (S.GIVEN_UP, E.AGAIN): (S.OVER, ()),
    (S.GIVEN_UP, E.SENT_ON): (S.OVER, ()),
    (S.GIVEN_UP, E.REFUSED): (S.OVER, ()),
    (S.GIVEN_UP, E.FAILED): (S.OVER, ()),
    (S.GIVEN_UP, E.GIVE_UP): (S.GIVEN_UP, ()),
    (S.CANCELLING, E.TRYING): (S.CANCELLING, ()),
    (S.CANCELLING, E.RINGING): (S.CANCELLING, ()),
    (S.CANCELLING, E.ANSWER): (S.OVER, (D.DROP,)),  # it crossed the CANCEL
    (S.CANCELLING, E.AGAIN): (S.OVER, ()),
    (S.CANCELLING, E.SENT_ON): (S.OVER, ()),
    (S.CANCELLING, E.REFUSED): (S.OVER, ()),
    (S.CANCELLING, E.FAILED): (S.OVER, ()),
    (S.CANCELLING, E.GIVE_UP): (S.CANCELLING, ()),
    (S.CANCELLING, E.OVERDUE): (S.OVER, (D.FORGET,)),
    (S.OVER, E.ANSWER): (S.OVER, (D.DROP,)),
    (S.OVER, E.GIVE_UP): (S.OVER, ()),
    (S.OVER, E.FAILED): (S.OVER, ()),
}
"""What is not in here is a fault of the driver's and raises."""

WAITING = frozenset({S.CALLING, S.PROCEEDING, S.RINGING})
"""Our INVITE is under way, and somebody wants it."""
_TIMED = WAITING | {S.SENT_ON, S.CANCELLING}


class OutgoingMachine:
    """`happened` and `due` return what is to be done, in order; ask `deadline` after each."""

    __slots__ = ("_at", "_patience_s", "_timing", "state")

    def __init__(self, patience_s: float, timing: Timing) -> None:
        """`patience_s`: how long to wait for the answer, challenges and all."""
        self.state = OutgoingState.NEW
        self._patience_s = patience_s
        self._timing = timing
        self._at = 0.0

    @property
    def deadline(self) -> float | None:
        """When to call `due`; None: something must happen first."""
        return self._at if self.state in _TIMED else None

    def happened(self, event: OutgoingEvent, now: float) -> Doing:
        """Raises KeyError for what cannot happen now."""
        self.state, doing = TABLE[self.state, event]
        if event is OutgoingEvent.PLACE:
            self._at = now + self._patience_s
        elif OutgoingAction.SEND_CANCEL in doing:
            self._at = now + self._timing.patience
        return doing

    def due(self, now: float) -> Doing:
        """A deadline may have passed."""
        at = self.deadline
        return self.happened(OutgoingEvent.OVERDUE, now) if at is not None and now >= at else ()
