"""The server side of the agent: what a request from outside is, who may send it, and how it is answered.

Whoever is turned away leaves nothing behind: such an answer has no transaction, and a repeated request gets
the same one again (RFC 3261 8.2.7). It must never block, and never let one bad callback touch another call.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from mediaserver.addresses import is_address, unmapped
from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.wire_text import readable
from sip.access.endpoints import Admitted
from sip.access.gate import Gate
from sip.access.silence import StrangersSilence
from sip.calls.admission import can_be_reached, refusal
from sip.calls.core import ACCEPT, SUPPORTED, Core, Credentials
from sip.calls.dialog import Dialog
from sip.calls.early_dialog import EarlyDialog
from sip.calls.flow import flow_of
from sip.calls.invitation import SipInvitation
from sip.calls.offer_check import refused_for_its_offer
from sip.calls.picking_up import pick_up
from sip.calls.places import Places
from sip.calls.refer_outside import OutsideRefer, OutsideRefers
from sip.calls.registrar import Registrar
from sip.calls.replaces_received import replaced_by
from sip.calls.session import InviteSession
from sip.messages.grammar import ParseError
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import Request, Response, tagged
from sip.messages.parsing import MessageError
from sip.messages.uri import Uri
from sip.transactions.requests import Peer, ReceivedRequest
from sip.transport.addresses import is_behind_nat
from sip.transport.connection import Source
from sip.transport.default_ports import DEFAULT_PORT, TLS_PORT

log = logging.getLogger(__name__)

OnInvite = Callable[[SipInvitation], Awaitable[None] | None]
ANYBODY = Admitted("anonymous")
TRYING_AFTER = 0.4
"""Of T1 (200 ms): a caller that heard nothing until then gets a 100."""
RETRY_AFTER = "5"
"""Seconds after which whoever was refused may try again."""


class UserAgentServer:
    """What SipAgent does with requests from outside; see there."""

    def __init__(
        self,
        core: Core,
        places: Places,
        on_invite: OnInvite,
        registrar: Registrar | None,
        gate: Gate | None,
        on_refused: Callable[[str], None] | None,
        silence: StrangersSilence | None = None,
    ) -> None:
        self._silence = silence
        self._core = core
        self._places = places
        self._on_invite = on_invite
        self._registrar = registrar
        self._gate = gate
        self._on_refused = on_refused
        self.outside_refers: OutsideRefers | None = None
        """None: nobody has anybody called who is not in a call."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._secret = secrets.token_bytes(16)

    async def stop(self) -> None:
        """Let go of the application's answers that are still under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def refuse(self, error: MessageError) -> Response:
        assert error.request is not None
        tag = secrets.token_hex(8)
        return error.request.response(error.status, _phrase(error.reason, error.status), to_tag=tag)

    def on_request(self, request: Request, source: Source) -> None:
        if self._core.layer.absorb(request, source):
            return
        if self._silence is not None and not self._belongs(request):
            if self._silence.ignores(request, source, self._core.now()):
                return
        if request.method == "CANCEL":
            self._cancel(request, source)
            return
        if (tag := request.to.tag) is not None and request.method != "REGISTER":
            self._in_dialog(request, tag, source)
            return
        if request.method == "ACK":
            return
        delay = self._core.transport.queue_delay.at(time.monotonic())
        layer = self._core.layer
        reason = self._places.against(request.method, layer.unanswered, layer.serving, delay)
        if reason is not None:
            self._no_room(reason, request, source)
        elif (no := self._refusal(request)) is not None:
            self._stateless(no, request, source)
        elif self._core.layer.merged(request):
            self._stateless(request.response(482), request, source)
        elif request.method == "OPTIONS":
            self._stateless(self._capabilities(request), request, source)
        elif request.method == "REGISTER":
            self._register(request, source)
        elif request.method == "INVITE":
            self._invited(request, source)
        elif request.method == "REFER":
            self._referred(request, source)
        else:
            self._stateless(request.response(481), request, source)

    def _belongs(self, request: Request) -> bool:
        """Whether it is about something that is there."""
        if request.method == "CANCEL":
            return self._core.layer.invite_of(request) is not None
        tag = request.to.tag
        known = tag and self._core.dialogs.get((request.call_id, tag, request.from_.tag or "")) is not None
        return bool(known) or request.method == "ACK"  # which nobody answers

    def _in_dialog(self, request: Request, tag: str, source: Source) -> None:
        user = self._core.dialogs.get((request.call_id, tag, request.from_.tag or ""))
        if request.method == "ACK":
            if user is not None:
                user.acknowledged(request)
        elif user is None:
            self._stateless(request.response(481), request, source)
        elif (no := self._refusal(request, subscription=isinstance(user, OutsideRefer))) is not None:
            self._stateless(no, request, source)
        elif isinstance(proved := self._proved(request, user.dialog, source), Response):
            self._stateless(proved, request, source)
        elif request.method != "BYE" and self._places.against_more(self._core.layer.serving):
            self._no_room("overloaded", request, source)
        else:
            server = self._core.layer.serve(request, source)
            way = user.dialog.way
            if proved or (way is not None and way.leads_to(source.host)):
                server.prove()  # a refresh is answered as long as the call may take
            try:
                user.receive(server, proved=proved)
            except Exception:
                self._failed_on(server)

    def _refusal(self, request: Request, *, subscription: bool = False) -> Response | None:
        """What `refusal` says, by what we can do, which within a `subscription` is one thing more."""
        allow = f"{self._core.allow}, SUBSCRIBE" if subscription else self._core.allow
        return refusal(request, allow, ACCEPT, self._core.timer_policy)

    def _proved(self, request: Request, dialog: Dialog, source: Source) -> Response | bool:
        """The response that asks for proof of a request within a dialog; when it needs none, whether it has
        proven to be where it came from: by a password, or by TCP."""
        connected = source.transport != "UDP"
        if self._gate is None:
            return connected
        flow = dialog.way.flow if dialog.way is not None else None
        if source.transport in WEB_SOCKETS or (flow is not None and flow.transport in WEB_SOCKETS):
            if flow is not None and flow.connection is source.connection:
                return True
            lost = flow is not None and flow.transport == source.transport and flow.lost
            answer = self._gate.within_dialog_by_socket(
                request, source, self._core.now(), extension=dialog.extension, lost=lost
            )
            return answer or connected
        now, proved, extension = self._core.now(), dialog.opener_proved, dialog.extension
        answer = self._gate.within_dialog(
            request, source, dialog.hosts, now, proved=proved, extension=extension
        )
        return answer or connected

    def _cancel(self, request: Request, source: Source) -> None:
        """RFC 3261 9.2: the CANCEL is answered for itself; the INVITE only if it is still open."""
        invite = self._core.layer.invite_of(request)
        if invite is None or not _same_way(invite.peer, source):
            # It goes the way of its INVITE, hop by hop: from elsewhere it is nobody's to send.
            self._stateless(request.response(481), request, source)
            return
        server = self._core.layer.serve(request, source)
        if invite.on_cancel is not None:
            invite.on_cancel(server)
        else:
            tag = invite.machine.last.to.tag if invite.machine.last is not None else None
            server.respond(request.response(200, to_tag=tag or secrets.token_hex(8)))

    def _register(self, request: Request, source: Source) -> None:
        assert self._registrar is not None
        if self._names_us(request, source):
            self._stateless(request.response(403, "Contact Is This Server"), request, source)
            return
        flow = flow_of(request, source)
        response = self._registrar.register(request, self._core.now(), flow)
        if response.status == 401:
            # A challenge is forgotten at once: whoever cannot answer it leaves nothing behind here.
            self._stateless(response, request, source)
        else:
            self._tag(response, request)
            server = self._core.layer.serve(request, source)
            if response.status < 300:
                server.prove()
                self._core.transport.recognized(source)
            server.respond(response)
            if self._gate is not None and response.status == 200 and flow.direct:  # else it is a proxy's
                extension = request.to.uri.unescaped_user or ""
                bindings = self._registrar.lookup(extension, self._core.now())
                ends = [each.expires_at for each in bindings if each.received == flow]
                self._gate.registered(extension, source, max(ends, default=None))

    def _capabilities(self, request: Request) -> Response:
        status = 200 if self._places.open else 503
        headers = [
            ("Allow", self._core.allow),
            ("Accept", "application/sdp"),
            ("Accept-Encoding", "identity"),
            ("Accept-Language", "en"),
            ("Supported", ", ".join(SUPPORTED)),
            ("Server", self._core.user_agent),
        ]
        if status == 503:  # a proxy or carrier that asks sends its calls elsewhere
            headers.append(("Retry-After", RETRY_AFTER))
        return request.response(status, headers=headers)

    def _invited(self, request: Request, source: Source) -> None:
        caller = ANYBODY if self._gate is None else self._gate.admit(request, source, self._core.now())
        if isinstance(caller, Response):
            self._stateless(caller, request, source)
            return
        if self._names_us(request, source):
            self._stateless(request.response(482), request, source)
            return
        try:
            replaced = replaced_by(request, caller, source.host, self._core.dialogs)
        except ParseError as error:
            self._stateless(request.response(error.status), request, source)
            return
        if (refused := refused_for_its_offer(self._core, request, caller.media, source)) is not None:
            self._stateless(refused, request, source)
            return
        proven = self._gate is not None and self._gate.proves(caller, source)
        trunk = caller.kind == "trunk"
        if not proven:
            reason = self._places.against_trunk() if trunk else self._places.against_stranger(source.host)
            if reason is not None:
                self._no_room(reason, request, source)
                return
        server = self._core.layer.serve(request, source)
        if proven:
            server.prove()
        verified = caller.kind != "anonymous"
        if proven and verified:
            self._core.transport.recognized(source)
        try:
            session = InviteSession.offered(
                self._core, server, verified=verified, policy=caller.media, reach=caller.reach
            )
        except Exception:
            self._failed_on(server)
            return
        session.leg.proven = proven
        if caller.kind == "extension":
            session.dialog.is_with(caller.name, request)
        if caller.account is not None and caller.account.realm:  # else it may be one of somebody behind it
            session.credentials = Credentials.of(caller.account)
            session.credentials.hosts.add(source.host)  # nobody else gets a proof
        self._places.take(session, "" if proven else source.host, of_trunk=trunk)
        ringing = replaced if isinstance(replaced, EarlyDialog) else None
        replaced = None if isinstance(replaced, EarlyDialog) else replaced
        call = SipInvitation(request, source, session.leg, session, caller, replaced)
        if ringing is not None:
            self._spawn(self._serve_call(call, pick_up(ringing, session)))
            return
        try:
            work = self._on_invite(call)
        except Exception:
            log.exception("the application failed on a call to %s", readable(call.dialled))
            call.reject(500)
            return
        if work is not None:
            self._spawn(self._serve_call(call, work))
        # Most are answered, refused or rung at within this time (RFC 3261 17.2.1); and who got a 100 repeats
        # its INVITE no more, so nothing would bring back a 200 that is lost on the way.
        wait = TRYING_AFTER * self._core.layer.timing.t1
        asyncio.get_running_loop().call_later(wait, _trying, weakref.ref(session))

    def _referred(self, request: Request, source: Source) -> None:
        """Outside of calls. Whoever may is known by more than an address that anybody writes on a datagram:
        the calls are real, and cost money."""
        outside, gate = self.outside_refers, self._gate
        if outside is None or gate is None:
            self._stateless(request.response(403), request, source)
            return
        caller = gate.admit(request, source, self._core.now())
        if isinstance(caller, Response):
            self._stateless(caller, request, source)
        elif not (outside.lets(caller) and gate.proves(caller, source)):
            self._stateless(request.response(403), request, source)
        elif not can_be_reached(request):
            self._stateless(request.response(400, "No Usable Contact"), request, source)
        elif self._names_us(request, source):
            self._stateless(request.response(482), request, source)
        elif not outside.has_room(caller):
            retry = [("Retry-After", RETRY_AFTER)]
            self._stateless(request.response(480, headers=retry), request, source)
        else:
            server = self._core.layer.serve(request, source)
            server.prove()
            self._core.transport.recognized(source)
            try:
                outside.asked(server, caller)
            except Exception:
                self._failed_on(server)

    def _names_us(self, request: Request, source: Source) -> bool:
        """Whether a Contact is this server: what we send there would come back and be sent again."""
        return any(
            is_address(uri.address)
            and not is_behind_nat(source.host, unmapped(uri.address))
            and self._core.transport.is_us(uri.address, uri.port or _port_of(uri))
            for uri in (contact.uri for contact in request.contacts)
        )

    async def _serve_call(self, call: SipInvitation, work: Awaitable[None]) -> None:
        try:
            await work
        except CallError as error:
            log.info("call to %s was not answered: %s", readable(call.dialled), error)
        except Exception:
            log.exception("the application failed on a call to %s", readable(call.dialled))
            await call.leg.hangup(Termination(EndedBy.SERVER, Why.FAILED, 500))

    def _no_room(self, reason: str, request: Request, source: Source) -> None:
        if self._on_refused is not None:
            self._on_refused(reason)
        self._stateless(request.response(503, headers=[("Retry-After", RETRY_AFTER)]), request, source)

    def _stateless(self, response: Response, request: Request, source: Source) -> None:
        """Answer without a transaction: a repeated request gets the same answer again (8.2.7)."""
        if request.method == "ACK":
            return
        self._tag(response, request)
        self._core.transport.send_once(response, source)

    def _failed_on(self, server: ReceivedRequest) -> None:
        """A request raised what nobody expected, and gets its answer all the same: a transaction without one
        stays for ever, and when there are enough of them nobody is served any more."""
        log.exception("a %s was not served", readable(server.request.method))
        if not server.answered:
            response = server.request.response(500)
            self._tag(response, server.request)
            server.respond(response)

    def _tag(self, response: Response, request: Request) -> None:
        """A To tag that is the same for each repetition of the request."""
        if "tag" not in response.to.params:
            seed = f"{request.via}{request.call_id}{request.cseq}".encode("utf-8", "surrogateescape")
            tag = hashlib.blake2s(seed, key=self._secret, digest_size=8).hexdigest()
            response.set("To", tagged(response.required("to"), tag))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _same_way(peer: Peer, source: Source) -> bool:
    """Whether both came from the same host; by WebSocket, on the same one."""
    if source.transport in WEB_SOCKETS or peer.transport in WEB_SOCKETS:
        return isinstance(peer, Source) and peer.connection is source.connection
    return peer.host == source.host


def _port_of(uri: Uri) -> int:
    return TLS_PORT if uri.scheme == "sips" or uri.transport == "tls" else DEFAULT_PORT


def _phrase(reason: str, status: int) -> str | None:
    """What was wrong, where it fits a reason phrase."""
    return (
        reason if status == 400 and reason.isascii() and reason.isprintable() and len(reason) < 80 else None
    )


def _trying(call: weakref.ref[InviteSession]) -> None:
    """Unless the call is gone, say that it is worked on."""
    if (session := call()) is not None:
        session.trying()
