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


class TransactionState(enum.Enum):
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


class TransactionEvent(enum.Enum):
    """What happens to a transaction besides timers. For a server, responses are those its user sends."""

    REQUEST = enum.auto()
    ACK = enum.auto()
    PROVISIONAL = enum.auto()
    SUCCESS = enum.auto()
    FAILURE = enum.auto()
    """A final response from 300 to 699."""
    TRANSPORT_ERROR = enum.auto()


class TransactionAction(enum.Enum):
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


Trigger: TypeAlias = TransactionEvent | Timer
TableStep: TypeAlias = TransactionAction | Timer
"""A timer among the steps is started, or started again with twice its period."""
Table: TypeAlias = Mapping[tuple[TransactionState, Trigger], tuple[TransactionState, tuple[TableStep, ...]]]

S, E, D = TransactionState, TransactionEvent, TransactionAction

_END: tuple[TransactionState, tuple[TableStep, ...]] = (S.TERMINATED, ())
_FAIL: tuple[TransactionState, tuple[TableStep, ...]] = (S.TERMINATED, (D.REPORT,))

INVITE_CLIENT: Table = {
    (S.CALLING, E.REQUEST): (S.CALLING, (D.SEND, Timer.A, Timer.B)),
    (S.CALLING, Timer.A): (S.CALLING, (D.REPEAT, Timer.A)),
    (S.CALLING, Timer.B): _FAIL,
    (S.CALLING, E.TRANSPORT_ERROR): _FAIL,
    (S.CALLING, E.PROVISIONAL): (S.PROCEEDING, (D.DELIVER,)),
    (S.CALLING, E.SUCCESS): (S.ACCEPTED, (D.DELIVER, Timer.M)),
    (S.CALLING, E.FAILURE): (S.COMPLETED, (D.ACKNOWLEDGE, D.DELIVER, Timer.D)),
    (S.PROCEEDING, E.PROVISIONAL): (S.PROCEEDING, (D.DELIVER,)),
    (S.PROCEEDING, E.SUCCESS): (S.ACCEPTED, (D.DELIVER, Timer.M)),
    (S.PROCEEDING, E.FAILURE): (S.COMPLETED, (D.ACKNOWLEDGE, D.DELIVER, Timer.D)),
    (S.ACCEPTED, E.SUCCESS): (S.ACCEPTED, (D.DELIVER,)),
    (S.ACCEPTED, Timer.M): _END,
    (S.COMPLETED, E.FAILURE): (S.COMPLETED, (D.ACKNOWLEDGE,)),
    (S.COMPLETED, E.TRANSPORT_ERROR): _FAIL,
    (S.COMPLETED, Timer.D): _END,
}
"""RFC 6026 figure 5."""

INVITE_SERVER: Table = {
    (S.PROCEEDING, E.REQUEST): (S.PROCEEDING, (D.REPEAT,)),
    (S.PROCEEDING, E.PROVISIONAL): (S.PROCEEDING, (D.SEND,)),
    (S.PROCEEDING, E.SUCCESS): (S.ACCEPTED, (D.SEND, Timer.L)),
    (S.PROCEEDING, E.FAILURE): (S.COMPLETED, (D.SEND, Timer.G, Timer.H)),
    (S.PROCEEDING, E.TRANSPORT_ERROR): (S.PROCEEDING, (D.REPORT,)),
    (S.ACCEPTED, E.SUCCESS): (S.ACCEPTED, (D.SEND,)),
    (S.ACCEPTED, E.ACK): (S.ACCEPTED, (D.DELIVER,)),
    (S.ACCEPTED, E.TRANSPORT_ERROR): (S.ACCEPTED, (D.REPORT,)),
    (S.ACCEPTED, Timer.L): _END,
    (S.COMPLETED, E.REQUEST): (S.COMPLETED, (D.REPEAT,)),
    (S.COMPLETED, E.ACK): (S.CONFIRMED, (Timer.I,)),
    (S.COMPLETED, Timer.G): (S.COMPLETED, (D.REPEAT, Timer.G)),
    (S.COMPLETED, Timer.H): _FAIL,
    (S.COMPLETED, E.TRANSPORT_ERROR): _FAIL,
    (S.CONFIRMED, Timer.I): _END,
}
"""RFC 6026 figure 7. The 100 within 200 ms is the user's to send: it knows whether it answers sooner."""

NON_INVITE_CLIENT: Table = {
    (S.TRYING, E.REQUEST): (S.TRYING, (D.SEND, Timer.E, Timer.F)),
    (S.TRYING, Timer.E): (S.TRYING, (D.REPEAT, Timer.E)),
    (S.TRYING, Timer.F): _FAIL,
    (S.TRYING, E.TRANSPORT_ERROR): _FAIL,
    (S.TRYING, E.PROVISIONAL): (S.PROCEEDING, (D.DELIVER, Timer.E, Timer.F)),
    (S.TRYING, E.SUCCESS): (S.COMPLETED, (D.DELIVER, Timer.K)),
    (S.TRYING, E.FAILURE): (S.COMPLETED, (D.DELIVER, Timer.K)),
    (S.PROCEEDING, Timer.E): (S.PROCEEDING, (D.REPEAT, Timer.E)),
    (S.PROCEEDING, Timer.F): _FAIL,
    (S.PROCEEDING, E.TRANSPORT_ERROR): _FAIL,
    (S.PROCEEDING, E.PROVISIONAL): (S.PROCEEDING, (D.DELIVER,)),
    (S.PROCEEDING, E.SUCCESS): (S.COMPLETED, (D.DELIVER, Timer.K)),
    (S.PROCEEDING, E.FAILURE): (S.COMPLETED, (D.DELIVER, Timer.K)),
    (S.COMPLETED, Timer.K): _END,
}
"""RFC 3261 figure 6. F counts from the request: it is the one timer that outlives a change of state."""

NON_INVITE_SERVER: Table = {
    (S.TRYING, E.PROVISIONAL): (S.PROCEEDING, (D.SEND,)),
    (S.TRYING, E.SUCCESS): (S.COMPLETED, (D.SEND, Timer.J)),
    (S.TRYING, E.FAILURE): (S.COMPLETED, (D.SEND, Timer.J)),
    (S.PROCEEDING, E.REQUEST): (S.PROCEEDING, (D.REPEAT,)),
    (S.PROCEEDING, E.PROVISIONAL): (S.PROCEEDING, (D.SEND,)),
    (S.PROCEEDING, E.SUCCESS): (S.COMPLETED, (D.SEND, Timer.J)),
    (S.PROCEEDING, E.FAILURE): (S.COMPLETED, (D.SEND, Timer.J)),
    (S.PROCEEDING, E.TRANSPORT_ERROR): _FAIL,
    (S.COMPLETED, E.REQUEST): (S.COMPLETED, (D.REPEAT,)),
    (S.COMPLETED, E.TRANSPORT_ERROR): _FAIL,
    (S.COMPLETED, Timer.J): _END,
}
"""RFC 3261 figure 8."""
