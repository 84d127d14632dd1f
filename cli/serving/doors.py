"""The sockets of the server: HTTP, SIP and RTP. Each says in one line why it cannot be opened."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
from contextlib import AsyncExitStack, suppress

from aiohttp import web

from api.app import build_app
from api.context import ApiContext
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.config import Settings
from mediaserver.errors import CapacityError, PortInUseError
from mediaserver.host_port import host_port
from mediaserver.metrics import Metrics
from mediaserver.rtp.liveness import SilenceLimits
from mediaserver.rtp.wire import RtpWire
from mediaserver.settings.http import HttpSettings
from sip.calls.carrier import SipCarrier
from sip.calls.places import legs_for
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from sip.transport.listening import try_port

log = logging.getLogger(__name__)

MOST_HTTP = 200
"""Connections; anybody may open them, and each takes a descriptor that a call may need."""
SILENT_HTTP_S = 20
"""One without a whole request for so long is closed; clients keep their idle ones for less."""
WISHED_FILES = 65_536
"""Descriptors, where the system lets us have them."""


def take_descriptors() -> None:
    """Raise our own limit of open files as far as the system lets us: many start processes with 1,024, and
    calls need two each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = WISHED_FILES if hard == resource.RLIM_INFINITY else min(hard, WISHED_FILES)
    if soft != resource.RLIM_INFINITY and soft < wished:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))


class _Full(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.abort()


async def open_http(settings: HttpSettings, context: ApiContext, undo: AsyncExitStack) -> str:
    """Serve health and the page from the beginning, so that a start can be watched; the base address."""
    runner = web.AppRunner(
        build_app(context), access_log=None, shutdown_timeout=0.5, keepalive_timeout=SILENT_HTTP_S
    )
    await runner.setup()
    undo.push_async_callback(runner.cleanup)

    def connected() -> asyncio.Protocol:
        server = runner.server
        if server is None or len(server.connections) >= MOST_HTTP:
            return _Full()
        return server()

    loop = asyncio.get_running_loop()
    try:
        listener = await loop.create_server(connected, settings.host, settings.port)
    except OSError as error:
        # asyncio's own text repeats the address and buries the reason.
        known = error.errno is not None and error.errno > 0
        reason = os.strerror(error.errno or 0) if known else error.strerror or str(error)
        raise PortInUseError(
            f"cannot listen on HTTP {host_port(settings.host, settings.port)} ({reason}): "
            "end the process that holds the port, or choose another with http.port"
        ) from None
    undo.callback(listener.close)
    host, port = listener.sockets[0].getsockname()[:2]
    return f"http://{host_port(host, port)}"


def open_rtp(settings: Settings, undo: AsyncExitStack) -> RtpWire:
    """The wire for all audio; SIP's port is tried too, so that both faults are told before anything slow has
    begun. Raises PortInUseError when no call could ever be made on these addresses."""
    try_port(settings.sip.host, settings.sip.port, settings.sip.tcp)
    wire = RtpWire(
        settings.rtp_host,
        (settings.rtp.port_min, settings.rtp.port_max),
        SilenceLimits(
            settings.rtp.first_packet_timeout_s, settings.rtp.media_timeout_s, settings.rtp.hold_timeout_s
        ),
        ports_ahead=settings.rtp.ports_ahead,
    )
    undo.callback(wire.close)
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
) -> str:
    """From now on calls come in and can be placed; the address as HOST:PORT."""
    sip = settings.sip
    registrar = Registrar(
        sip.realm,
        {name: secret.get_secret_value() for name, secret in sip.extensions.items()}.get,
        algorithms=sip.digest,
    )
    agent = SipAgent(
        host=sip.host,
        port=sip.port,
        wire=wire,
        on_invite=switchboard.invited,
        registrar=registrar,
        tcp=sip.tcp,
        max_legs=legs_for(sip.max_calls),
        on_refused=lambda reason: metrics.calls_refused.labels(reason).inc(),
        advertised=sip.public_host or None,
    )
    switchboard.carriers.append(SipCarrier(agent, registrar))
    await agent.start()
    undo.push_async_callback(agent.stop)
    return host_port(sip.host, agent.port)
