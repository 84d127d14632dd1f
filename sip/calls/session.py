"""One call on its dialog: answering, offers in both directions, digits by INFO, and the end.

`InviteSession` reacts to requests of its dialog and sends its own. It runs on the event loop and never waits;
who wants to wait awaits the futures of `answer` and `renegotiate`. It must never look at audio.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable

from mediaserver.calls.may_dial import AGENTS, MayDial
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from mediaserver.sdp.negotiation import Negotiated
from mediaserver.sdp.policy import MediaPolicy
from sip.calls import refreshing
from sip.calls.alarm import Alarm
from sip.calls.asking import DialogRequest, Finished
from sip.calls.core import Core, Credentials
from sip.calls.dialog import Dialog, Headers
from sip.calls.ending import Refusal, reason_header, reason_text, refusal_code
from sip.calls.flow import SipFlow, WayBack, flow_of
from sip.calls.in_call import serve
from sip.calls.info_dtmf import relay_body
from sip.calls.invite_answer import InviteAnswer
from sip.calls.key_presses import KeyPresses
from sip.calls.leg import SipLeg
from sip.calls.refer_received import ReceivedRefers
from sip.calls.refer_sent import SentRefers
from sip.calls.renegotiation import Renegotiation
from sip.calls.session_machine import Doing, SessionAction, SessionEvent, SessionMachine, SessionState
from sip.calls.session_timer import SessionTimer
from sip.calls.signs_of_life import SignsOfLife
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import Request
from sip.messages.uri import Uri, escape_user
from sip.transactions.requests import ReceivedRequest
from sip.transactions.transaction import Cause

log = logging.getLogger(__name__)


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
        reach: MayDial = AGENTS,
    ) -> None:
        """`dialog`: a draft when the INVITE is ours. `remote`: the way to the other side's
        signalling. `abandon`: end our INVITE that was not answered yet. `policy`: of this peer's media; None:
        as everybody's. `reach`: whom it may transfer calls to."""
        self.core = core
        self.direction = direction
        self.dialog = dialog
        self.transport, self.host = remote[0], remote[1]
        self.media = core.media(self.host, policy, self.transport)
        self.leg = SipLeg(self, direction, dialog.call_id, f"{remote[1]}:{remote[2]}")
        begin = SessionState.OFFERED if direction is Direction.INBOUND else SessionState.CALLING
        self.machine = SessionMachine(begin, core.layer.timing)
        self._life = SignsOfLife(core)
        self._alarm = Alarm()
        self.credentials = credentials
        self.started = core.now()
        self.received = 0
        """Bytes of its requests from where it proved to be, less a third of what we answered before."""
        self.on_over: Callable[[InviteSession], None] = _nobody_cares
        """The owner's: the call is over and its place is free."""
        self.on_proven: Callable[[InviteSession], None] = _nobody_cares
        """The owner's: the caller has read our answer where the INVITE came from."""
        self._abandon = abandon
        self._answering = InviteAnswer()
        self._keys = KeyPresses()
        self.timer = SessionTimer(core.timer_policy)
        self.reach = reach
        self.refers = ReceivedRefers()
        self.sent_refers = SentRefers()
        self._renegotiation: Renegotiation | None = None
        """Of a call that was ever asked for a change."""
        self.dialog.way = WayBack(remote, proven=direction is Direction.OUTBOUND, now=self.started)

    @property
    def verified(self) -> bool:
        """The operator chose the other side: a trunk, an extension by its password, whoever we called."""
        return self.direction is Direction.OUTBOUND or self.dialog.opener_proved

    @property
    def audio_from(self) -> str | None:
        """The address that audio is expected from, as far as signalling proves one: that of a page's socket
        may be a proxy's."""
        return None if self.transport in WEB_SOCKETS else self.host

    @property
    def negotiated(self) -> Negotiated | None:
        return self.media.negotiated

    @property
    def over(self) -> bool:
        """It is, or about to be."""
        return self.machine.over

    @property
    def offering(self) -> bool:
        """An offer of ours waits for its answer."""
        return self.media.offering

    @property
    def undecided(self) -> bool:
        """An offer of theirs, or their INVITE without one, waits for ours."""
        return self.machine.unanswered and self.media.negotiated is None

    # -- incoming: the first INVITE

    @classmethod
    def offered(
        cls,
        core: Core,
        server: ReceivedRequest,
        *,
        verified: bool = False,
        policy: MediaPolicy | None = None,
        reach: MayDial = AGENTS,
    ) -> InviteSession:
        """The call that the INVITE of `server` asks for."""
        peer, dialog = server.peer, Dialog.of_request(server.request, secrets.token_hex(8))
        session = cls(
            core, Direction.INBOUND, dialog, flow_of(server.request, peer), policy=policy, reach=reach
        )
        session._answering.invited(server, session.started)
        dialog.opener_proved = verified
        dialog.budget = server.budget
        core.dialogs[dialog.id] = session
        server.on_cancel = session._cancelled
        server.on_ack = session.acknowledged
        server.on_failure = session.failed
        session.rearm()
        return session

    def ring(self) -> None:
        """Send a 180, unless a final response is out."""
        self._answering.ring(self)

    async def progress(self) -> bool:
        """Send a 183 with our description. See SipLeg.progress."""
        return await self._answering.progress(self)

    def trying(self) -> None:
        """Send a 100, unless the caller has heard more."""
        self._answering.trying(self)

    def add_answer_header(self, name: str, value: str) -> None:
        """One more header of the 200 to come."""
        self._answering.headers.append((name, value))

    async def answer(self) -> None:
        """Send the 200 to the first INVITE and wait for its ACK. See SipLeg.answer for what it raises."""
        await self._answering.answer(self)

    def refuse(
        self, status: int, reason: str | None = None, headers: Headers = (), *, why: Termination
    ) -> None:
        """Send an error response to the first INVITE and end; hang up when it was answered."""
        self.happened(SessionEvent.HANGUP, why, Refusal(status, reason, headers))

    def _cancelled(self, cancel: ReceivedRequest) -> None:
        # The CANCEL is answered first: some callers take a 487 before it for another call's.
        self.reply(cancel, 200)
        why = Termination(EndedBy.PEER, Why.CANCELLED, 487, reason_text(cancel.request))
        self.happened(SessionEvent.CANCEL, why, Refusal(487))

    # -- outgoing: the answer arrived

    def establish(self, dialog: Dialog) -> None:
        """Our INVITE was answered, the offer/answer exchange is done and the ACK is sent."""
        dialog.way = self.dialog.way
        self.dialog = dialog
        self._abandon = _nothing_to_abandon  # whoever placed the call need not live as long as it does
        self.core.dialogs[dialog.id] = self
        self.leg.opened(self.media.open())
        self._life.watch.begun(self.core.now())
        self.happened(SessionEvent.ANSWERED)
        self.media.open().proven(self.audio_from, verified=True)
        self.media_changed()

    def moves_to(self, remote: SipFlow) -> None:
        """Our INVITE was sent on, and goes to somebody else from now on."""
        self.transport, self.host = remote[0], remote[1]
        self.dialog.way = WayBack(remote, proven=True)
        self.leg.remote = f"{remote[1]}:{remote[2]}"
        # What was offered names our address, and keys, for whom we called before.
        before, self.media = self.media, self.core.media(self.host, self.media.policy, self.transport)
        if self.leg.stream is None:
            before.close()
        else:
            self.media.adopt(before)  # it was heard: its clock knows its stream

    def end_unanswered(self, why: Termination) -> None:
        """Our INVITE came to nothing."""
        self.happened(SessionEvent.FAILED, why)

    # -- requests of the dialog

    def receive(self, server: ReceivedRequest, *, proved: bool = False) -> None:
        """A new request within the dialog (anything but ACK and CANCEL). `proved`: its sender is where it
        came from."""
        request = server.request
        if not self.dialog.in_order(request):
            self.reply(server, 500)
            return
        if (way := self.dialog.way) is not None:
            if proved or way.leads_to(server.peer.host):
                self.received += server.peer.size  # others pay for the answers that they get, and for no more
            self._is_at(flow_of(request, server.peer), way, proved)
        self._life.watch.heard(self.core.now())
        if request.method == "BYE":
            self.reply(server, 200)
            why = Termination(EndedBy.PEER, Why.HANGUP, None, reason_text(request))
            self.happened(SessionEvent.BYE, why, Refusal(487))
        elif self.machine.over:
            self.reply(server, 481)
        else:
            serve(self, server)

    def acknowledged(self, ack: Request) -> None:
        """An ACK to a 2xx of ours."""
        if self._answering.confirms(self, ack):
            self.proven()
            self._life.watch.begun(self.core.now())
            self.happened(SessionEvent.ACK)
            self._answering.confirmed(self, ack)

    def pracked(self, server: ReceivedRequest) -> None:
        """A PRACK came."""
        self._answering.pracked(self, server)

    def heard(self) -> None:
        """Audio of the other side came."""
        self._answering.heard(self)

    def proven(self) -> None:
        """The caller has read our answer where the INVITE came from."""
        self.leg.proven = True
        self.on_proven(self)

    def answer_again(self, server: ReceivedRequest, body: bytes) -> None:
        """Accept their re-INVITE."""
        self._answering.again(self, server, body)

    # -- requests of ours

    async def renegotiate(self, direction: str) -> None:
        """Offer audio in another direction (re-INVITE). Raises CallError when it is refused."""
        await self._begin_change(direction)

    def offer_again(self) -> asyncio.Future[None]:
        """Offer what is agreed on (re-INVITE)."""
        return self._begin_change(self.media.direction)

    def _begin_change(self, direction: str) -> asyncio.Future[None]:
        if self._renegotiation is None:
            self._renegotiation = Renegotiation(self)
        return self._renegotiation.begin(direction)

    def send_info_digit(self, digit: str, duration_ms: int) -> None:
        """Raises ValueError for what is no key. Nobody hears keys of a call that is not up."""
        body = relay_body(digit, duration_ms)
        if self.machine.up:
            self._keys.put(self, body)

    async def hand_over(self, to: str, timeout_s: float) -> None:
        """Have the other side call `to` itself. See SentRefers.hand_over."""
        await self.sent_refers.hand_over(self, to, timeout_s)

    def address_at_peer(self, user: str) -> str:
        """Somebody at the domain that the other side names as its own."""
        remote = self.dialog.remote.uri
        domain = remote if remote.is_sip and remote.host else self.dialog.target
        return str(Uri("sip", escape_user(user), host=domain.host, port=domain.port))

    def key_refused(self, digit: str, duration_ms: int) -> None:
        """Called by the keys: the far end does not take them by INFO."""
        self.leg.digit_refused(digit, duration_ms)

    def hangup(self, why: Termination) -> None:
        """End the call the way its state wants it. A second call does nothing."""
        self.happened(SessionEvent.HANGUP, why)

    def cannot_encrypt(self, why: str) -> None:
        """Called by the stream. What was agreed on is encrypted audio, or none."""
        log.warning("the call with %s ends: %s", self.host, why)
        self.hangup(Termination(EndedBy.NETWORK, Why.INSECURE, 488, why))

    def audio_stays_away(self) -> None:
        """Called by the stream. Who is muted may send nothing, and answers when asked."""
        if self.machine.up:  # before the answer nobody has to say anything
            self._life.quiet(self)

    # -- called by the parts of a call: our changes (sip.calls.renegotiation), theirs (sip.calls.in_call), the
    # answer to their INVITE (sip.calls.invite_answer), keys and signs of life

    def happened(
        self, event: SessionEvent, why: Termination | None = None, refusal: Refusal | None = None
    ) -> None:
        """Something happened. `why`: how the call ended, if that ends it. `refusal`: what an INVITE is then
        refused with; None: what `why` asks for."""
        self._do(self.machine.happened(event, self.core.now()), why, refusal)

    def ask(self, method: str, headers: Headers, body: bytes, finished: Finished) -> None:
        DialogRequest(self.core, self.dialog, self.credentials, method, headers, body, finished).send()

    def lost(self, status: int) -> None:
        self.hangup(Termination(EndedBy.NETWORK, Why.LOST, status))

    def media_changed(self) -> None:
        agreed = self.media.negotiated
        if agreed is not None and self.machine.up:  # a one-way announcement before the answer is no hold
            self._life.watch.agreed(agreed.direction == "inactive", self.core.now())
            self._do(self.machine.agreed(agreed.held), None)

    def rearm(self) -> None:
        """Come back at the next deadline."""
        times = [self.machine.deadline, None if self.machine.over else self._life.watch.deadline]
        times.append(self._answering.deadline)
        times.append(self.timer.deadline if self.machine.up else None)
        self._alarm.set(min((time for time in times if time is not None), default=None), self._deadline)

    def reply(self, server: ReceivedRequest, status: int, headers: Headers = (), body: bytes = b"") -> None:
        lines = [*headers, ("Content-Type", "application/sdp")] if body else headers
        server.respond(
            server.request.response(status, to_tag=self.dialog.local.tag, headers=lines, body=body)
        )

    # -- inside

    def _is_at(self, flow: SipFlow, way: WayBack, proved: bool) -> None:
        """A request in order came by that flow. Once it is proven that the other side is there, what we say
        of ourselves is what it can reach from there, and its audio is expected from there."""
        way.heard(flow, self.core.now())
        if proved:
            way.proven = True
        if way.proven and (flow.transport, flow.host) != (self.transport, self.host):
            self.transport, self.host = flow.transport, flow.host
            self.media.moved(self.core.audio_host(self.transport, self.host), self.host)
            if (stream := self.media.stream) is not None:
                stream.proven(self.audio_from, self.received, verified=self.verified)

    def _deadline(self) -> None:
        self._answering.due(self)
        doing = self.machine.due(self.core.now())
        self._do(doing, Termination(EndedBy.NETWORK, Why.FAILED, None, "no ACK arrived"))
        if not self.machine.over:
            self._life.look(self)
        if self.machine.up:
            refreshing.look(self)

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
                self._answering.repeat()
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
        self._answering.let_go()
        self.refers.over()
        self.sent_refers.over()
        self._renegotiation = None
        self._abandon = _nothing_to_abandon
        self.on_over = self.on_proven = _nobody_cares

    @property
    def _change(self) -> Renegotiation:
        """The change that the machine has."""
        assert self._renegotiation is not None
        return self._renegotiation

    def _part(self, do: SessionAction, why: Termination, refusal: Refusal | None) -> None:
        """Do what an end needs."""
        if do is SessionAction.REFUSE:
            said = refusal or Refusal(refusal_code(why), None, [("Reason", reason_header(why))])
            self._answering.refuse(self, said)
        elif do is SessionAction.ABANDON:
            self._abandon(why)
        elif do is SessionAction.SEND_BYE:
            self.ask("BYE", [("Reason", reason_header(why))], b"", self._left)
        else:
            self._end(why)

    def _left(self, request: DialogRequest, status: int) -> None:
        """Our BYE was answered, or will never be."""
        self.core.leave(self.dialog)

    def _end(self, why: Termination) -> None:
        try:
            self.leg.ended(why, self.media.close())
        finally:
            self._answering.over()
            self.on_over(self)

    def failed(self, cause: Cause) -> None:
        """The transport under the first INVITE is gone: the answer cannot reach the caller."""
        self.happened(SessionEvent.FAILED, Termination(EndedBy.NETWORK, Why.FAILED, cause.value))
