"""The four transaction machines of RFC 3261 section 17, with the Accepted state of RFC 6026, as tables.

Theory of operation
-------------------
A transaction is one request and its responses. Over UDP it repeats what may have been lost, over TCP it does
not (timers A, E and G never start and the lingering timers D, I, J and K are zero), and it absorbs
what the other side repeats, so that the user sees every message once. The one exception is the 2xx to an
INVITE: its repetition and its ACK go from user to user, because each fork of the INVITE may answer with
its own 2xx. That is why an INVITE machine lives on in ACCEPTED for 64*T1 (timers L and M): the client hands
every further 2xx up, the server absorbs late INVITEs and hands the ACK up.

    INVITE client     CALLING -> PROCEEDING -> ACCEPTED (2xx) | COMPLETED (300-699) -> TERMINATED
    INVITE server     PROCEEDING -> ACCEPTED (2xx) | COMPLETED (300-699) -> CONFIRMED (ACK) -> TERMINATED
    non-INVITE client TRYING -> PROCEEDING -> COMPLETED -> TERMINATED
    non-INVITE server TRYING -> PROCEEDING -> COMPLETED -> TERMINATED

Each table maps (state, event) to the next state and what to do, in order. Entering another state stops
all timers; staying keeps them. A pair that is not in the table is legal input that means nothing in that
state (a late provisional response, a second ACK): it is absorbed.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TypeAlias


class State(enum.Enum):
    CALLING = enum.auto()
    TRYING = enum.auto()
    PROCEEDING = enum.auto()
    ACCEPTED = enum.auto()
    COMPLETED = enum.auto()
    CONFIRMED = enum.auto()
    TERMINATED = enum.auto()


class Timer(enum.Enum):
    """The timers of RFC 3261 table 4, and L and M of RFC 6026."""

    A = enum.auto()
    B = enum.auto()
    D = enum.auto()
    E = enum.auto()
    F = enum.auto()
    G = enum.auto()
    H = enum.auto()
    I = enum.auto()  # noqa: E741 - its name in the RFC
    J = enum.auto()
    K = enum.auto()
    L = enum.auto()
    M = enum.auto()


class Event(enum.Enum):
    """What happens to a transaction besides timers. For a server, responses are those its user sends."""

    REQUEST = enum.auto()
    ACK = enum.auto()
    PROVISIONAL = enum.auto()
    SUCCESS = enum.auto()
    FAILURE = enum.auto()
    """A final response from 300 to 699."""
    TRANSPORT_ERROR = enum.auto()


class Do(enum.Enum):
    SEND = enum.auto()
    """Send the message the event came with and keep it for repetition."""
    REPEAT = enum.auto()
    """Send the kept message again."""
    DELIVER = enum.auto()
    """Hand the message the event came with to the transaction user."""
    ACKNOWLEDGE = enum.auto()
    """Send (again) the ACK to a 300-699 response (17.1.1.3)."""
    REPORT = enum.auto()
    """Tell the user that the transaction failed."""


Trigger: TypeAlias = Event | Timer
Step: TypeAlias = Do | Timer
"""A timer among the steps is started, or started again with twice its period."""
Table: TypeAlias = Mapping[tuple[State, Trigger], tuple[State, tuple[Step, ...]]]

_END: tuple[State, tuple[Step, ...]] = (State.TERMINATED, ())
_FAIL: tuple[State, tuple[Step, ...]] = (State.TERMINATED, (Do.REPORT,))

INVITE_CLIENT: Table = {
    (State.CALLING, Event.REQUEST): (State.CALLING, (Do.SEND, Timer.A, Timer.B)),
    (State.CALLING, Timer.A): (State.CALLING, (Do.REPEAT, Timer.A)),
    (State.CALLING, Timer.B): _FAIL,
    (State.CALLING, Event.TRANSPORT_ERROR): _FAIL,
    (State.CALLING, Event.PROVISIONAL): (State.PROCEEDING, (Do.DELIVER,)),
    (State.CALLING, Event.SUCCESS): (State.ACCEPTED, (Do.DELIVER, Timer.M)),
    (State.CALLING, Event.FAILURE): (State.COMPLETED, (Do.ACKNOWLEDGE, Do.DELIVER, Timer.D)),
    (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (Do.DELIVER,)),
    (State.PROCEEDING, Event.SUCCESS): (State.ACCEPTED, (Do.DELIVER, Timer.M)),
    (State.PROCEEDING, Event.FAILURE): (State.COMPLETED, (Do.ACKNOWLEDGE, Do.DELIVER, Timer.D)),
    (State.ACCEPTED, Event.SUCCESS): (State.ACCEPTED, (Do.DELIVER,)),
    (State.ACCEPTED, Timer.M): _END,
    (State.COMPLETED, Event.FAILURE): (State.COMPLETED, (Do.ACKNOWLEDGE,)),
    (State.COMPLETED, Event.TRANSPORT_ERROR): _FAIL,
    (State.COMPLETED, Timer.D): _END,
}
"""RFC 6026 figure 5."""

INVITE_SERVER: Table = {
    (State.PROCEEDING, Event.REQUEST): (State.PROCEEDING, (Do.REPEAT,)),
    (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (Do.SEND,)),
    (State.PROCEEDING, Event.SUCCESS): (State.ACCEPTED, (Do.SEND, Timer.L)),
    (State.PROCEEDING, Event.FAILURE): (State.COMPLETED, (Do.SEND, Timer.G, Timer.H)),
    (State.PROCEEDING, Event.TRANSPORT_ERROR): (State.PROCEEDING, (Do.REPORT,)),
    (State.ACCEPTED, Event.SUCCESS): (State.ACCEPTED, (Do.SEND,)),
    (State.ACCEPTED, Event.ACK): (State.ACCEPTED, (Do.DELIVER,)),
    (State.ACCEPTED, Event.TRANSPORT_ERROR): (State.ACCEPTED, (Do.REPORT,)),
    (State.ACCEPTED, Timer.L): _END,
    (State.COMPLETED, Event.REQUEST): (State.COMPLETED, (Do.REPEAT,)),
    (State.COMPLETED, Event.ACK): (State.CONFIRMED, (Timer.I,)),
    (State.COMPLETED, Timer.G): (State.COMPLETED, (Do.REPEAT, Timer.G)),
    (State.COMPLETED, Timer.H): _FAIL,
    (State.COMPLETED, Event.TRANSPORT_ERROR): _FAIL,
    (State.CONFIRMED, Timer.I): _END,
}
"""RFC 6026 figure 7. The 100 within 200 ms is the user's to send: it knows whether it answers sooner."""

NON_INVITE_CLIENT: Table = {
    (State.TRYING, Event.REQUEST): (State.TRYING, (Do.SEND, Timer.E, Timer.F)),
    (State.TRYING, Timer.E): (State.TRYING, (Do.REPEAT, Timer.E)),
    (State.TRYING, Timer.F): _FAIL,
    (State.TRYING, Event.TRANSPORT_ERROR): _FAIL,
    (State.TRYING, Event.PROVISIONAL): (State.PROCEEDING, (Do.DELIVER, Timer.E, Timer.F)),
    (State.TRYING, Event.SUCCESS): (State.COMPLETED, (Do.DELIVER, Timer.K)),
    (State.TRYING, Event.FAILURE): (State.COMPLETED, (Do.DELIVER, Timer.K)),
    (State.PROCEEDING, Timer.E): (State.PROCEEDING, (Do.REPEAT, Timer.E)),
    (State.PROCEEDING, Timer.F): _FAIL,
    (State.PROCEEDING, Event.TRANSPORT_ERROR): _FAIL,
    (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (Do.DELIVER,)),
    (State.PROCEEDING, Event.SUCCESS): (State.COMPLETED, (Do.DELIVER, Timer.K)),
    (State.PROCEEDING, Event.FAILURE): (State.COMPLETED, (Do.DELIVER, Timer.K)),
    (State.COMPLETED, Timer.K): _END,
}
"""RFC 3261 figure 6. F counts from the request: it is the one timer that outlives a change of state."""

NON_INVITE_SERVER: Table = {
    (State.TRYING, Event.PROVISIONAL): (State.PROCEEDING, (Do.SEND,)),
    (State.TRYING, Event.SUCCESS): (State.COMPLETED, (Do.SEND, Timer.J)),
    (State.TRYING, Event.FAILURE): (State.COMPLETED, (Do.SEND, Timer.J)),
    (State.PROCEEDING, Event.REQUEST): (State.PROCEEDING, (Do.REPEAT,)),
    (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (Do.SEND,)),
    (State.PROCEEDING, Event.SUCCESS): (State.COMPLETED, (Do.SEND, Timer.J)),
    (State.PROCEEDING, Event.FAILURE): (State.COMPLETED, (Do.SEND, Timer.J)),
    (State.PROCEEDING, Event.TRANSPORT_ERROR): _FAIL,
    (State.COMPLETED, Event.REQUEST): (State.COMPLETED, (Do.REPEAT,)),
    (State.COMPLETED, Event.TRANSPORT_ERROR): _FAIL,
    (State.COMPLETED, Timer.J): _END,
}
"""RFC 3261 figure 8."""
