"""The sockets of the server for SIP and RTP. Each says in one line why it cannot be opened."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

from api.context import ApiContext
from cli.serving.certificates import SOMEWHERE, Certificates, files_of
from cli.serving.media_policy import media_policy
from cli.serving.tracing import trace
from cli.serving.trunks import admit_trunks, call_by_trunks, humour_trunks, signer_of, tend_trunks
from cli.serving.webrtc import browsers_policy, reachable_hosts
from cli.serving.who_may_call import endpoints_of, weak_secrets, who_may_call
from mediaserver.addresses import Networks
from mediaserver.calls.draining import Drain
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.config import Settings
from mediaserver.diagnosis.checks import rtp_room
from mediaserver.errors import CallError, CapacityError
from mediaserver.host_port import host_port
from mediaserver.metrics import Metrics
from mediaserver.rtp.liveness import SilenceLimits
from mediaserver.rtp.wire import RtpWire
from mediaserver.sdp.ice import Ice
from mediaserver.sdp.policy import Encryption
from mediaserver.settings.sip import SipSettings
from sip.access.challenger import Challenger
from sip.access.gate import Gate
from sip.access.guessing import Guessing, GuessLimits
from sip.access.lent import LentPhones, is_lent_user
from sip.access.silence import StrangersSilence
from sip.calls.call_watch import CallLimits
from sip.calls.carrier import SipCarrier
from sip.calls.phone_desk import PhoneDesk
from sip.calls.places import legs_for
from sip.calls.redirection import nobody
from sip.calls.registrar import Registrar
from sip.calls.session_timer import TimerPolicy
from sip.calls.user_agent import SipAgent
from sip.messages.uri import Uri
from sip.tracing.tracer import Tracer
from sip.transport.connection import ConnectionLimits
from sip.transport.listening import try_port
from sip.transport.own_addresses import OwnAddresses
from sip.transport.shedding import IntakeLimits
from sip.trunks.board import TrunkBoard

log = logging.getLogger(__name__)

SWEEP_S = 5.0
"""So often it is looked whether what was lent to pages is still theirs."""


def open_rtp(settings: Settings, undo: AsyncExitStack) -> RtpWire:
    """The wire for all audio; SIP's port is tried too, so that both faults are told before anything slow has
    begun. Raises PortInUseError when no call could ever be made on these addresses."""
    sip = settings.sip
    secure = files_of(settings).certificate is not None
    try_port(sip.host, sip.port, sip.tcp, sip.tls_port if secure else None)
    wire = RtpWire(
        settings.rtp_host,
        (settings.rtp.port_min, settings.rtp.port_max),
        SilenceLimits(
            settings.rtp.first_packet_timeout_s, settings.rtp.media_timeout_s, settings.rtp.hold_timeout_s
        ),
        ports_ahead=settings.rtp.ports_ahead,
        trusted=Networks(settings.rtp.trusted_networks),
    )
    undo.callback(wire.close)
    if (narrow := rtp_room(settings)) is not None:
        log.warning("%s: %s; %s", narrow.name, narrow.detail, narrow.mend)
    try:
        wire.open().close()
    except CapacityError as error:
        log.warning("calls will be refused: %s", error)
    return wire


async def open_sip(
    settings: Settings,
    wire: RtpWire,
    switchboard: LocalSwitchboard,
    metrics: Metrics,
    undo: AsyncExitStack,
    streams: int,
    trunks: TrunkBoard,
    certificates: Certificates,
    tracer: Tracer,
    drain: Drain,
    context: ApiContext,
) -> tuple[str, str]:
    """From now on calls come in and can be placed; the address that can be called, as HOST:PORT, and the one
    for TLS, empty when there is none. `streams`: connections at once. `trunks`: those of the database.
    `certificates`: open. `tracer`: who sees all messages. `drain`: says when no more calls are taken.
    `context`: of the API, whose WebSockets lead here."""
    sip = settings.sip
    own = OwnAddresses(sip.host, sip.public_host, sip.local_networks)
    lent = LentPhones(sip.realm, asyncio.get_running_loop().time)
    gate, challenger = gatekeepers(sip, metrics, lent)
    endpoints = gate.endpoints
    whereabouts = admit_trunks(trunks, gate, sip, undo, lent)
    registrar = Registrar(
        sip.realm, endpoints.password, challenger=challenger, endpoints=lambda: gate.endpoints
    )
    pages = replace(
        await asyncio.to_thread(browsers_policy, settings), encryption=Encryption.REQUIRED, bundled=True
    )
    agent = SipAgent(
        host=sip.host,
        port=sip.port,
        wire=wire,
        on_invite=lambda call: trunks.invited(call, switchboard.invited),
        registrar=registrar,
        tcp=sip.tcp,
        tls=certificates.tls,
        tls_port=sip.tls_port,
        gate=gate,
        max_legs=legs_for(sip.max_calls),
        max_calls=sip.max_calls,
        limits=ConnectionLimits(streams, unproven_per_source=sip.connections_per_source),
        intake=IntakeLimits.of(sip.requests_per_source, sip.requests_of_strangers),
        on_refused=lambda reason: metrics.calls_refused.labels(reason).inc(),
        nat_ping_s=sip.nat_ping_s,
        media=media_policy(sip),
        page_media=pages,
        page_hosts=reachable_hosts(settings).of,
        srtp_without_tls=sip.srtp_without_tls,
        ice=Ice(sip.ice),
        dns_servers=sip.dns_servers,
        call_limits=CallLimits(sip.max_call_s, sip.max_inactive_s, sip.keep_alive_s, sip.max_silence_s),
        timers=TimerPolicy(sip.session_expires_s, sip.min_se_s),
        may_redirect_to=may_redirect_to(switchboard) if sip.follow_redirects else nobody,
        own=own,
        silence=StrangersSilence(gate, metrics.sip_proofs.labels("ignored").inc)
        if sip.strangers == "silent"
        else None,
        audio_addresses=OwnAddresses(
            settings.rtp_host, settings.rtp.public_host or sip.public_host, sip.local_networks
        ),
    )
    drain.listeners.append(agent.drain)
    agent.have_called_for(sip.refer_out_of_call, switchboard.called_for, trunks.number_of)
    agent.refuse_while(lambda: switchboard.overloaded)
    metrics.watch_signalling(agent.figures)
    # Browsers want it, whatever sip.srtp says of telephones; its making must not hold calls up.
    await asyncio.to_thread(lambda: wire.identity)
    switchboard.carriers.append(SipCarrier(agent, registrar, endpoints))
    humour_trunks(whereabouts, agent)
    call_by_trunks(trunks, agent, switchboard, metrics, await asyncio.to_thread(signer_of, sip))
    _show_sizes(wire, metrics)
    wire.on_withheld = metrics.audio_withheld.inc
    trace(tracer, agent, gate)
    await agent.start()
    undo.push_async_callback(agent.stop)
    context.sip, context.phones = agent.transport, PhoneDesk(lent, registrar, tuple(sip.extensions))
    undo.callback(asyncio.create_task(_sweep(lent)).cancel)
    tend_trunks(trunks, agent, undo)
    undo.callback(asyncio.create_task(certificates.watch()).cancel)
    log.info("%s", who_may_call(sip))
    for finding in weak_secrets(sip):
        log.warning("%s: %s; %s", finding.name, finding.detail, finding.mend)
    secure = agent.transport.tls_port
    return host_port(dialled_host(own), agent.port), host_port(dialled_host(own), secure) if secure else ""


async def _sweep(lent: LentPhones) -> None:
    """Until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_S)
        lent.sweep()


def gatekeepers(
    sip: SipSettings, metrics: Metrics, lent: LentPhones | None = None
) -> tuple[Gate, Challenger]:
    """Who decides who may call, and who asks for passwords. `lent`: to phones in browsers."""
    endpoints = endpoints_of(sip, lent=lent)
    guessing = Guessing(
        GuessLimits(ban_after=sip.ban_after, ban_s=sip.ban_s),
        lambda host: gate.endpoints.is_anonymous(host) or gate.endpoints.is_trunk(host),
    )
    challenger = Challenger(
        sip.realm,
        lambda user: gate.endpoints.password(user),
        algorithms=sip.digest,
        guessing=guessing,
        note=lambda what: metrics.sip_proofs.labels(what).inc(),
        unguessable=lambda user: is_lent_user(user) and user not in sip.extensions,
    )
    metrics.watch_bans(lambda: guessing.bans(asyncio.get_running_loop().time()))
    gate = Gate(endpoints, challenger)
    return gate, challenger


def may_redirect_to(switchboard: LocalSwitchboard) -> Callable[[Uri], bool]:
    """Whom a call of ours may be sent on to by 3xx: nobody whom it could not have gone to at once. Each
    counts to the limits on calls out."""

    def allowed(uri: Uri) -> bool:
        try:
            switchboard.targets.check(str(uri))
        except CallError:
            return False
        return switchboard.outbound is None or switchboard.outbound.followed(str(uri))

    return allowed


def dialled_host(own: OwnAddresses) -> str:
    """The host that a phone can call: all addresses together are none."""
    return own.towards(SOMEWHERE) if own.any else own.host


def _show_sizes(wire: RtpWire, metrics: Metrics) -> None:
    """What calls leave behind would be seen here, and among what the SIP side holds."""
    loop = asyncio.get_running_loop()
    for name, what, ask in (
        ("rtp_ports_in_use", "Pairs of ports that calls have taken", lambda: wire.active),
        ("asyncio_tasks", "Tasks of the event loop", lambda: len(asyncio.all_tasks(loop))),
    ):
        metrics.watch(name, what, ask)
