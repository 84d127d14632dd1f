"""Between aiohttp's WebSocket and a realtime session: moves messages, and closes what does not read.

One task reads (the request's own) and one writes, for each socket; nothing here knows what messages mean.
"""

from __future__ import annotations

import asyncio

from aiohttp import WSMsgType, web

from api.access.asker import Asker
from api.gateway.close_codes import CloseCode, GatewayRefusal
from api.gateway.gateway import HEARTBEAT_S
from api.gateway.sending import SocketSender
from api.gateway.socket import YIELD_EVERY, keep_little
from api.pinged_socket import PingedSocket
from api.realtime.client_events import MOST_EVENT
from api.realtime.hub import RealtimeHub
from api.realtime.session import RealtimeSession
from api.realtime.session_commands import OCTETS_A_MESSAGE
from mediaserver.calls.routes import AgentSpec

PROTOCOL = "realtime"
"""The subprotocol that browsers ask for; who asks for none gets none."""
SLACK = 64 << 10
"""What is a little too long is told so by an event; what is longer still closes the socket with 1009."""


async def serve(
    request: web.Request, hub: RealtimeHub, spec: AgentSpec, asker: Asker
) -> web.WebSocketResponse:
    """One session, to its end."""
    ws = PingedSocket(
        request,
        heartbeat=HEARTBEAT_S,
        max_msg_size=MOST_EVENT + SLACK,
        compress=False,
        protocols=(PROTOCOL,),
    )
    await ws.prepare(request)
    keep_little(request)
    # The client is told what it has written itself, too.
    sender = SocketSender(ws, request, (hub.gateway.settings.unsent_kb << 10) + MOST_EVENT)
    async with sender.sending():
        session = hub.open(spec, asker, sender.line, request.remote or "")
        try:
            await _read(ws, session)
        except GatewayRefusal as refused:
            sender.line.finish(refused.code, refused.reason.decode())
        finally:
            hub.gone(session)
    return ws


async def _read(ws: web.WebSocketResponse, session: RealtimeSession) -> None:
    """Until the socket is closed. Raises GatewayRefusal."""
    count = 0
    while True:
        message = await ws.receive()
        if message.type is WSMsgType.TEXT:
            session.receive(message.data)
        elif message.type is WSMsgType.BINARY:
            raise GatewayRefusal(CloseCode.PROTOCOL, "Events are text; audio is base64 inside them.")
        else:
            return
        count += 1
        if count % YIELD_EVERY == 0 or len(message.data) > OCTETS_A_MESSAGE:
            await asyncio.sleep(0)
