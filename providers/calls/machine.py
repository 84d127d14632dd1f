"""A provider's call from its first word to its last: pure, no clock and no socket.

    OFFERED ──ANSWERED──▶ CONNECTING ──STREAM──▶ UP ◀──STREAM──▶ AWAY      (a call in)
    ORDERED ──ANSWERED──▶     "                   │                        (a call out)
                                                  ├─LEAVE──▶ LEAVING ──HANDED──▶ ELSEWHERE ──ENDED──▶ OVER
                                                  └─LEFT, STOPPED, LATE──▶ CLOSING ──ENDED──▶ OVER

What is told comes late, twice and in any order: by webhooks, by the stream, by our own leg, by asking. Each
is an event; what is not in the table for a phase changes nothing there. A phase that must not last has a
limit, after which it is LATE, so that nothing is in progress for ever. The provider's own word on the call
(`state`) only ever goes forward (`call_state.after`), whatever the phase.
"""

from __future__ import annotations

import enum

from providers.call_state import CallState, after


class Phase(enum.Enum):
    OFFERED = "offered"
    """A call in: the provider waits for what is to be done."""
    ORDERED = "ordered"
    """A call out that nobody has answered."""
    CONNECTING = "connecting"
    """It is answered; its stream is awaited."""
    UP = "up"
    AWAY = "away"
    """The stream was lost; another may come."""
    LEAVING = "leaving"
    """The provider is handing its far end over."""
    ELSEWHERE = "elsewhere"
    """The provider has it, and we have no part in it: diverted, or handed over."""
    DECLINED = "declined"
    """The provider was told that nobody takes it."""
    CLOSING = "closing"
    """Our part is over, and the provider has not said that the call is."""
    OVER = "over"


class Event(enum.Enum):
    RINGS = enum.auto()
    ANSWERED = enum.auto()
    """Somebody has, there or here."""
    STREAM = enum.auto()
    """It has begun, or begun again."""
    STREAM_LOST = enum.auto()
    STREAM_STOPPED = enum.auto()
    """By the provider."""
    LEFT = enum.auto()
    """Our leg is over: hung up, refused, cancelled."""
    DIVERTED = enum.auto()
    """Our leg is over, and the call goes to where the account's calls go while we are full or down."""
    LEAVE = enum.auto()
    """It is to be handed over."""
    HANDED = enum.auto()
    STAYED = enum.auto()
    """It was not handed over; the stream is there."""
    STAYED_AWAY = enum.auto()
    """Nor is the stream."""
    TAKEN = enum.auto()
    """The provider's id of the call is known."""
    NOT_TAKEN = enum.auto()
    """The order was refused."""
    ENDED = enum.auto()
    """The provider says so, or knows of no such call."""
    LATE = enum.auto()
    """The phase's limit is reached."""


class Do(enum.Enum):
    """What follows."""

    RING = enum.auto()
    """Tell whoever has it called that it rings there."""
    ACCEPT = enum.auto()
    """Have the provider answer, and open a stream."""
    DECLINE = enum.auto()
    """Tell the provider that the call is not taken."""
    CONNECT = enum.auto()
    """The leg is up."""
    END_LEG = enum.auto()
    """If it is not over."""
    HANG_UP = enum.auto()
    """At the provider."""
    SETTLE = enum.auto()
    """Nothing follows; done once."""


GOES_ON = frozenset((Phase.LEAVING, Phase.ELSEWHERE, Phase.DECLINED))
"""Of calls that go on without us, or may: nobody hangs them up because we are gone."""
LIMITS_S = {
    Phase.CONNECTING: 15.0,
    Phase.AWAY: 8.0,
    Phase.CLOSING: 15.0,
    Phase.ELSEWHERE: 6 * 3600.0,
    Phase.DECLINED: 60.0,
}
"""So long at most; then it is LATE. Of ORDERED and OFFERED whoever waits for them knows."""
INSISTED = 4
"""Times that a call is hung up which the provider does not say the end of; then it is taken for over."""

_END = (Phase.OVER, (Do.END_LEG, Do.SETTLE))
_GIVE_UP = (Phase.CLOSING, (Do.END_LEG, Do.HANG_UP))

TABLE: dict[tuple[Phase, Event], tuple[Phase, tuple[Do, ...]]] = {
    (Phase.OFFERED, Event.ANSWERED): (Phase.CONNECTING, (Do.ACCEPT,)),
    (Phase.OFFERED, Event.LEFT): (Phase.DECLINED, (Do.DECLINE,)),
    (Phase.OFFERED, Event.DIVERTED): (Phase.ELSEWHERE, (Do.DECLINE,)),
    (Phase.OFFERED, Event.ENDED): (Phase.OVER, (Do.END_LEG, Do.DECLINE, Do.SETTLE)),
    (Phase.ORDERED, Event.RINGS): (Phase.ORDERED, (Do.RING,)),
    (Phase.ORDERED, Event.ANSWERED): (Phase.CONNECTING, ()),
    (Phase.ORDERED, Event.STREAM): (Phase.UP, (Do.CONNECT,)),
    (Phase.ORDERED, Event.NOT_TAKEN): _END,
    (Phase.ORDERED, Event.LEFT): (Phase.CLOSING, (Do.HANG_UP,)),
    (Phase.ORDERED, Event.ENDED): _END,
    (Phase.CONNECTING, Event.STREAM): (Phase.UP, (Do.CONNECT,)),
    (Phase.CONNECTING, Event.LEFT): (Phase.CLOSING, (Do.HANG_UP,)),
    (Phase.CONNECTING, Event.ENDED): _END,
    (Phase.CONNECTING, Event.LATE): _GIVE_UP,
    (Phase.UP, Event.STREAM_LOST): (Phase.AWAY, ()),
    # The far end is gone; the provider says how in a moment, or is asked.
    (Phase.UP, Event.STREAM_STOPPED): (Phase.CLOSING, (Do.END_LEG,)),
    (Phase.UP, Event.LEFT): (Phase.CLOSING, (Do.HANG_UP,)),
    (Phase.UP, Event.LEAVE): (Phase.LEAVING, ()),
    (Phase.UP, Event.ENDED): _END,
    (Phase.AWAY, Event.STREAM): (Phase.UP, ()),
    (Phase.AWAY, Event.STREAM_STOPPED): (Phase.CLOSING, (Do.END_LEG,)),
    (Phase.AWAY, Event.LEFT): (Phase.CLOSING, (Do.HANG_UP,)),
    (Phase.AWAY, Event.ENDED): _END,
    # It was on its way before, and we had given that up.
    (Phase.AWAY, Event.LEAVE): (Phase.LEAVING, ()),
    (Phase.AWAY, Event.LATE): _GIVE_UP,
    (Phase.LEAVING, Event.HANDED): (Phase.ELSEWHERE, ()),
    (Phase.LEAVING, Event.STAYED): (Phase.UP, ()),
    (Phase.LEAVING, Event.STAYED_AWAY): (Phase.AWAY, ()),
    (Phase.LEAVING, Event.STREAM): (Phase.UP, ()),
    (Phase.LEAVING, Event.LEFT): (Phase.CLOSING, (Do.HANG_UP,)),
    (Phase.LEAVING, Event.ENDED): _END,
    (Phase.DECLINED, Event.ENDED): (Phase.OVER, (Do.SETTLE,)),
    (Phase.DECLINED, Event.LATE): (Phase.OVER, (Do.SETTLE,)),
    (Phase.ELSEWHERE, Event.ENDED): (Phase.OVER, (Do.END_LEG, Do.SETTLE)),
    (Phase.ELSEWHERE, Event.LATE): (Phase.OVER, (Do.END_LEG, Do.SETTLE)),
    (Phase.CLOSING, Event.LEAVE): (Phase.LEAVING, ()),
    (Phase.CLOSING, Event.TAKEN): (Phase.CLOSING, (Do.HANG_UP,)),
    (Phase.CLOSING, Event.NOT_TAKEN): (Phase.OVER, (Do.SETTLE,)),
    (Phase.CLOSING, Event.ENDED): (Phase.OVER, (Do.SETTLE,)),
    (Phase.CLOSING, Event.LATE): (Phase.CLOSING, (Do.HANG_UP,)),
}


class CallMachine:
    """Of one call."""

    def __init__(self, phase: Phase) -> None:
        """`phase`: OFFERED or ORDERED."""
        self.phase = phase
        self.state = CallState.RINGING if phase is Phase.OFFERED else CallState.QUEUED
        """By the provider's word."""
        self.was_up = False
        self.ignored = 0
        """Events that came where they mean nothing."""
        self._rang = False
        self._insisted = 0

    def happened(self, event: Event) -> tuple[Do, ...]:
        """What follows, in this order."""
        if event is Event.LATE and self.phase is Phase.CLOSING:
            self._insisted += 1
            if self._insisted > INSISTED:
                event = Event.ENDED
        found = TABLE.get((self.phase, event))
        if found is None:
            self.ignored += 1
            return ()
        self.phase, follows = found
        if self.phase is Phase.UP:
            self.was_up = True
        if Do.RING in follows:
            if self._rang:
                return tuple(each for each in follows if each is not Do.RING)
            self._rang = True
        return follows

    def reported(self, told: CallState) -> tuple[Do, ...]:
        """The provider says how the call stands."""
        before, self.state = self.state, after(self.state, told)
        if self.state.over:
            return self.happened(Event.ENDED) if not before.over else ()
        if self.state is before:
            return ()
        match self.state:
            case CallState.RINGING:
                return self.happened(Event.RINGS)
            case CallState.IN_PROGRESS if self.phase is not Phase.OFFERED:
                # Of a call in it is said of our own answer, or of a provider that answers before it asks.
                return self.happened(Event.ANSWERED)
            case _:
                return ()

    def not_taken(self) -> tuple[Do, ...]:
        """The provider has refused the order."""
        self.state = after(self.state, CallState.FAILED)
        return self.happened(Event.NOT_TAKEN)

    def settle(self) -> tuple[Do, ...]:
        """It is known by other means that there is no such call any more."""
        if not self.state.over:
            self.state = CallState.COMPLETED if self.was_up else CallState.FAILED
        return self.happened(Event.ENDED)
