"""`/ws/sip`: SIP over WebSocket (:rfc:`7118`), for phones in browsers.

Only the socket is dealt with here, by limits that count before anything is read. Who somebody is, and what
they may, is SIP's to find out, by the same passwords as everywhere (`sip.access`).
"""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

from aiohttp import WSMsgType, hdrs, web

from api.access.asker import Asker, How, asker
from api.access.origin import came_by_proxy, on_this_machine
from api.context import CONTEXT
from api.gateway.socket import YIELD_EVERY, keep_little
from api.message_rate import MessageRate
from api.pinged_socket import PingedSocket
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.sip_wire import SipWire
from sip.messages.parsing import MAX_MESSAGE
from sip.transport.connection import StreamConnection
from sip.transport.web_sockets import SUBPROTOCOL

routes = ApiRoutes("SIP socket")

HEARTBEAT_S = 20.0
"""A socket whose client does not answer a ping of ours is closed."""
PER_SECOND, AT_ONCE = 100.0, 300.0
"""Messages that a client may send in the long run, and at once: a phone in a call sends one or two a second,
and one for each key."""
TOO_MANY = 4003
REGISTERED = Asker(UUID(int=0x5051), "phones that registered")
"""To whom the connections of all these count, as if it was one key: they do not keep out everybody else."""


@routes.get("/ws/sip", scope=None, websocket=True, errors=(400, 426, 503))
async def sip_socket(request: web.Request) -> web.StreamResponse:
    """SIP over a WebSocket (RFC 7118), as JsSIP speaks it; the subprotocol is `sip`.

    Register as an extension with its password, or with what `POST /api/webrtc/phone` gives. Closed with 4003
    for more messages than a phone sends (100 a second), 1009 for one that is longer than 65,535 bytes."""
    context = request.app[CONTEXT]
    if context.settings.sip.backend == "pjsua2":
        raise Problem(503, "unavailable", "PJSIP takes no SIP over WebSocket: set sip.backend to own.")
    transport = started(context.sip)
    _check_handshake(request)
    settings = context.settings
    known = on_this_machine(request, settings) or asker(request).how is not How.NOTHING
    relayed = came_by_proxy(request, settings)
    if not transport.lets_socket_in(_host(request), relayed=relayed):
        raise Problem(503, "too_many", "Too many phones are connected.", headers={hdrs.RETRY_AFTER: "5"})
    if known:
        context.prove(request)
    socket = PingedSocket(
        request, heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE, compress=False, protocols=(SUBPROTOCOL,)
    )
    await socket.prepare(request)
    keep_little(request)
    wire = SipWire(socket, request)
    connection = transport.socket_opened(
        wire,
        secure=request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https",
        relayed=relayed,
        greeted=known,
        known_as=request.url.host or "",
        on_proven=lambda: context.prove(request, REGISTERED),
    )
    try:
        async with wire.sending():
            await _read(socket, wire, connection)
    finally:
        connection.connection_lost(None)
    return socket


async def _read(socket: PingedSocket, wire: SipWire, connection: StreamConnection) -> None:
    """Until it is closed, by whomever."""
    rate, count = MessageRate(time.monotonic(), PER_SECOND, AT_ONCE), 0
    while await wire.readable():
        message = await socket.receive()
        if message.type is WSMsgType.TEXT:
            data = message.data.encode("utf-8", "surrogateescape")
        elif message.type is WSMsgType.BINARY:
            data = message.data
        else:
            return
        if not rate.admits(time.monotonic()):
            await socket.close(code=TOO_MANY, message=b"More messages than a phone sends.")
            return
        connection.data_received(data)
        count += 1
        if count % YIELD_EVERY == 0:
            await asyncio.sleep(0)


def _host(request: web.Request) -> str:
    """The address that connects to us."""
    name = request.transport.get_extra_info("peername") if request.transport is not None else None
    return str(name[0]) if name else ""


def _check_handshake(request: web.Request) -> None:
    """Raises Problem for what is no WebSocket, or not one for SIP (section 4.1)."""
    if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
        raise Problem(
            426,
            "upgrade_required",
            "This is a WebSocket for SIP: open it as one, with the subprotocol sip.",
            headers={hdrs.UPGRADE: "websocket", hdrs.CONNECTION: "Upgrade"},
        )
    offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(",")
    if SUBPROTOCOL not in (each.strip().lower() for each in offered):
        raise Problem(
            400, "subprotocol_required", "Ask for the subprotocol sip: this WebSocket speaks SIP (RFC 7118)."
        )
