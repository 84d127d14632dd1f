"""A change of a call that we want: our re-INVITE, what it is answered with, and when it is sent again
(RFC 3261 section 14.1).

When it may be sent is the machine's to say (`sip.calls.session_machine`). It must never end a call itself.
No caller but `SipLeg.hold` wants a change, and nobody holds a leg by signalling yet: trunks and transfers do.
"""

from __future__ import annotations

import asyncio
import random
from typing import Protocol

from mediaserver.errors import CallError
from mediaserver.media.leg import Direction
from mediaserver.sdp.negotiation import SdpError
from mediaserver.sdp.offer_answer import OfferAnswer
from sip.access.credentials import proofs_of
from sip.calls.asking import DialogRequest, Finished
from sip.calls.cancelling import cancel_of
from sip.calls.core import Core, Credentials
from sip.calls.dialog import Dialog, Headers
from sip.calls.reliable import ReliableArrival, ReliableReceiving
from sip.calls.session_machine import BLOCKED_S, Change, ChangeEvent, SessionMachine
from sip.calls.session_timer import SessionTimer
from sip.messages.extensions import RELIABLE, RAck, options, rseq
from sip.messages.grammar import ParseError, parse_number
from sip.messages.headers import MAX_SECONDS
from sip.messages.message import Request, Response
from sip.messages.multipart import description_of
from sip.transactions.requests import SentRequest


class Changeable(Protocol):
    """The call, as a change of it sees it."""

    core: Core
    machine: SessionMachine
    media: OfferAnswer
    direction: Direction
    credentials: Credentials | None
    transport: str
    host: str
    dialog: Dialog
    timer: SessionTimer

    def ask(self, method: str, headers: Headers, body: bytes, finished: Finished) -> None:
        """Send another request within the call."""

    def rearm(self) -> None:
        """The machine's deadline may be another one now."""

    def media_changed(self) -> None:
        """Something new was agreed on."""

    def lost(self, status: int) -> None:
        """The far end does not know of the call (any more), or does not answer."""


class Renegotiation:
    """One at a time, as the machine has it."""

    def __init__(self, call: Changeable) -> None:
        self._call = call
        self._wanted: asyncio.Future[None]
        """Resolved when the change that we want is settled; there while the machine has one."""
        self._before = call.media.direction
        """What we wanted until then; again, when it is refused."""
        self._until = 0.0
        """When it is too late to ask once more."""
        self._client: SentRequest | None = None
        """The re-INVITE sent last; None when it could not even go out."""
        self._tried: set[tuple[int, str]] = set()
        self._reliable = ReliableReceiving()
        self._said = b""
        """Their answer, where a reliable provisional response had it (RFC 3262 section 5)."""

    def begin(self, direction: str) -> asyncio.Future[None]:
        """Offer audio in that direction; resolved when it is settled, with CallError when it is refused.
        Raises CallError when it cannot be asked for now."""
        call = self._call
        if not call.machine.up:
            raise CallError("the call is not up; it can be held after it was answered", 481)
        if call.machine.change is not Change.NONE:
            raise CallError("a change of this call is under way; try again when it is done", 491)
        wanted = self._wanted = asyncio.get_running_loop().create_future()
        self._before, call.media.direction = call.media.direction, direction
        self._tried = set()
        self._until = call.core.now() + call.core.layer.timing.patience
        call.machine.changed(ChangeEvent.WANTED, call.core.now())
        self.send()
        return wanted

    def send(self) -> None:
        """Send the re-INVITE that is wanted, unless it would collide."""
        call, machine, dialog = self._call, self._call.machine, self._call.dialog
        if machine.unacknowledged or call.media.offering:
            # Their offer, or the ACK to our 200, is still on its way: ours would collide with it.
            machine.changed(ChangeEvent.BLOCKED, call.core.now(), BLOCKED_S)
            call.rearm()
            return
        headers = [
            ("Contact", call.core.contact(call.transport, call.host, call.dialog.secure)),
            *call.core.able(),
            *call.timer.asked(),
            ("Content-Type", "application/sdp"),
        ]
        request = dialog.request("INVITE", headers, call.media.offer())
        call.core.sign_in(dialog, call.credentials, request)
        acks: list[Request] = []
        self._reliable, self._said = ReliableReceiving(), b""

        def answered(response: Response) -> None:
            if response.status < 200:
                if machine.asking:
                    machine.changed(ChangeEvent.PROVISIONAL, call.core.now())
                self._progress(response)
            elif response.status < 300:
                again = bool(acks)
                if not again:
                    dialog.refresh(response)  # the ACK goes to where the answer says (12.2.1.2)
                    acks.append(dialog.ack(request.cseq.number, proofs_of(request)))
                    call.timer.answered(response, call.core.now())
                    if machine.asking:
                        self._accepted(response)
                call.core.send_ack(dialog, acks[0], again=again)
            elif machine.asking:
                self._refused(request, response)

        machine.changed(ChangeEvent.SENT, call.core.now())
        call.rearm()
        self._client = call.core.in_dialog(dialog, request, answered, lambda cause: self.failed(cause.value))

    def _progress(self, response: Response) -> None:
        """A provisional response. What it says reliably is acknowledged, and holds once all is accepted."""
        number = rseq(response) if RELIABLE in options(response, "Require") else None
        if number is None or self._reliable.arrived(number) is not ReliableArrival.NEXT:
            return
        self._said = description_of(response) or self._said
        what = RAck(number, response.cseq.number, response.cseq.method)
        self._call.ask("PRACK", [("RAck", str(what))], b"", _nothing_follows)

    def cancel(self) -> None:
        """It was not answered in time."""
        if self._client is not None:
            self._call.core.cancel(self._client, cancel_of(self._client.request))

    def unanswered(self) -> None:
        """Somebody has it, and neither an answer nor an end to its CANCEL came. What was agreed on before
        stays (RFC 3261 14.1), and so does the call: somebody was there when it began, and whoever is silent
        altogether is found by other means."""
        self._call.media.withdraw()
        self._settle(CallError("the far end never answered the change of the call", 408))

    def dropped(self) -> None:
        """The call ended, and the change with it."""
        self._refuse(CallError("the call ended meanwhile", 487))

    def _settle(self, error: CallError | None) -> None:
        """It is over, one way or the other."""
        self._call.machine.changed(ChangeEvent.SETTLED, self._call.core.now())
        self._call.rearm()
        if error is not None:
            self._refuse(error)
            return
        self._let_go()
        if not self._wanted.done():  # else whoever wanted it was cancelled
            self._wanted.set_result(None)

    def _refuse(self, error: CallError) -> None:
        self._call.media.direction = self._before
        self._let_go()
        if not self._wanted.done():
            self._wanted.set_exception(error)

    def _let_go(self) -> None:
        """A far end that never answers a re-INVITE must not keep it here for ever."""
        if (client := self._client) is not None:
            core = self._call.core
            core.later(core.layer.timing.patience, lambda: core.layer.forget(client))

    def _accepted(self, response: Response) -> None:
        try:
            self._call.media.accept(description_of(response) or self._said)
        except SdpError as error:
            self._call.media.withdraw()
            self._settle(CallError(f"the far end's answer cannot be used: {error}", 488))
            return
        self._settle(None)  # first: who is told of a hold may end the call
        self._call.media_changed()

    def _refused(self, request: Request, response: Response) -> None:
        call = self._call
        call.media.withdraw()
        if response.status not in (401, 407):
            self._tried = set()  # our proof was taken, and its nonce may have been good for that once
        asked, now, wait = call.machine.change is not Change.CANCELLED, call.core.now(), self._glare_wait()
        if asked and response.status == 491 and now + wait < self._until:
            call.machine.changed(ChangeEvent.AGAIN, now, wait)
            call.rearm()
            return
        if asked and response.status == 500 and (later := _retry_after(response)) is not None:
            if now + later < self._until:  # an exchange of theirs is under way (14.2)
                call.machine.changed(ChangeEvent.AGAIN, now, later)
                call.rearm()
                return
        if asked and response.status in (401, 407):
            if call.core.prove_in(call.dialog, call.credentials, request, response, self._tried):
                call.machine.changed(ChangeEvent.AGAIN, now)
                self.send()
                return
        if asked and response.status == 422 and call.timer.too_short(response):
            call.machine.changed(ChangeEvent.AGAIN, now)
            self.send()
            return
        self.failed(response.status)

    def failed(self, status: int) -> None:
        """It was refused, or nobody answered."""
        if not self._call.machine.asking:
            return
        self._call.media.withdraw()
        self._settle(CallError(f"the far end refused the change of the call ({status})", status))
        if status in (408, 481):
            self._call.lost(status)

    def _glare_wait(self) -> float:
        """The owner of the Call-ID waits 2.1 to 4 s, the other 0 to 2 s, in steps of 10 ms."""
        scale = self._call.core.layer.timing.t1 / 0.5
        ours = self._call.direction is Direction.OUTBOUND
        return (random.randint(210, 400) if ours else random.randint(0, 200)) / 100 * scale


def _nothing_follows(request: DialogRequest, status: int) -> None:
    """A PRACK that nobody takes leaves its response to be repeated, and the change to be refused."""


def _retry_after(response: Response) -> float | None:
    """Seconds (20.33); None where nothing is said, or nothing that can be read."""
    value = (response.get("Retry-After") or "").partition(";")[0].partition("(")[0].strip(" \t")
    try:
        return float(parse_number(value, "Retry-After", MAX_SECONDS, clamp=True))
    except ParseError:
        return None
