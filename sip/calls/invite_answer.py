"""Our side of an INVITE of theirs, the first or a later one: ringing, the 200 until its ACK, or a refusal
(RFC 3261 section 13.3).

When what may be said is the machine's to know (`sip.calls.session_machine`). It holds no way back
to the call, which is handed to whatever needs it: nothing is to wait for the garbage collector.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from mediaserver.errors import CallError, CapacityError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.core import Core
from sip.calls.dialog import Dialog, Headers
from sip.calls.ending import Refusal
from sip.calls.leg import SipLeg
from sip.calls.session_machine import SessionEvent, SessionMachine, SessionState
from sip.calls.session_timer import SessionTimer
from sip.messages.message import Request
from sip.messages.multipart import description_of
from sip.sdp.negotiation import NoCommonCodec, SdpError
from sip.sdp.offer_answer import OfferAnswer
from sip.transactions.requests import ReceivedRequest


class Answerable(Protocol):
    """The call, as the answer to its INVITE sees it."""

    core: Core
    machine: SessionMachine
    media: OfferAnswer
    leg: SipLeg
    dialog: Dialog
    transport: str
    host: str
    started: float
    received: int
    """Bytes of its requests in this call."""
    verified: bool
    timer: SessionTimer

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


class InviteAnswer:
    """Of one call."""

    def __init__(self) -> None:
        self.invite: ReceivedRequest | None = None
        """The one that we answer or answered last; None while they sent none."""
        self.headers: list[tuple[str, str]] = []
        """More headers of the first 200."""
        self.settled = asyncio.Event()
        """An ACK came, or audio of the caller's, or the end."""

    # -- before the answer

    def ring(self, call: Answerable, status: int = 180) -> None:
        """Send a provisional response, unless a final one is out."""
        if self.invite is not None and call.machine.state is SessionState.OFFERED:
            # No longer than need be: the 200 is to fit into what an unproven caller may be sent, too.
            contact = call.core.contact(call.transport, call.host, call.dialog.secure)
            headers = [("Contact", contact)] if status > 100 else ()
            tag = call.dialog.local.tag if status > 100 else None
            self.invite.respond(self.invite.request.response(status, to_tag=tag, headers=headers))

    def trying(self, call: Answerable) -> None:
        """Send a 100, unless the caller has heard more."""
        if self.invite is not None and self.invite.machine.last is None:
            self.ring(call, 100)

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
        offered = description_of(invite.request)
        try:
            body = call.media.answer(offered) if offered else call.media.offer()
        except CapacityError:
            call.refuse(503, headers=[("Retry-After", "5")], why=Termination(EndedBy.SERVER, Why.FAILED, 503))
            raise
        except SdpError as error:
            why = Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, str(error))
            call.refuse(488 if isinstance(error, NoCommonCodec) else 400, why=why)
            raise CallError(f"no audio in common with the caller: {error}", 488) from error
        call.leg.setup_s = call.core.now() - call.started
        stream = call.media.open()
        stream.on_heard = call.heard
        call.leg.opened(stream)
        self._send_ok(call, invite, body, self.headers)
        call.media_changed()
        # Until then whoever sent the INVITE may be anywhere else, and nobody is to work for it.
        await self.settled.wait()
        if (over := call.leg.termination) is not None:
            raise CallError(f"the call was over before the caller took our answer: {over}", over.code or 487)

    def again(self, call: Answerable, server: ReceivedRequest, body: bytes) -> None:
        """Accept their re-INVITE."""
        self.invite = server
        server.on_ack = call.acknowledged
        self._send_ok(call, server, body)
        call.media_changed()

    def repeat(self) -> None:
        """The 200: its ACK has not come."""
        if self.invite is not None:
            self.invite.repeat()

    def _send_ok(self, call: Answerable, server: ReceivedRequest, body: bytes, headers: Headers = ()) -> None:
        """Send a 2xx to an INVITE and repeat it until the ACK (13.3.1.4)."""
        timer = call.timer.granted(server.request, call.core.now())
        extras = [*timer, *headers]
        lines = [*call.core.respond_headers(call.transport, call.host, call.dialog.secure), *extras]
        lines.append(("Content-Type", "application/sdp"))
        ok = server.request.response(200, to_tag=call.dialog.local.tag, headers=lines, body=body)
        if not server.budget.fits(2 * len(bytes(ok))):  # that it can be repeated is worth more than extras
            for name, _ in extras:
                ok.remove(name)
            call.timer.off()  # for we did not say so
        call.happened(SessionEvent.ANSWER)
        server.respond(ok)

    # -- what comes back

    def heard(self, call: Answerable) -> None:
        """Audio came before the ACK did, which may be lost. Only who read our 200 knows the port."""
        invite, audio_from = self.invite, call.media.open().remote
        if invite is not None and audio_from is not None and audio_from[0] == invite.peer.host:
            invite.prove()  # and the 200 is repeated until the ACK
            if call.dialog.way is not None:
                call.dialog.way.acknowledged()
            call.proven()
        self.settled.set()

    def confirms(self, call: Answerable, ack: Request) -> bool:
        """Whether an ACK is the one that our last 200 waits for."""
        invite = self.invite
        if invite is None or not call.machine.unacknowledged:
            return False
        if ack.cseq.number != invite.request.cseq.number:
            return False
        if call.dialog.way is not None:
            call.dialog.way.acknowledged()
        invite.acknowledged()
        return True

    def confirmed(self, call: Answerable, ack: Request) -> None:
        """It came, and may hold the answer to an offer of ours."""
        if (stream := call.media.stream) is not None:
            # Where the 200 was sent to, whoever sent the ACK, of which nobody knows the size on the wire.
            stream.proven(call.host, call.received, verified=call.verified)
        if call.media.offering and call.machine.up:
            try:
                call.media.accept(description_of(ack) or b"")
                call.media_changed()
            except SdpError as error:
                call.media.withdraw()
                if call.media.negotiated is None:
                    call.hangup(Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, str(error)))
        self.settled.set()

    def let_go(self) -> None:
        """Of the INVITE, whose transaction knows the call."""
        if self.invite is not None:
            self.invite.let_go()
        self.invite = None
