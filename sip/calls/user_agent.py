"""The SIP user agent: one address that is called and calls.

It puts the layers together, decides what a new request is, and hands calls to the application. It must never
block, and never let one bad message or one bad callback touch another call.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypedDict, Unpack

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.access.endpoints import Admitted
from sip.access.gate import Gate
from sip.calls.admission import refusal
from sip.calls.alarm import Alarm
from sip.calls.call_watch import CallLimits
from sip.calls.core import ACCEPT, ALLOW, Core, Credentials
from sip.calls.dialog import MOST_HOPS
from sip.calls.figures import SipFigures
from sip.calls.flow import SipFlow, flow_of
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg
from sip.calls.nat_pings import NatPings
from sip.calls.outgoing import OutgoingCall, nobody_listens
from sip.calls.places import Places
from sip.calls.registrar import Binding, Registrar
from sip.calls.session import InviteSession
from sip.calls.user_agent_client import UserAgentClient
from sip.messages.grammar import readable
from sip.messages.message import Request, Response
from sip.messages.multipart import description_of
from sip.messages.parsing import MessageError
from sip.sdp.audio import AudioPorts
from sip.sdp.negotiation import NoCommonCodec, SdpError
from sip.sdp.negotiation import answer as check_offer
from sip.transactions.layer import TransactionLayer
from sip.transactions.requests import Hop, ReceivedRequest
from sip.transactions.timing import RFC_TIMING, Timing
from sip.transport.addresses import is_address, is_behind_nat, unmapped
from sip.transport.connection import ConnectionLimits, Source
from sip.transport.own_addresses import REFRESH_S, OwnAddresses
from sip.transport.shedding import IntakeLimits
from sip.transport.transport import Transport
from sip.transport.way_back import DEFAULT_PORT

log = logging.getLogger(__name__)

OnInvite = Callable[[SipInvitation], Awaitable[None] | None]
DEFAULT_TIMEOUT_S = 32.0
ANYBODY = Admitted("anonymous")


class CallOptions(TypedDict, total=False):
    """How a call is placed."""

    from_uri: str | None
    username: str | None
    password: str | None
    proxy: str | None
    """host:port or a SIP URI: gets the request instead of the host of the URI."""
    at: SipFlow | None
    """Where the phone is known to be, whatever the URI says."""
    transport: str
    headers: Sequence[tuple[str, str]]
    hops: int
    """Servers that it may go over on its way."""
    timeout: float
    """Seconds; then it is cancelled."""
    on_ringing: Callable[[], object]
    """It rings there; called at most once."""


class SipAgent:
    """UAC and UAS over UDP and TCP on one port.

    `on_invite` gets every new call, synchronously or as a coroutine function; a call that it leaves
    unanswered gets a 100 at once. `gate` decides who may call; without one, as with phones of our own,
    everybody may. `max_legs` (see `legs_for`) holds where the owner of calls does not refuse first;
    `on_refused` is told why a request was turned away: full, stopping or overloaded.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        wire: AudioPorts,
        on_invite: OnInvite,
        registrar: Registrar | None = None,
        user_agent: str = "VoiceForge/0.1",
        tcp: bool = True,
        max_legs: int = 1000,
        max_pending: int = 500,
        gate: Gate | None = None,
        own: OwnAddresses | None = None,
        audio_addresses: OwnAddresses | None = None,
        limits: ConnectionLimits | None = None,
        intake: IntakeLimits | None = None,
        call_limits: CallLimits | None = None,
        on_refused: Callable[[str], None] | None = None,
        timing: Timing = RFC_TIMING,
        nat_ping_s: float = 0.0,
    ) -> None:
        self.registrar = registrar
        self._on_invite = on_invite
        self._on_refused = on_refused
        self._places = Places(max_legs, max_pending)
        self._gate = gate
        self.transport = Transport(host, port, self, tcp=tcp, own=own, limits=limits, intake=intake)
        if gate is not None:
            self.transport.unwanted = lambda host: gate.banned(host, self._now())
        self._layer = TransactionLayer(self.transport, self._now, self._wake, timing)
        self._core = Core(self.transport, self._layer, wire, user_agent, audio_addresses)
        self._core.call_limits = call_limits or CallLimits()
        self._requester = UserAgentClient(self._core)
        if registrar is not None:
            self._core.allow = f"{ALLOW}, REGISTER"
            self._core.registered = lambda contact: registrar.flow_to(contact, self._now())
        self._nat_ping_s = nat_ping_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm = Alarm()
        self._secret = secrets.token_bytes(16)

    # -- life

    @property
    def host(self) -> str:
        return self.transport.host

    @property
    def port(self) -> int:
        """The port we listen on; known after `start` when it was given as 0."""
        return self.transport.port

    @property
    def figures(self) -> SipFigures:
        """What we count."""
        return SipFigures(self.transport, self._layer, self._places, self._core.dialogs)

    async def start(self) -> None:
        """Listen. Raises PortInUseError or StartupError, which say how to mend it."""
        await self.transport.start()
        if (registrar := self.registrar) is not None and self._nat_ping_s:
            pings = NatPings(lambda: registrar.bindings(self._now()), self._ping, self._nat_ping_s)
            self._spawn(pings.run())
        named = [own for own in {self.transport.own, self._core.audio_addresses} if own.changes]
        if named:
            await asyncio.gather(*(own.refresh() for own in named))
            self._spawn(_kept_fresh(named))

    def refuse_new(self) -> None:
        """From now on new calls get 503 (the first step of a shutdown)."""
        self._places.closed = True

    async def stop(self, grace: float = 2.0) -> None:
        """Refuse new calls, end the running ones; close when their BYEs are answered or `grace` s passed."""
        self.refuse_new()
        for session in list(self._places.taken):
            session.hangup(Termination(EndedBy.SERVER, Why.SHUTDOWN))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._core.all_left()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._alarm.set(None, self._layer.run_timers)
        await self.transport.stop()

    # -- calling

    async def call(self, uri: str, **options: Unpack[CallOptions]) -> SipLeg:
        """Call `uri` and wait until it is answered. Cancelling the task cancels the call. Raises CallError
        with the SIP code, CapacityError when no RTP port is free."""
        return await (await self.prepare(uri, **options)).place()

    async def prepare(self, uri: str, **options: Unpack[CallOptions]) -> OutgoingCall:
        """The call to `uri`, which has a place from now on: `place` it, or `give_up`. Raises CallError."""
        if not self._places.free:
            raise CallError("no more calls can be placed now: all places are taken or we are stopping", 503)
        proxy, transport = options.get("proxy"), options.get("transport", "udp")
        target, hop, routes = self._requester.way(uri, proxy, transport)
        flow = options.get("at")
        if flow is not None:
            hop = Hop(*flow.place)
        address = await self._requester.address(hop)
        if self.transport.is_us(address, hop.port):
            raise CallError(f"{uri} is this server itself; it would call for ever", 482)
        username = options.get("username")
        call = OutgoingCall(
            self._core,
            target,
            hop,
            self._requester.caller(options.get("from_uri"), username, address),
            flow=flow or SipFlow(hop.transport, address, hop.port, direct=False),
            patience_s=options.get("timeout", DEFAULT_TIMEOUT_S),
            routes=routes,
            credentials=_credentials(username, options.get("password")),
            headers=options.get("headers", ()),
            hops=options.get("hops", MOST_HOPS),
            on_ringing=options.get("on_ringing", nobody_listens),
        )
        self._places.take(call.session)
        return call

    async def options(self, uri: str, *, proxy: str | None = None, transport: str = "udp") -> Response:
        """Ask what `uri` can do; its final response. Raises CallError when none comes."""
        return await self._requester.options(uri, proxy=proxy, transport=transport)

    async def _ping(self, binding: Binding) -> bool:
        return binding.received is not None and await self._requester.ping(binding.contact, binding.received)

    async def register(
        self,
        uri: str,
        username: str,
        password: str,
        expires: int = 3600,
        *,
        proxy: str | None = None,
        transport: str = "udp",
    ) -> int:
        """Register `uri` (sip:extension@domain) with its registrar; 0 takes it back. The seconds granted."""
        return await self._requester.register(
            uri, username, password, expires, proxy=proxy, transport=transport
        )

    # -- being called (sip.transport.transport.Handler)

    def on_response(self, response: Response, source: Source) -> None:
        if not self._layer.receive_response(response):
            self.transport.counts.dropped += 1

    def on_undelivered(self, branch: str, method: str) -> None:
        self._layer.undelivered(branch, method)

    def knows_branch(self, branch: str) -> bool:
        return self._layer.knows_branch(branch)

    def knows_call(self, call_id: str) -> bool:
        return self._core.dialogs.knows(call_id)

    def refuse(self, error: MessageError) -> Response:
        assert error.request is not None
        tag = secrets.token_hex(8)
        return error.request.response(error.status, _phrase(error.reason, error.status), to_tag=tag)

    def on_request(self, request: Request, source: Source) -> None:
        if self._layer.absorb(request, source):
            return
        if request.method == "CANCEL":
            self._cancel(request, source)
            return
        if (tag := request.to.tag) is not None and request.method != "REGISTER":
            self._in_dialog(request, tag, source)
            return
        if request.method == "ACK":
            return
        delay = self.transport.queue_delay.at(time.monotonic())
        layer = self._layer
        reason = self._places.against(request.method, layer.unanswered, layer.serving, delay)
        if reason is not None:
            self._no_room(reason, request, source)
        elif (no := refusal(request, self._core.allow, ACCEPT)) is not None:
            self._stateless(no, request, source)
        elif self._layer.merged(request):
            self._stateless(request.response(482), request, source)
        elif request.method == "OPTIONS":
            self._stateless(self._capabilities(request), request, source)
        elif request.method == "REGISTER":
            self._register(request, source)
        elif request.method == "INVITE":
            self._invited(request, source)
        else:
            self._stateless(request.response(481), request, source)

    def _in_dialog(self, request: Request, tag: str, source: Source) -> None:
        user = self._core.dialogs.get((request.call_id, tag, request.from_.tag or ""))
        if request.method == "ACK":
            if user is not None:
                user.acknowledged(request)
                self._places.proven(user)
        elif user is None:
            self._stateless(request.response(481), request, source)
        elif (no := refusal(request, self._core.allow, ACCEPT)) is not None:
            self._stateless(no, request, source)
        elif self._gate is not None and (
            (no := self._gate.within_dialog(request, source, user.dialog.hosts, self._now())) is not None
        ):
            self._stateless(no, request, source)
        elif request.method != "BYE" and self._places.against_more(self._layer.serving):
            self._no_room("overloaded", request, source)
        else:
            user.receive(self._layer.serve(request, source))

    def _cancel(self, request: Request, source: Source) -> None:
        """RFC 3261 9.2: the CANCEL is answered for itself; the INVITE only if it is still open."""
        invite = self._layer.invite_of(request)
        if invite is None or invite.peer.host != source.host:
            # It goes the way of its INVITE, hop by hop: from elsewhere it is nobody's to send.
            self._stateless(request.response(481), request, source)
            return
        server = self._layer.serve(request, source)
        if invite.on_cancel is not None:
            invite.on_cancel(server)
        else:
            tag = invite.machine.last.to.tag if invite.machine.last is not None else None
            server.respond(request.response(200, to_tag=tag or secrets.token_hex(8)))

    def _register(self, request: Request, source: Source) -> None:
        assert self.registrar is not None
        if self._names_us(request, source):
            self._stateless(request.response(403, "Contact Is This Server"), request, source)
            return
        flow = flow_of(request, source)
        response = self.registrar.register(request, self._now(), flow)
        if response.status == 401:
            # A challenge is forgotten at once: whoever cannot answer it leaves nothing behind here.
            self._stateless(response, request, source)
        else:
            self._tag(response, request)
            server = self._layer.serve(request, source)
            if response.status < 300:
                server.prove()
            server.respond(response)
            if self._gate is not None and response.status == 200:
                extension = request.to.uri.unescaped_user or ""
                bindings = self.registrar.lookup(extension, self._now())
                ends = [each.expires_at for each in bindings if each.received == flow]
                self._gate.registered(extension, source, max(ends, default=None))

    def _capabilities(self, request: Request) -> Response:
        status = 503 if self._places.closed else 200
        headers = [
            ("Allow", self._core.allow),
            ("Accept", "application/sdp"),
            ("Accept-Encoding", "identity"),
            ("Accept-Language", "en"),
            ("Server", self._core.user_agent),
        ]
        return request.response(status, headers=headers)

    def _invited(self, request: Request, source: Source) -> None:
        caller = ANYBODY if self._gate is None else self._gate.admit(request, source, self._now())
        if isinstance(caller, Response):
            self._stateless(caller, request, source)
            return
        if self._names_us(request, source):
            self._refuse_invite(request, source, request.response(482))
            return
        if offered := description_of(request):
            try:
                check_offer(offered, "127.0.0.1", 4, peer=source.host)
            except SdpError as error:
                status = 488 if isinstance(error, NoCommonCodec) else 400
                self._refuse_invite(request, source, request.response(status))
                return
        stranger = caller.kind == "anonymous"
        if stranger and (reason := self._places.against_stranger(source.host)) is not None:
            self._no_room(reason, request, source)
            return
        server = self._layer.serve(request, source)
        if self._gate is not None and (caller.kind == "extension" or self._gate.proves(source)):
            server.prove()
        session = InviteSession.offered(self._core, server)
        self._places.take(session, source.host if stranger else "")
        call = SipInvitation(request, source, session.leg, session, caller)
        try:
            work = self._on_invite(call)
        except Exception:
            log.exception("the application failed on a call to %s", readable(call.dialled))
            call.reject(500)
            return
        if work is not None:
            self._spawn(self._serve_call(call, work))
        # Asked after the first step of the application's coroutine: many answer or refuse within it.
        asyncio.get_running_loop().call_soon(self._trying, server, session)

    def _names_us(self, request: Request, source: Source) -> bool:
        """Whether a Contact is this server: what we send there would come back and be sent again."""
        return any(
            is_address(uri.address)
            and not is_behind_nat(source.host, unmapped(uri.address))
            and self.transport.is_us(uri.address, uri.port or DEFAULT_PORT)
            for uri in (contact.uri for contact in request.contacts)
        )

    def _trying(self, server: ReceivedRequest, session: InviteSession) -> None:
        if server.machine.last is None:
            session.ring(100)

    async def _serve_call(self, call: SipInvitation, work: Awaitable[None]) -> None:
        try:
            await work
        except CallError as error:
            log.info("call to %s was not answered: %s", readable(call.dialled), error)
        except Exception:
            log.exception("the application failed on a call to %s", readable(call.dialled))
            await call.leg.hangup(Termination(EndedBy.SERVER, Why.FAILED, 500))

    def _refuse_invite(self, request: Request, source: Source, response: Response) -> None:
        """Nothing is kept of a caller whom we turn away: a repeated INVITE gets the same again, and the ACK
        finds nobody (8.2.7)."""
        self._stateless(response, request, source)

    # -- inside

    def _no_room(self, reason: str, request: Request, source: Source) -> None:
        if self._on_refused is not None:
            self._on_refused(reason)
        self._stateless(request.response(503, headers=[("Retry-After", "5")]), request, source)

    def _stateless(self, response: Response, request: Request, source: Source) -> None:
        """Answer without a transaction: a repeated request gets the same answer again (8.2.7)."""
        if request.method == "ACK":
            return
        self._tag(response, request)
        self.transport.send_once(response, source)

    def _tag(self, response: Response, request: Request) -> None:
        """A To tag that is the same for each repetition of the request."""
        if request.to.tag is None:
            seed = f"{request.via}{request.call_id}{request.cseq}".encode("utf-8", "surrogateescape")
            tag = hashlib.blake2s(seed, key=self._secret, digest_size=8).hexdigest()
            response.set("To", f"{response.get('To')};tag={tag}")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _wake(self, at: float) -> None:
        self._alarm.set(at, self._layer.run_timers)


async def _kept_fresh(named: Sequence[OwnAddresses]) -> None:
    """Follow the names of ours until we are told to stop."""
    while True:
        await asyncio.sleep(REFRESH_S)
        await asyncio.gather(*(own.refresh() for own in named))


def _nothing() -> None:
    return None


def _phrase(reason: str, status: int) -> str | None:
    """What was wrong, where it fits a reason phrase."""
    return (
        reason if status == 400 and reason.isascii() and reason.isprintable() and len(reason) < 80 else None
    )


def _credentials(username: str | None, password: str | None) -> Credentials | None:
    return None if username is None or password is None else Credentials(username, password)
