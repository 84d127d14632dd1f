"""The transaction machines of RFC 3261 section 17 at work; what they do stands in `sip.transactions.tables`.

Sans-I/O: messages and `now` in; outputs and the next deadline out. They must never read a clock, touch a
socket, or decide anything that belongs to the transaction user (who rings, who answers, what to say).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from sip.messages.message import MOST_HOPS, Request, Response
from sip.transactions.tables import (
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    Table,
    Timer,
    TransactionAction,
    TransactionEvent,
    TransactionState,
    Trigger,
)
from sip.transactions.timing import RFC_TIMING, Timing


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

_RUN_OUT = frozenset({Timer.B, Timer.F, Timer.H})


class Transaction:
    """What the four machines share: the step through the table and the timers."""

    __slots__ = ("_due", "_kept", "_periods", "_timing", "reliable", "request", "state")

    table: ClassVar[Table]
    start: ClassVar[TransactionState]

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
        return self.state is TransactionState.TERMINATED

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
        return self._happen(TransactionEvent.TRANSPORT_ERROR, None, now)

    def _happen(
        self, event: TransactionEvent, message: Request | Response | None, now: float
    ) -> list[Output]:
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
            kept = self._due.get(Timer.F) if state is TransactionState.PROCEEDING else None
            self._due.clear()
            if kept is not None:
                self._due[Timer.F] = kept
            self.state = state
        for action in actions:
            if isinstance(action, Timer):
                self._start(action, now)
            elif action is TransactionAction.SEND:
                assert message is not None
                self._kept = message
                outputs.append(Send(message))
            elif action is TransactionAction.REPEAT:
                if self._kept is not None:
                    outputs.append(Send(self._kept))
            elif action is TransactionAction.DELIVER:
                assert message is not None
                outputs.append(Deliver(message))
            elif action is TransactionAction.ACKNOWLEDGE:
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
            if timer is Timer.E and self.state is TransactionState.PROCEEDING:
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
        return self._happen(TransactionEvent.REQUEST, self.request, now)

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
        return self.state not in (TransactionState.TRYING, TransactionState.PROCEEDING)

    def receive(self, request: Request, now: float) -> list[Output]:
        event = TransactionEvent.ACK if request.method == "ACK" else TransactionEvent.REQUEST
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
    start = TransactionState.CALLING

    def _acknowledgement(self, response: Response) -> Request:
        return non_2xx_ack(self.request, response)


class NonInviteClient(ClientTransaction):
    """RFC 3261 17.1.2."""

    __slots__ = ()
    table = NON_INVITE_CLIENT
    start = TransactionState.TRYING


class InviteServer(ServerTransaction):
    """RFC 3261 17.2.1 and RFC 6026 8.5."""

    __slots__ = ()
    table = INVITE_SERVER
    start = TransactionState.PROCEEDING


class NonInviteServer(ServerTransaction):
    """RFC 3261 17.2.2."""

    __slots__ = ()
    table = NON_INVITE_SERVER
    start = TransactionState.TRYING


def non_2xx_ack(invite: Request, response: Response) -> Request:
    """The ACK to a 300-699 response: same branch, same routes, To of the response (RFC 3261 17.1.1.3)."""
    headers = [("Via", str(invite.via)), ("Max-Forwards", str(MOST_HOPS))]
    headers += [("Route", value) for value in invite.get_all("Route")]
    headers += [
        ("From", invite.get("From") or ""),
        ("To", response.get("To") or ""),
        ("Call-ID", invite.call_id),
        ("CSeq", f"{invite.cseq.number} ACK"),
    ]
    return Request("ACK", invite.uri, headers)


def _kind(response: Response) -> TransactionEvent:
    if response.status < 200:
        return TransactionEvent.PROVISIONAL
    return TransactionEvent.SUCCESS if response.status < 300 else TransactionEvent.FAILURE
