"""One call on its dialog: answering, offers in both directions, digits by INFO, and the end.

`InviteSession` reacts to requests of its dialog and sends its own. It runs on the event loop and never waits;
who wants to wait awaits the futures of `answer` and `renegotiate`. It must never look at audio.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable

from mediaserver.errors import CallError, CapacityError
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from sip.calls.alarm import Alarm
from sip.calls.asking import DialogRequest, Finished
from sip.calls.call_watch import GONE, CallWatch, WatchAction
from sip.calls.core import Core, Credentials
from sip.calls.dialog import Dialog, Headers
from sip.calls.ending import Refusal, reason_header, reason_text, refusal_code
from sip.calls.flow import SipFlow, WayBack, flow_of
from sip.calls.in_call import serve
from sip.calls.info_dtmf import relay_body
from sip.calls.leg import SipLeg
from sip.calls.renegotiation import Renegotiation
from sip.calls.session_machine import Doing, SessionAction, SessionEvent, SessionMachine, SessionState
from sip.messages.message import Request
from sip.messages.multipart import description_of
from sip.sdp.negotiation import Negotiated, NoCommonCodec, SdpError
from sip.sdp.policy import MediaPolicy
from sip.transactions.requests import ReceivedRequest
from sip.transactions.transaction import Cause

log = logging.getLogger(__name__)

ASKED_FOR = 10
"""Of T1 (5 s): whoever is silent is asked four times in that time over UDP, and has to answer within it."""


def _nothing_to_abandon(why: Termination) -> None:
    return None


def _nobody_cares(session: InviteSession) -> None:
    return None


class InviteSession:
    """One call: of an incoming INVITE (`offered`), or of one of ours (`establish` with its answer)."""

    def __init__(
        self,
        core: Core,
        direction: Direction,
        dialog: Dialog,
        remote: SipFlow,
        *,
        credentials: Credentials | None = None,
        abandon: Callable[[Termination], None] = _nothing_to_abandon,
        policy: MediaPolicy | None = None,
    ) -> None:
        """`dialog`: a draft when the INVITE is ours. `remote`: the way to the other side's
        signalling. `abandon`: end our INVITE that was not answered yet. `policy`: of this peer's media; None:
        as everybody's."""
        self.core = core
        self.direction = direction
        self.dialog = dialog
        self.transport, self.host = remote[0], remote[1]
        self.media = core.media(self.host, policy)
        self.leg = SipLeg(self, direction, dialog.call_id, f"{remote[1]}:{remote[2]}")
        begin = SessionState.OFFERED if direction is Direction.INBOUND else SessionState.CALLING
        self.machine = SessionMachine(begin, core.layer.timing)
        self._watch = CallWatch(core.call_limits, core.now(), ASKED_FOR * core.layer.timing.t1)
        self._alarm = Alarm()
        self.credentials = credentials
        self.started = core.now()
        self.verified = direction is Direction.OUTBOUND
        """The operator chose the other side: a trunk, an extension by its password, whoever we called."""
        self._received = 0
        """Bytes of its requests in this call."""
        self._answer_headers: list[tuple[str, str]] = []
        self.on_over: Callable[[InviteSession], None] = _nobody_cares
        """The owner's: the call is over and its place is free."""
        self._abandon = abandon
        self._invite: ReceivedRequest | None = None
        """The INVITE that we answer or answered last; None while they sent none."""
        self._settled = asyncio.Event()
        """An ACK came, or audio of the caller's, or the end."""
        self._keys: deque[bytes] = deque()
        """Bodies of INFO; the first is under way."""
        self._renegotiation: Renegotiation | None = None
        """Of a call that was ever asked for a change."""
        self.dialog.way = WayBack(remote, proven=direction is Direction.OUTBOUND)

    @property
    def negotiated(self) -> Negotiated | None:
        return self.media.negotiated

    # -- incoming: the first INVITE

    @classmethod
    def offered(
        cls,
        core: Core,
        server: ReceivedRequest,
        *,
        verified: bool = False,
        policy: MediaPolicy | None = None,
    ) -> InviteSession:
        """The call that the INVITE of `server` asks for."""
        peer, dialog = server.peer, Dialog.of_request(server.request, secrets.token_hex(8))
        session = cls(core, Direction.INBOUND, dialog, flow_of(server.request, peer), policy=policy)
        session._invite = server
        session.verified, session._received = verified, peer.size
        dialog.budget = server.budget
        core.dialogs[dialog.id] = session
        server.on_cancel = session._cancelled
        server.on_ack = session.acknowledged
        server.on_failure = session.failed
        session.rearm()
        return session

    def ring(self, status: int = 180) -> None:
        """Send a provisional response, unless a final one is out."""
        if self._invite is not None and self.machine.state is SessionState.OFFERED:
            # No longer than need be: the 200 is to fit into what an unproven caller may be sent, too.
            headers = [("Contact", self.core.contact(self.transport, self.host))] if status > 100 else ()
            tag = self.dialog.local.tag if status > 100 else None
            self._invite.respond(self._invite.request.response(status, to_tag=tag, headers=headers))

    def trying(self) -> None:
        """Send a 100, unless the caller has heard more."""
        if self._invite is not None and self._invite.machine.last is None:
            self.ring(100)

    def add_answer_header(self, name: str, value: str) -> None:
        """One more header of the 200 to come."""
        self._answer_headers.append((name, value))

    async def answer(self) -> None:
        """Send the 200 to the first INVITE and wait for its ACK. See SipLeg.answer for what it raises."""
        invite = self._invite
        if self.machine.state is not SessionState.OFFERED or invite is None:
            raise CallError("the call is over or was answered before; nothing is left to answer", 487)
        offered = description_of(invite.request)
        try:
            body = self.media.answer(offered) if offered else self.media.offer()
        except CapacityError:
            self.refuse(503, headers=[("Retry-After", "5")], why=Termination(EndedBy.SERVER, Why.FAILED, 503))
            raise
        except SdpError as error:
            why = Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, str(error))
            self.refuse(488 if isinstance(error, NoCommonCodec) else 400, why=why)
            raise CallError(f"no audio in common with the caller: {error}", 488) from error
        self.leg.setup_s = self.core.now() - self.started
        stream = self.media.open()
        stream.on_heard = self._heard
        self.leg.opened(stream)
        self._send_ok(invite, body, self._answer_headers)
        self.media_changed()
        # Until then whoever sent the INVITE may be anywhere else, and nobody is to work for it.
        await self._settled.wait()
        if (over := self.leg.termination) is not None:
            raise CallError(f"the call was over before the caller took our answer: {over}", over.code or 487)

    def _heard(self) -> None:
        """Audio came before the ACK did, which may be lost. Only who read our 200 knows the port."""
        invite, audio_from = self._invite, self.media.open().remote
        if invite is not None and audio_from is not None and audio_from[0] == invite.peer.host:
            invite.prove()  # and the 200 is repeated until the ACK
            if self.dialog.way is not None:
                self.dialog.way.acknowledged()
        self._settled.set()

    def refuse(
        self, status: int, reason: str | None = None, headers: Headers = (), *, why: Termination
    ) -> None:
        """Send an error response to the first INVITE and end; hang up when it was answered."""
        self._happened(SessionEvent.HANGUP, why, Refusal(status, reason, headers))

    def _cancelled(self, cancel: ReceivedRequest) -> None:
        # The CANCEL is answered first: some callers take a 487 before it for another call's.
        self.reply(cancel, 200)
        why = Termination(EndedBy.PEER, Why.CANCELLED, 487, reason_text(cancel.request))
        self._happened(SessionEvent.CANCEL, why, Refusal(487))

    # -- outgoing: the answer arrived

    def establish(self, dialog: Dialog) -> None:
        """Our INVITE was answered, the offer/answer exchange is done and the ACK is sent."""
        dialog.way = self.dialog.way
        self.dialog = dialog
        self._abandon = _nothing_to_abandon  # whoever placed the call need not live as long as it does
        self.core.dialogs[dialog.id] = self
        self.leg.opened(self.media.open())
        self._watch.begun(self.core.now())
        self._happened(SessionEvent.ANSWERED)
        self.media.open().proven(self.host, verified=True)
        self.media_changed()

    def end_unanswered(self, why: Termination) -> None:
        """Our INVITE came to nothing."""
        self._happened(SessionEvent.FAILED, why)

    # -- requests of the dialog

    def receive(self, server: ReceivedRequest) -> None:
        """A new request within the dialog (anything but ACK and CANCEL)."""
        request = server.request
        if not self.dialog.in_order(request):
            self.reply(server, 500)
            return
        self._received += server.peer.size
        if self.dialog.way is not None:
            self.dialog.way.heard(flow_of(request, server.peer))
        self._watch.heard(self.core.now())
        if request.method == "BYE":
            self.reply(server, 200)
            why = Termination(EndedBy.PEER, Why.HANGUP, None, reason_text(request))
            self._happened(SessionEvent.BYE, why, Refusal(487))
        elif self.machine.over:
            self.reply(server, 481)
        else:
            serve(self, server)

    def acknowledged(self, ack: Request) -> None:
        """An ACK to a 2xx of ours."""
        invite = self._invite
        if invite is None or not self.machine.unacknowledged:
            return
        if ack.cseq.number != invite.request.cseq.number:
            return
        if self.dialog.way is not None:
            self.dialog.way.acknowledged()
        invite.acknowledged()
        self._watch.begun(self.core.now())
        self._happened(SessionEvent.ACK)
        if (stream := self.media.stream) is not None:
            # Where the 200 was sent to, whoever sent the ACK, of which nobody knows the size on the wire.
            stream.proven(self.host, self._received, verified=self.verified)
        if self.media.offering and self.machine.up:
            try:
                self.media.accept(description_of(ack) or b"")
                self.media_changed()
            except SdpError as error:
                self.media.withdraw()
                if self.media.negotiated is None:
                    self.hangup(Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, str(error)))
        self._settled.set()

    def answer_again(self, server: ReceivedRequest, body: bytes) -> None:
        """Accept their re-INVITE."""
        self._invite = server
        server.on_ack = self.acknowledged
        self._send_ok(server, body)
        self.media_changed()

    # -- requests of ours

    async def renegotiate(self, direction: str) -> None:
        """Offer audio in another direction (re-INVITE). Raises CallError when it is refused."""
        if self._renegotiation is None:
            self._renegotiation = Renegotiation(self)
        await self._renegotiation.want(direction)

    def send_info_digit(self, digit: str, duration_ms: int) -> None:
        """Raises ValueError for what is no key. Nobody hears keys of a call that is not up."""
        body = relay_body(digit, duration_ms)
        if self.machine.up:
            self._keys.append(body)
            if len(self._keys) == 1:
                self._press()

    def _press(self) -> None:
        """Send the next key. One at a time: two under way may overtake each other."""
        self._ask("INFO", [("Content-Type", "application/dtmf-relay")], self._keys[0], self._pressed)

    def _pressed(self, request: DialogRequest, status: int) -> None:
        self._keys.popleft()
        if status in GONE:
            self.lost(status)
        elif self._keys and self.machine.up:
            self._press()
        else:
            self._keys.clear()

    def hangup(self, why: Termination) -> None:
        """End the call the way its state wants it. A second call does nothing."""
        self._happened(SessionEvent.HANGUP, why)

    def _ask(self, method: str, headers: Headers, body: bytes, finished: Finished) -> None:
        DialogRequest(self.core, self.dialog, self.credentials, method, headers, body, finished).send()

    # -- called by a change of ours (sip.calls.renegotiation.Changeable), or of theirs (sip.calls.in_call)

    def lost(self, status: int) -> None:
        self.hangup(Termination(EndedBy.NETWORK, Why.LOST, status))

    def media_changed(self) -> None:
        if (agreed := self.media.negotiated) is not None:
            self._watch.agreed(agreed.direction == "inactive", self.core.now())
            self._do(self.machine.agreed(agreed.held), None)

    def rearm(self) -> None:
        """Come back at the next deadline."""
        times = [self.machine.deadline, None if self.machine.over else self._watch.deadline]
        self._alarm.set(min((time for time in times if time is not None), default=None), self._deadline)

    def reply(self, server: ReceivedRequest, status: int, headers: Headers = (), body: bytes = b"") -> None:
        lines = [*headers, ("Content-Type", "application/sdp")] if body else headers
        server.respond(
            server.request.response(status, to_tag=self.dialog.local.tag, headers=lines, body=body)
        )

    # -- inside

    def _send_ok(self, server: ReceivedRequest, body: bytes, headers: Headers = ()) -> None:
        """Send a 2xx to an INVITE and repeat it until the ACK (13.3.1.4)."""
        lines = [*self.core.respond_headers(self.transport, self.host), *headers]
        lines.append(("Content-Type", "application/sdp"))
        ok = server.request.response(200, to_tag=self.dialog.local.tag, headers=lines, body=body)
        if not server.budget.fits(2 * len(bytes(ok))):  # that it can be repeated is worth more than extras
            for name, _ in headers:
                ok.remove(name)
        self._happened(SessionEvent.ANSWER)
        server.respond(ok)

    def _happened(
        self, event: SessionEvent, why: Termination | None = None, refusal: Refusal | None = None
    ) -> None:
        """Something happened. `why`: how the call ended, if that ends it. `refusal`: what an INVITE is then
        refused with; None: what `why` asks for."""
        self._do(self.machine.happened(event, self.core.now()), why, refusal)

    def _deadline(self) -> None:
        doing = self.machine.due(self.core.now())
        self._do(doing, Termination(EndedBy.NETWORK, Why.FAILED, None, "no ACK arrived"))
        if not self.machine.over:
            self._look()

    def _look(self) -> None:
        """Whether the call lasts too long, and the other side still lives."""
        stream = self.media.stream
        self._act(self._watch.due(self.core.now(), stream.silent_s() if stream is not None else None))

    def audio_stays_away(self) -> None:
        """Called by the stream. Who is muted may send nothing, and answers when asked."""
        if not self.machine.over:
            self._act(self._watch.quiet(self.core.now()))

    def _act(self, action: WatchAction | None) -> None:
        match action:
            case WatchAction.ASK:
                self._ask("OPTIONS", [("Accept", "application/sdp")], b"", self._asked)
            case WatchAction.END_LATE:
                self.hangup(Termination(EndedBy.SERVER, Why.TIME_LIMIT))
            case WatchAction.END_INACTIVE:
                self.hangup(Termination(EndedBy.SERVER, Why.NO_AUDIO_WANTED))
            case WatchAction.END_SILENT:
                self.hangup(Termination(EndedBy.NETWORK, Why.MEDIA_TIMEOUT))
            case None:
                pass
        self.rearm()

    def _asked(self, request: DialogRequest, status: int) -> None:
        """Our OPTIONS was answered, or will never be."""
        if not self._watch.answered(status, request.reached, self.core.now()):
            self.lost(status)
        self.rearm()

    def _do(self, doing: Doing, why: Termination | None, refusal: Refusal | None = None) -> None:
        # A BYE that waited for its ACK says what the hang-up said.
        why = self.leg.termination or why
        self.rearm()
        for do in doing:
            try:
                self._carry_out(do, why, refusal)
            except Exception:
                # What cannot be said must not keep the call from its end: nobody would ever free its place.
                log.exception("a call could not be given all that its state wants: %s", do.name)
        if self.machine.state is SessionState.OVER and self.leg.termination is not None:
            self._let_go()

    def _carry_out(self, do: SessionAction, why: Termination | None, refusal: Refusal | None) -> None:
        match do:
            case SessionAction.REPEAT_OK:
                if self._invite is not None:
                    self._invite.repeat()
            case SessionAction.TRY_CHANGE:
                self._change.send()
            case SessionAction.CANCEL_CHANGE:
                self._change.cancel()
            case SessionAction.GIVE_UP_CHANGE:
                self._change.unanswered()
            case SessionAction.DROP_CHANGE:
                self._change.dropped()
            case SessionAction.SAY_HELD:
                self.leg.held(True)
            case SessionAction.SAY_RESUMED:
                self.leg.held(False)
            case SessionAction.LEAVE:
                self.core.leave(self.dialog)
            case SessionAction.REFUSE | SessionAction.ABANDON | SessionAction.SEND_BYE | SessionAction.END:
                assert why is not None
                self._part(do, why, refusal)

    def _let_go(self) -> None:
        """Of all that points back here: nothing is to wait for the garbage collector, least of all a caller
        that was refused. The dialog keeps us until our BYE is answered."""
        if (invite := self._invite) is not None:
            invite.let_go()
        self._invite = self._renegotiation = None
        self._abandon = _nothing_to_abandon
        self.on_over = _nobody_cares

    @property
    def _change(self) -> Renegotiation:
        """The change that the machine has."""
        assert self._renegotiation is not None
        return self._renegotiation

    def _part(self, do: SessionAction, why: Termination, refusal: Refusal | None) -> None:
        """Do what an end needs."""
        if do is SessionAction.REFUSE:
            self._send_refusal(refusal or Refusal(refusal_code(why), None, [("Reason", reason_header(why))]))
        elif do is SessionAction.ABANDON:
            self._abandon(why)
        elif do is SessionAction.SEND_BYE:
            self._ask("BYE", [("Reason", reason_header(why))], b"", self._left)
        else:
            self._end(why)

    def _send_refusal(self, refusal: Refusal) -> None:
        invite = self._invite
        if invite is not None and not invite.answered:
            lines = [*refusal.headers, ("Server", self.core.user_agent)]
            tag = self.dialog.local.tag
            invite.respond(invite.request.response(refusal.status, refusal.reason, to_tag=tag, headers=lines))

    def _left(self, request: DialogRequest, status: int) -> None:
        """Our BYE was answered, or will never be."""
        self.core.leave(self.dialog)

    def _end(self, why: Termination) -> None:
        try:
            self.leg.ended(why, self.media.close())
        finally:
            self._settled.set()
            self.on_over(self)

    def failed(self, cause: Cause) -> None:
        """The transport under the first INVITE is gone: the answer cannot reach the caller."""
        self._happened(SessionEvent.FAILED, Termination(EndedBy.NETWORK, Why.FAILED, cause.value))
