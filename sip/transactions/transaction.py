"""The four transaction machines of RFC 3261 section 17, with the Accepted state of RFC 6026.

Sans-I/O: messages and `now` in; outputs and the next deadline out. They must never read a clock, touch a
socket, or decide anything that belongs to the transaction user (who rings, who answers, what to say).

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
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from sip.messages.message import Request, Response


@dataclass(frozen=True, slots=True)
class Timing:
    """RFC 3261 table 4, in seconds."""

    t1: float = 0.5
    """Estimate of the round trip."""
    t2: float = 4.0
    """Longest pause between repetitions of a non-INVITE request or an INVITE response."""
    t4: float = 5.0
    """How long a message may live in the network."""

    @property
    def patience(self) -> float:
        """64*T1: how long anything is repeated or waited for."""
        return 64 * self.t1


RFC_TIMING = Timing()


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


class Cause(enum.Enum):
    """Why a transaction failed; a user treats them as 408 and 503 (RFC 3261 8.1.3.1)."""

    TIMEOUT = 408
    TRANSPORT = 503


@dataclass(frozen=True, slots=True)
class Send:
    message: Request | Response


@dataclass(frozen=True, slots=True)
class Deliver:
    message: Request | Response


@dataclass(frozen=True, slots=True)
class Failed:
    cause: Cause


Output: TypeAlias = Send | Deliver | Failed
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

_RUN_OUT = frozenset({Timer.B, Timer.F, Timer.H})


class Transaction:
    """What the four machines share: the step through the table and the timers."""

    __slots__ = ("_due", "_kept", "_periods", "_timing", "reliable", "request", "state")

    table: ClassVar[Table]
    start: ClassVar[State]

    def __init__(self, request: Request, *, reliable: bool, timing: Timing = RFC_TIMING) -> None:
        self.request = request
        self.reliable = reliable
        self.state = self.start
        self._timing = timing
        self._due: dict[Timer, float] = {}
        self._periods: dict[Timer, float] = {}
        self._kept: Request | Response | None = None

    @property
    def terminated(self) -> bool:
        return self.state is State.TERMINATED

    @property
    def deadline(self) -> float | None:
        """When `tick` wants to be called next, in the seconds of `now`; None for never."""
        return min(self._due.values()) if self._due else None

    def tick(self, now: float) -> list[Output]:
        """Run the timers that are due."""
        outputs: list[Output] = []
        while self._due:
            timer = min(self._due, key=self._due.__getitem__)
            if self._due[timer] > now:
                break
            del self._due[timer]
            self._step(timer, None, now, outputs)
        return outputs

    def transport_failed(self, now: float) -> list[Output]:
        """The transport could not deliver what we sent last (RFC 3261 8.1.3.1, 17.1.4, 17.2.4)."""
        return self._happen(Event.TRANSPORT_ERROR, None, now)

    def _happen(self, event: Event, message: Request | Response | None, now: float) -> list[Output]:
        outputs: list[Output] = []
        self._step(event, message, now, outputs)
        if self._due:
            outputs += self.tick(now)
        return outputs

    def _step(
        self, trigger: Trigger, message: Request | Response | None, now: float, outputs: list[Output]
    ) -> None:
        step = self.table.get((self.state, trigger))
        if step is None:
            return
        state, actions = step
        if state is not self.state:
            kept = self._due.get(Timer.F) if state is State.PROCEEDING else None
            self._due.clear()
            if kept is not None:
                self._due[Timer.F] = kept
            self.state = state
        for action in actions:
            if isinstance(action, Timer):
                self._start(action, now)
            elif action is Do.SEND:
                assert message is not None
                self._kept = message
                outputs.append(Send(message))
            elif action is Do.REPEAT:
                if self._kept is not None:
                    outputs.append(Send(self._kept))
            elif action is Do.DELIVER:
                assert message is not None
                outputs.append(Deliver(message))
            elif action is Do.ACKNOWLEDGE:
                assert isinstance(message, Response)
                outputs.append(Send(self._acknowledgement(message)))
            else:
                timed_out = trigger in _RUN_OUT
                outputs.append(Failed(Cause.TIMEOUT if timed_out else Cause.TRANSPORT))

    def _start(self, timer: Timer, now: float) -> None:
        timing = self._timing
        if timer in (Timer.A, Timer.E, Timer.G):
            if self.reliable:
                return
            period = self._periods.get(timer)
            if period is None:
                period = timing.t1
            elif timer is Timer.A:
                period *= 2
            else:
                period = min(2 * period, timing.t2)
            if timer is Timer.E and self.state is State.PROCEEDING:
                period = timing.t2
            self._periods[timer] = period
            self._due[timer] = now + period
        elif timer is Timer.D:
            self._due[timer] = now + (0.0 if self.reliable else max(32.0, timing.patience))
        elif timer in (Timer.I, Timer.K):
            self._due[timer] = now + (0.0 if self.reliable else timing.t4)
        elif timer is Timer.J:
            self._due[timer] = now + (0.0 if self.reliable else timing.patience)
        elif timer not in self._due:
            self._due[timer] = now + timing.patience

    def _acknowledgement(self, response: Response) -> Request:
        raise NotImplementedError


class ClientTransaction(Transaction):
    """One request of ours. Call `begin` once, then `receive` for every response that matches."""

    __slots__ = ()

    def begin(self, now: float) -> list[Output]:
        return self._happen(Event.REQUEST, self.request, now)

    def receive(self, response: Response, now: float) -> list[Output]:
        return self._happen(_kind(response), response, now)


class ServerTransaction(Transaction):
    """One request from the other side. `respond` sends, `receive` takes its repetitions and the ACK."""

    __slots__ = ("last",)

    def __init__(self, request: Request, *, reliable: bool, timing: Timing = RFC_TIMING) -> None:
        super().__init__(request, reliable=reliable, timing=timing)
        self.last: Response | None = None
        """The response sent last."""

    @property
    def answered(self) -> bool:
        """A final response went out."""
        return self.state not in (State.TRYING, State.PROCEEDING)

    def receive(self, request: Request, now: float) -> list[Output]:
        event = Event.ACK if request.method == "ACK" else Event.REQUEST
        return self._happen(event, request, now)

    def respond(self, response: Response, now: float) -> list[Output]:
        """Send a response; a final one after a final one is ignored, except a repeated 2xx to an INVITE."""
        outputs = self._happen(_kind(response), response, now)
        if outputs:
            self.last = response
        return outputs


class InviteClient(ClientTransaction):
    """RFC 3261 17.1.1 and RFC 6026 8.4."""

    __slots__ = ()
    table = INVITE_CLIENT
    start = State.CALLING

    def _acknowledgement(self, response: Response) -> Request:
        return non_2xx_ack(self.request, response)


class NonInviteClient(ClientTransaction):
    """RFC 3261 17.1.2."""

    __slots__ = ()
    table = NON_INVITE_CLIENT
    start = State.TRYING


class InviteServer(ServerTransaction):
    """RFC 3261 17.2.1 and RFC 6026 8.5."""

    __slots__ = ()
    table = INVITE_SERVER
    start = State.PROCEEDING


class NonInviteServer(ServerTransaction):
    """RFC 3261 17.2.2."""

    __slots__ = ()
    table = NON_INVITE_SERVER
    start = State.TRYING


def non_2xx_ack(invite: Request, response: Response) -> Request:
    """The ACK to a 300-699 response: same branch, same routes, To of the response (RFC 3261 17.1.1.3)."""
    headers = [("Via", str(invite.via)), ("Max-Forwards", "70")]
    headers += [("Route", value) for value in invite.get_all("Route")]
    headers += [
        ("From", invite.get("From") or ""),
        ("To", response.get("To") or ""),
        ("Call-ID", invite.call_id),
        ("CSeq", f"{invite.cseq.number} ACK"),
    ]
    return Request("ACK", invite.uri, headers)


def _kind(response: Response) -> Event:
    if response.status < 200:
        return Event.PROVISIONAL
    return Event.SUCCESS if response.status < 300 else Event.FAILURE
