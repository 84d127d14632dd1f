"""Our side of an INVITE of theirs, the first or a later one: ringing, the 200 until its ACK, or a refusal
(RFC 3261 section 13.3).

When what may be said is the machine's to know (`sip.calls.session_machine`). It holds no way back
to the call, which is handed to whatever needs it: nothing is to wait for the garbage collector.
"""

from __future__ import annotations

import asyncio
import enum
from contextlib import suppress
from typing import Protocol

from mediaserver.errors import CallError, CapacityError, VoiceForgeError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.sdp.negotiation import NoCommonCodec, SdpError
from mediaserver.sdp.offer_answer import OfferAnswer
from sip.calls.core import SUPPORTED, Core
from sip.calls.dialog import Dialog, Headers
from sip.calls.ending import Refusal
from sip.calls.leg import SipLeg
from sip.calls.reliable import ReliableSending, SendingAction, SendingState
from sip.calls.session_machine import SessionEvent, SessionMachine, SessionState
from sip.calls.session_timer import SessionTimer
from sip.calls.told_call import told_call
from sip.messages.extensions import RELIABLE, RAck, options, supports
from sip.messages.message import Request
from sip.messages.multipart import description_of
from sip.transactions.budget import FACTOR, FINAL, REFUSAL
from sip.transactions.requests import ReceivedRequest


class EarlyAnswer(enum.Enum):
    """What the caller has of our description before the answer."""

    NONE = enum.auto()
    REPEATED = enum.auto()
    """It may have been lost: the 200 says it again."""
    FINAL = enum.auto()
    """It was acknowledged, or will be: the 200 says none (RFC 3262 section 5)."""


def _required(request: Request) -> frozenset[str]:
    return options(request, "Require")


class Answerable(Protocol):
    """The call, as the answer to its INVITE sees it."""

    core: Core
    machine: SessionMachine
    media: OfferAnswer
    leg: SipLeg
    dialog: Dialog

    @property
    def audio_from(self) -> str | None: ...

    transport: str
    host: str
    started: float
    received: int
    """Bytes of its requests from where it proved to be, less a third of what we answered before."""
    timer: SessionTimer

    @property
    def verified(self) -> bool: ...
    def happened(self, event: SessionEvent) -> None: ...
    def hangup(self, why: Termination) -> None: ...
    def refuse(
        self, status: int, reason: str | None = None, headers: Headers = (), *, why: Termination
    ) -> None: ...
    def acknowledged(self, ack: Request) -> None: ...
    def heard(self) -> None:
        """Audio of the other side came."""

    def proven(self) -> None:
        """The caller has read our answer where the INVITE came from."""

    def media_changed(self) -> None: ...
    def rearm(self) -> None: ...
    def reply(
        self, server: ReceivedRequest, status: int, headers: Headers = (), body: bytes = b""
    ) -> None: ...


class InviteAnswer:
    """Of one call."""

    def __init__(self) -> None:
        self.invite: ReceivedRequest | None = None
        """The one that we answer or answered last; None while they sent none."""
        self.headers: list[tuple[str, str]] = []
        """More headers of the first 200."""
        self._confirmed = False
        self.settled = asyncio.Event()
        """An ACK came, or audio of the caller's, or the end."""
        self._sending: ReliableSending | None = None
        """Of the provisional responses that need a PRACK; None while there was none."""
        self._pracked = asyncio.Event()
        """None of them waits."""
        self._pracked.set()
        self._early = EarlyAnswer.NONE
        self._body = b""
        """That was said early."""
        self._expires_at: float | None = None
        """Until then the caller waits for an answer; None: as long as it likes."""

    def invited(self, invite: ReceivedRequest, now: float) -> None:
        """Their first INVITE, which may say how long it is meant (RFC 3261 13.3.1)."""
        self.invite = invite
        if seconds := invite.request.expires:
            self._expires_at = now + seconds

    # -- before the answer

    @property
    def deadline(self) -> float | None:
        """When to call `due`; None: never."""
        repeat_at = self._sending.deadline if self._sending is not None else None
        if repeat_at is None or self._expires_at is None:
            return self._expires_at if repeat_at is None else repeat_at
        return min(repeat_at, self._expires_at)

    def ring(self, call: Answerable) -> None:
        """Send a 180, unless a final response is out."""
        if (invite := self.invite) is None or call.machine.state is not SessionState.OFFERED:
            return
        reliably, offered = RELIABLE in _required(invite.request), description_of(invite.request)
        if offered or not reliably or self._early is not EarlyAnswer.NONE:
            self._say(call, invite, 180)
            return
        # They left the offer to us, and the first that surely arrives has to be it (RFC 3261 13.2.1).
        with suppress(VoiceForgeError):  # the call was refused for that
            self._say_early(call, invite, 180, self._describe(call, None), reliably=True)

    def trying(self, call: Answerable) -> None:
        """Send a 100, unless the caller has heard more."""
        invite = self.invite
        if invite is not None and invite.machine.last is None and call.machine.state is SessionState.OFFERED:
            invite.respond(invite.request.response(100))

    async def progress(self, call: Answerable) -> bool:
        """Send a 183 with our description, so that the caller hears us. See SipLeg.progress."""
        invite = self.invite
        if call.machine.state is not SessionState.OFFERED or invite is None:
            raise CallError("the call is over or was answered before", 487)
        reliably, offered = supports(invite.request, RELIABLE), description_of(invite.request)
        if not reliably and not (offered and invite.budget.proven):
            return False  # before its answer we shall not know that the caller is where it says
        await self._pracked.wait()
        if call.machine.state is not SessionState.OFFERED:
            raise CallError("the call is over", 487)
        if self._early is EarlyAnswer.NONE:
            if not self._say_early(call, invite, 183, self._describe(call, offered), reliably=reliably):
                return False
            await self._pracked.wait()
        if (over := call.leg.termination) is not None:
            raise CallError(f"the call was over before the caller could hear us: {over}", over.code or 487)
        if not invite.budget.proven:
            return False  # the PRACK came from elsewhere
        call.media.open().proven(call.audio_from, call.received, verified=call.verified)
        return True

    def _say_early(
        self, call: Answerable, invite: ReceivedRequest, status: int, body: bytes, *, reliably: bool
    ) -> bool:
        """Send our description in a provisional response; whether it went out."""
        if not self._say(call, invite, status, body):
            call.media.withdraw()
            return False
        self._early = EarlyAnswer.FINAL if reliably else EarlyAnswer.REPEATED
        self._body = body
        return True

    def _say(self, call: Answerable, invite: ReceivedRequest, status: int, body: bytes = b"") -> bool:
        """Send a provisional response, reliably where the caller requires it or a description is to arrive
        (RFC 3262 section 3). Whether it went out: not while another one waits for its PRACK, nor to a
        stranger who has not sent enough for it."""
        reliably = supports(invite.request, RELIABLE) if body else RELIABLE in _required(invite.request)
        # No longer than need be: the 200 is to fit into what an unproven caller may be sent, too.
        lines = [("Contact", call.core.contact(call.transport, call.host, call.dialog.secure))]
        lines += told_call(call.transport)
        sending = self._sending = self._sending or ReliableSending(call.core.layer.timing)
        if reliably:
            if sending.state is not SendingState.IDLE:
                return False
            lines += [("Require", RELIABLE), ("RSeq", str(sending.rseq + 1))]
            lines.append(("Allow", call.core.allow.replace(" ", "")))  # PRACK and UPDATE may follow now
        if body:
            lines.append(("Content-Type", "application/sdp"))
        response = invite.request.response(status, to_tag=call.dialog.local.tag, headers=lines, body=body)
        if reliably:
            if not invite.budget.fits(len(bytes(response)) + (REFUSAL if body else FINAL)):
                return False
            sending.sent(call.core.now())
            self._pracked.clear()
            call.rearm()
        invite.respond(response)
        return True

    def due(self, call: Answerable) -> None:
        """A deadline may have passed."""
        action = self._sending.due(call.core.now()) if self._sending is not None else None
        if action is SendingAction.REPEAT:
            self.repeat()
        elif action is SendingAction.GIVE_UP:
            why = Termination(EndedBy.NETWORK, Why.FAILED, 504, "no PRACK arrived")
            call.refuse(504, why=why)
        elif self._expires_at is not None and call.core.now() >= self._expires_at:
            call.refuse(487, why=Termination(EndedBy.PEER, Why.CANCELLED, 487, "its INVITE has expired"))

    def pracked(self, call: Answerable, server: ReceivedRequest) -> None:
        """A PRACK came, whoever sent it (section 3)."""
        what, invite, sending = RAck.of(server.request), self.invite, self._sending
        if what is None:
            call.reply(server, 400)
            return
        if (
            invite is None
            or sending is None
            or (what.cseq, what.method) != (invite.request.cseq.number, "INVITE")
            or not sending.acknowledged(what.rseq)
        ):
            call.reply(server, 481)
            return
        if server.peer.host == invite.peer.host:
            self._prove(call, invite)  # only who read our response knows its tag and its number
        self._pracked.set()
        awaited = call.media.offering and call.machine.state is SessionState.OFFERED
        reply = self._reply_to_prack(call, description_of(server.request))
        call.reply(server, *reply)
        if awaited and reply[0] != 200:  # without audio there is no call
            call.refuse(488, why=Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, "no audio in common"))
        call.rearm()

    def _reply_to_prack(self, call: Answerable, described: bytes | None) -> tuple[int, Headers, bytes]:
        """A PRACK holds the answer to the offer in our 183, or an offer of their own (section 5)."""
        try:
            if call.media.offering:
                call.media.accept(described or b"")
            elif described:
                return 200, (), call.media.answer(described)
        except NoCommonCodec:
            return 488, (), b""
        except SdpError:
            return 400, (), b""
        return 200, (), b""

    def refuse(self, call: Answerable, refusal: Refusal) -> None:
        """Send an error response, unless a final one is out."""
        invite = self.invite
        if invite is not None and not invite.answered:
            lines = [*refusal.headers, ("Server", call.core.user_agent)]
            tag = call.dialog.local.tag
            invite.respond(invite.request.response(refusal.status, refusal.reason, to_tag=tag, headers=lines))

    # -- the answer

    async def answer(self, call: Answerable) -> None:
        """Send the 200 to the first INVITE and wait for its ACK. See SipLeg.answer for what it raises."""
        invite = self.invite
        if call.machine.state is not SessionState.OFFERED or invite is None:
            raise CallError("the call is over or was answered before; nothing is left to answer", 487)
        if self._early is EarlyAnswer.NONE:
            body = self._describe(call, description_of(invite.request))
        else:
            # No 200 while a description of ours may still be on its way (RFC 3262 section 3).
            await self._pracked.wait()
            if (over := call.leg.termination) is not None:
                raise CallError(f"the call was over before it was answered: {over}", over.code or 487)
            body = self._body if self._early is EarlyAnswer.REPEATED else b""
            call.media.confirm()
        self._stop_sending()
        call.leg.setup_s = call.core.now() - call.started
        self._send_ok(call, invite, body, self.headers)
        call.media_changed()
        # Until then whoever sent the INVITE may be anywhere else, and nobody is to work for it.
        await self.settled.wait()
        if (over := call.leg.termination) is not None:
            raise CallError(f"the call was over before the caller took our answer: {over}", over.code or 487)

    def _describe(self, call: Answerable, offered: bytes | None) -> bytes:
        """Our answer to the offer of their INVITE, or our offer; the leg has its audio from now on."""
        try:
            body = call.media.answer(offered) if offered else call.media.offer()
        except CapacityError:
            call.refuse(503, headers=[("Retry-After", "5")], why=Termination(EndedBy.SERVER, Why.FAILED, 503))
            raise
        except SdpError as error:
            why = Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, str(error))
            call.refuse(488 if isinstance(error, NoCommonCodec) else 400, why=why)
            raise CallError(f"no audio in common with the caller: {error}", 488) from error
        stream = call.media.open()
        stream.on_heard = call.heard
        call.leg.opened(stream)
        return body

    def again(self, call: Answerable, server: ReceivedRequest, body: bytes) -> None:
        """Accept their re-INVITE."""
        self.invite = server
        server.on_ack = call.acknowledged
        self._send_ok(call, server, body)
        call.media_changed()

    def repeat(self) -> None:
        """The last response: its ACK, or PRACK, has not come."""
        if self.invite is not None:
            self.invite.repeat()

    def _send_ok(self, call: Answerable, server: ReceivedRequest, body: bytes, headers: Headers = ()) -> None:
        """Send a 2xx to an INVITE and repeat it until the ACK (13.3.1.4)."""
        timer = call.timer.granted(server.request, call.core.now())
        extras = [*timer, *headers, *told_call(call.transport)]
        lines = [*call.core.respond_headers(call.transport, call.host, call.dialog.secure), *extras]
        if body:
            lines.append(("Content-Type", "application/sdp"))
        lines.append(("Supported", ",".join(SUPPORTED)))
        ok = server.request.response(200, to_tag=call.dialog.local.tag, headers=lines, body=body)
        # That it can be repeated is worth more than extras.
        if not server.budget.fits(2 * len(bytes(ok))):
            ok.remove("Supported")
        if not server.budget.fits(2 * len(bytes(ok))):
            for name, _ in extras:
                ok.remove(name)
            call.timer.off()  # for we did not say so
        call.happened(SessionEvent.ANSWER)
        server.respond(ok)

    # -- what comes back

    def heard(self, call: Answerable) -> None:
        """Audio came before the ACK did, which may be lost: it is listened to. It proves nothing to
        signalling, since a port can be guessed and audio be sent in anybody's name; what comes pays for what
        is sent to where it comes from (`mediaserver.rtp.permission`)."""
        self.settled.set()

    def _prove(self, call: Answerable, invite: ReceivedRequest) -> None:
        invite.prove()
        if call.dialog.way is not None:
            call.dialog.way.acknowledged()
        call.proven()

    def confirms(self, call: Answerable, ack: Request) -> bool:
        """Whether an ACK is the one that our last 200 waits for."""
        invite = self.invite
        if invite is None or not call.machine.unacknowledged:
            return False
        if ack.cseq.number != invite.request.cseq.number:
            return False
        if call.dialog.way is not None:
            call.dialog.way.acknowledged()
        if not self._confirmed:
            self._confirmed = True  # what a later INVITE pays for is counted when it comes
            call.received += invite.budget.left // FACTOR
        invite.acknowledged()
        return True

    def confirmed(self, call: Answerable, ack: Request) -> None:
        """It came, and may hold the answer to an offer of ours."""
        if (stream := call.media.stream) is not None:
            # Where the 200 was sent to, whoever sent the ACK.
            stream.proven(call.audio_from, call.received, verified=call.verified)
        if call.media.offering and call.machine.up:
            try:
                call.media.accept(description_of(ack) or b"")
                call.media_changed()
            except SdpError as error:
                call.media.withdraw()
                if call.media.negotiated is None:
                    call.hangup(Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, str(error)))
        self.settled.set()

    def over(self) -> None:
        """Nobody is to wait any more."""
        self._stop_sending()
        self._pracked.set()
        self.settled.set()

    def _stop_sending(self) -> None:
        self._expires_at = None
        if self._sending is not None:
            self._sending.stop()

    def let_go(self) -> None:
        """Of the INVITE, whose transaction knows the call."""
        if self.invite is not None:
            self.invite.let_go()
        self.invite = None
