"""The SIP user agent: one address that is called and calls.

It puts the layers together, and its client and server sides. It must never block, and never let one bad
message or callback touch another call.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Any, TypedDict, Unpack

from mediaserver.calls.may_dial import AGENTS, MayDial
from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.sdp.audio import AudioPorts
from mediaserver.sdp.ice import Ice
from mediaserver.sdp.policy import PLAIN_TELEPHONY, MediaPolicy
from sip.access.credentials import Account
from sip.access.gate import Gate
from sip.access.silence import StrangersSilence
from sip.calls.alarm import Alarm
from sip.calls.call_watch import CallLimits
from sip.calls.core import ALLOW, PAGE_MEDIA, Core, Credentials, PageHosts
from sip.calls.enrolment import Enrolment
from sip.calls.figures import SipFigures
from sip.calls.flow import SipFlow
from sip.calls.left_alone import leave_alone
from sip.calls.leg import SipLeg
from sip.calls.nat_pings import NatPings
from sip.calls.outgoing import OutgoingCall, nobody_hears, nobody_listens
from sip.calls.peer_quirks import PeerQuirks
from sip.calls.places import Places
from sip.calls.redirection import Redirection, nobody
from sip.calls.refer_outside import CallFor, NumberOf, OutsideRefers
from sip.calls.registrar import Binding, Registrar
from sip.calls.session_timer import TimerPolicy
from sip.calls.user_agent_client import UserAgentClient
from sip.calls.user_agent_server import OnInvite, UserAgentServer
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import MOST_HOPS, Request, Response
from sip.messages.parsing import MessageError
from sip.messages.uri import Uri
from sip.transactions.layer import TransactionLayer
from sip.transactions.matching import TransactionKey
from sip.transactions.requests import Hop
from sip.transactions.timing import RFC_TIMING, Timing
from sip.transport.connection import ConnectionLimits, Source, StreamConnection
from sip.transport.own_addresses import REFRESH_S, OwnAddresses, refresh_all
from sip.transport.resolver import SipPlace
from sip.transport.shedding import IntakeLimits
from sip.transport.tls import Tls
from sip.transport.transport import Transport

log = logging.getLogger(__name__)

DEFAULT_TIMEOUT_S = 32.0


def _as_written(trunk: str) -> NumberOf:
    return str


class CallOptions(TypedDict, total=False):
    """How a call is placed."""

    from_uri: str | None
    username: str | None
    password: str | None
    account: Account | None
    """Of a trunk, in the place of user name and password: what is known of its server stays with it."""
    proxy: str | None
    """host:port or a SIP URI: gets the request instead of the host of the URI."""
    routes: Sequence[str]
    """Behind the proxy: Route values that a registrar gave us (RFC 3608)."""
    at: SipFlow | None
    """Where the phone is known to be, whatever the URI says."""
    transport: str
    """Where the address names none; else what DNS says, and UDP where it says nothing."""
    headers: Sequence[tuple[str, str]]
    hops: int
    """Servers that it may go over on its way."""
    timeout: float
    """Seconds; then it is cancelled."""
    on_ringing: Callable[[], object]
    """It rings there; called at most once."""
    on_early: Callable[[SipLeg], object]
    """The leg can be heard before it is answered; called at most once."""
    delayed_offer: bool
    """The other side is to make the offer."""
    media: MediaPolicy | None
    """What is offered; None: as to everybody."""
    extension: str
    """Whose phone that is, when it is one of ours."""
    reach: MayDial
    """Whom it may transfer the call to; without it, agents."""


class SipAgent:
    """UAC and UAS over UDP and TCP on one port, and over TLS on another.

    `on_invite` gets every new call, synchronously or as a coroutine function; a call that it leaves
    unanswered gets a 100 soon. `gate` decides who may call; without one, as with phones of our own,
    everybody may. `max_legs` (see `legs_for`) holds where the owner of calls does not refuse first; of
    `max_calls` (None: of the legs) callers who have proven nothing hold a share at most;
    `on_refused` is told why a request was turned away: full, stopping or overloaded. `media`: what whoever
    has no policy of its own is offered and answered; `page_media`: pages are, and `page_hosts` by which
    addresses they reach our ports. `srtp_without_tls`: keys of SRTP may go by signalling
    that others can read. `ice`: whether ways to us are found out. `dns_servers`: see
    `sip.transport.name_servers`. `may_redirect_to`: whom a call of ours may be sent on to (3xx). `silence`:
    who gets no answer; None: nobody.
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
        tls: Tls | None = None,
        tls_port: int = 0,
        max_legs: int = 1000,
        max_calls: int | None = None,
        max_pending: int = 500,
        gate: Gate | None = None,
        own: OwnAddresses | None = None,
        audio_addresses: OwnAddresses | None = None,
        limits: ConnectionLimits | None = None,
        intake: IntakeLimits | None = None,
        call_limits: CallLimits | None = None,
        timers: TimerPolicy | None = None,
        on_refused: Callable[[str], None] | None = None,
        timing: Timing = RFC_TIMING,
        nat_ping_s: float = 0.0,
        media: MediaPolicy = PLAIN_TELEPHONY,
        page_media: MediaPolicy = PAGE_MEDIA,
        page_hosts: PageHosts | None = None,
        srtp_without_tls: bool = False,
        ice: Ice = Ice.OFF,
        dns_servers: Sequence[str] = (),
        may_redirect_to: Callable[[Uri], bool] = nobody,
        silence: StrangersSilence | None = None,
    ) -> None:
        self.registrar = registrar
        self._places = Places(max_legs, max_pending, max_calls=max_calls)
        self.transport = Transport(
            host,
            port,
            self,
            tcp=tcp,
            tls=tls,
            tls_port=tls_port,
            own=own,
            limits=limits,
            intake=intake,
            dns_servers=dns_servers,
        )
        asking = gate if gate is not None else registrar
        self._challenger = asking.challenger if asking is not None else None
        if gate is not None:
            self.transport.unwanted = lambda host: gate.banned(host, self._now())
        if silence is not None:
            self.transport.mute = lambda host: silence.mute(host, self._now())
        self._layer = TransactionLayer(self.transport, self._now, self._wake, timing)
        self._core = Core(self.transport, self._layer, wire, user_agent, audio_addresses)
        self._core.call_limits = call_limits or CallLimits()
        self._core.timer_policy = timers or TimerPolicy()
        self._core.media_policy = media
        self._core.page_media = page_media
        if page_hosts is not None:
            self._core.page_hosts = page_hosts
        self._core.srtp_without_tls = srtp_without_tls
        self._core.ice = ice
        self._may_redirect_to = may_redirect_to
        self._requester = UserAgentClient(self._core)
        self._server = UserAgentServer(
            self._core, self._places, on_invite, registrar, gate, on_refused, silence
        )
        if registrar is not None:
            self._core.allow = f"{ALLOW}, REGISTER"
            self._core.registered = lambda dialog: registrar.phone(
                dialog.extension, dialog.instance, dialog.target, self._now()
            )
        self._nat_ping_s = nat_ping_s
        self.transport.in_use = self._core.dialogs.connections
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm = Alarm()

    # -- life

    @property
    def host(self) -> str:
        return self.transport.host

    @property
    def port(self) -> int:
        """The port we listen on; known after `start` when it was given as 0."""
        return self.transport.port

    @property
    def quirks(self) -> PeerQuirks:
        """What some peers need that others do not."""
        return self._core.quirks

    @quirks.setter
    def quirks(self, quirks: PeerQuirks) -> None:
        self._core.quirks = quirks
        self.transport.forces_rport = quirks.forces_rport

    @property
    def has_room(self) -> bool:
        """One more call can be placed."""
        return self._places.free

    @property
    def figures(self) -> SipFigures:
        """What we count."""
        return SipFigures(self.transport, self._layer, self._places, self._core.dialogs)

    async def start(self) -> None:
        """Listen. Raises PortInUseError or StartupError, which say how to mend it."""
        await self.transport.start()
        if self._nat_ping_s:
            pings = NatPings(self._registered, self._core.dialogs, self._ping, self._nat_ping_s)
            self._spawn(pings.run())
        named = [own for own in {self.transport.own, self._core.audio_addresses} if own.changes]
        if named:
            await refresh_all(named)
            self._spawn(_kept_fresh(named))

    def drain(self, draining: bool) -> None:
        """Whether new calls get 503 until further notice, and so does who asks what we can do (OPTIONS)."""
        self._places.draining = draining

    def have_called_for(
        self,
        senders: Collection[str],
        call_for: CallFor,
        number_of: Callable[[str], NumberOf] = _as_written,
    ) -> None:
        """These extensions and trunks may have an agent call somebody (REFER outside of calls). See
        OutsideRefers."""
        if senders:
            self._server.outside_refers = OutsideRefers(self._core, senders, call_for, number_of)

    def refuse_while(self, overloaded: Callable[[], bool]) -> None:
        """New calls get 503 whenever that is so; it is asked for each."""
        self._places.overloaded = overloaded

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
        await self._server.stop()
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
        proxy, routed, flow = options.get("proxy"), options.get("routes", ()), options.get("at")
        if flow is not None:
            target, _, routes = self._requester.plan(uri, proxy, routed)
            ways = [flow.hop()]
        else:
            target, ways, routes = await self._requester.ways(uri, proxy, options.get("transport"), routed)
        ways = [each for each in ways if not self.transport.is_us(each.host, each.port)]
        if not ways:
            raise CallError(f"{uri} is this server itself; it would call for ever", 482)
        hop = ways[0]
        username = options.get("username")
        credentials = _credentials(options.get("account"), username, options.get("password"))
        if credentials is not None:
            credentials.hosts.update(each.host for each in ways)
        call = OutgoingCall(
            self._core,
            target,
            hop,
            self._requester.caller(options.get("from_uri"), username, hop.host),
            flow=flow or SipFlow(hop.transport, hop.host, hop.port, direct=False, domain=hop.domain),
            patience_s=options.get("timeout", DEFAULT_TIMEOUT_S),
            routes=routes,
            credentials=credentials,
            headers=options.get("headers", ()),
            hops=options.get("hops", MOST_HOPS),
            on_ringing=options.get("on_ringing", nobody_listens),
            on_early=options.get("on_early", nobody_hears),
            media=options.get("media"),
            delayed_offer=options.get("delayed_offer", False),
            extension=options.get("extension", ""),
            reach=options.get("reach", AGENTS),
            redirection=Redirection(target, self._may_redirect_to),
            way_to=lambda uri: self._way_to(uri, options.get("transport")),
        )
        call.ways = ways
        self._places.take(call.session)
        return call

    async def _way_to(self, target: Uri, transport: str | None) -> tuple[Hop, SipFlow]:
        """For a call that is sent on. Raises CallError."""
        hop = (await self._requester.hops_to(target, transport))[0]
        if self.transport.is_us(hop.host, hop.port):
            raise CallError(f"{target} is this server itself", 482)
        return hop, SipFlow(hop.transport, hop.host, hop.port, direct=False, domain=hop.domain)

    async def ask(
        self,
        method: str,
        uri: str,
        lines: Sequence[tuple[str, str]] = (),
        *,
        who: str | None = None,
        proxy: str | None = None,
        transport: str = "udp",
    ) -> Response:
        """The final response to a request outside of dialogs, as it is: challenges are not answered. `who`
        asks: From and, for REGISTER, To. Raises CallError when none comes."""
        return await self._requester.inquire(method, uri, lines, who=who, proxy=proxy, transport=transport)

    def avoid(self, call: OutgoingCall) -> bool:
        """The server that a call went to does not work: others of its name are asked first for a while
        (RFC 3263 4.3). Whether there is another that did not fail of late."""
        resolver = self.transport.resolver
        first, *others = (SipPlace(each.transport, each.host, each.port) for each in call.ways)
        resolver.failed(first)
        return any(not resolver.avoids(each) for each in others)

    async def options(self, uri: str, *, proxy: str | None = None, transport: str = "udp") -> Response:
        """Ask what `uri` can do; its final response. Raises CallError when none comes."""
        return await self._requester.options(uri, proxy=proxy, transport=transport)

    def _registered(self) -> list[Binding]:
        return self.registrar.bindings(self._now()) if self.registrar is not None else []

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

    def enrolment(
        self,
        who: Uri,
        registrar: Uri,
        *,
        contact_user: str,
        proxy: str | None = None,
        transport: str = "udp",
        account: Account | None = None,
    ) -> Enrolment:
        """A registration of the address of record `who`, to be asked for."""
        return Enrolment(
            self._core, self._requester, who, registrar, contact_user=contact_user, proxy=proxy,
            transport=transport, credentials=_credentials(account),
        )  # fmt: skip

    # -- being called (sip.transport.transport.Handler)

    def on_response(self, response: Response, source: Source) -> None:
        if not self._layer.receive_response(response):
            self.transport.counts.dropped += 1

    def on_undelivered(self, branch: str, method: str) -> None:
        self._layer.undelivered(branch, method)

    def on_gone(self, connection: StreamConnection) -> None:
        if self.registrar is not None:
            self.registrar.cut_off(connection)
        self._layer.cut_off(*connection.place[:3])
        leave_alone(self._core, connection)

    def asked_by_socket(self, branch: str, method: str) -> tuple[str, str, int] | None:
        hop = self._layer.hop_of(branch, method)
        return (
            None if hop is None or hop.transport not in WEB_SOCKETS else (hop.transport, hop.host, hop.port)
        )

    def asked(self, branch: str, host: str) -> bool | None:
        hops = self._layer.asked_with(branch)
        return any(self.transport.leads_to(hop, host) for hop in hops) if hops else None

    def serves(self, transaction: TransactionKey, host: str) -> bool:
        return self._layer.serves(transaction, host)

    def talks(self, call_id: str, tag: str, host: str) -> bool | None:
        hosts = self._core.dialogs.hosts(call_id, tag)
        return None if hosts is None else any(self.transport.leads_to(each, host) for each in hosts)

    def challenged(self, nonce: str, host: str) -> bool:
        challenger = self._challenger
        return challenger is not None and challenger.challenged(nonce, host, self._now())

    def refuse(self, error: MessageError) -> Response:
        return self._server.refuse(error)

    def on_request(self, request: Request, source: Source) -> None:
        self._server.on_request(request, source)

    # -- inside

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
        await refresh_all(named)


def _credentials(
    account: Account | None, username: str | None = None, password: str | None = None
) -> Credentials | None:
    if account is not None:
        return Credentials.of(account)
    return None if username is None or password is None else Credentials(username, password)
