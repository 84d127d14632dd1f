"""Between aiohttp's WebSocket and a session: moves messages, and closes what does not read.

One task reads (the request's own) and one writes, for each socket; nothing here knows what messages mean.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import socket
from collections.abc import Awaitable, Callable

from aiohttp import WSMessage, WSMsgType, web

from api.answers import dumps
from api.gateway.close_codes import CloseCode, GatewayRefusal
from api.gateway.gateway import HEARTBEAT_S, Gateway
from api.gateway.outbox import SocketLine
from api.gateway.sending import CLOSING_S, SocketSender
from api.gateway.session import GatewaySession
from api.pinged_socket import PingedSocket

log = logging.getLogger(__name__)

FIRST_S = 10.0
"""The first message must be here within this."""
MOST_OCTETS = 256 << 10
"""Of one message; a longer one closes the socket with 1009."""
KERNEL_OCTETS = 64 << 10
"""That the system may hold for a client which does not read (it doubles them, Linux `socket(7)`)."""
PAUSE_S = 0.02
"""After audio that was refused nothing is read for so long, the time of a frame: TCP has the client wait."""
NO_CODE = 0
"""As aiohttp tells of a close frame without one: what `close()` of a browser sends (:rfc:`6455` 7.1.5). A
lost socket has no close frame, and a page that is left says 1001."""
YIELD_EVERY = 8
"""Messages that are dealt with before others get their turn."""

Begin = Callable[[str, SocketLine], Awaitable[GatewaySession]]
"""By the first message, on this line. Raises GatewayRefusal."""


def opened(request: web.Request) -> web.WebSocketResponse:
    """A socket as the gateway wants it. Nothing is compressed: speech is not smaller for it, and nobody's
    bomb is unpacked."""
    return PingedSocket(request, heartbeat=HEARTBEAT_S, max_msg_size=MOST_OCTETS, compress=False)


async def serve(request: web.Request, gateway: Gateway, begin: Begin) -> web.WebSocketResponse:
    """One socket, to its end."""
    ws = opened(request)
    await ws.prepare(request)
    keep_little(request)
    sender = SocketSender(ws, request, gateway.settings.unsent_kb << 10)
    line = sender.line
    try:
        first = await _first(ws)
        if first is None:
            return ws
        session = await begin(first, line)
    except GatewayRefusal as refused:
        await _refuse(ws, refused)
        return ws
    left = False
    async with sender.sending():
        try:
            left = await _read(ws, session)
        except GatewayRefusal as refused:
            session.outbox.mention("error", code=refused.code.name.lower(), message=str(refused))
            line.finish(refused.code, refused.reason.decode())
        finally:
            gateway.gone(session, line, deliberately=left)
    return ws


async def _first(ws: web.WebSocketResponse) -> str | None:
    """None: it is gone before. Raises GatewayRefusal."""
    try:
        message = await ws.receive(FIRST_S)
    except TimeoutError:
        raise GatewayRefusal(
            CloseCode.PROTOCOL, f"No init came within {FIRST_S:.0f} s; it is the first message."
        ) from None
    if message.type is WSMsgType.TEXT:
        return str(message.data)
    if message.type is WSMsgType.BINARY:
        raise GatewayRefusal(CloseCode.PROTOCOL, "The first message is init or resume, as text.")
    return None


async def _read(ws: web.WebSocketResponse, session: GatewaySession) -> bool:
    """Until the socket is closed; whether its client did that as one closes what is done with. Raises
    GatewayRefusal."""
    count = 0
    while True:
        message: WSMessage = await ws.receive()
        if message.type is WSMsgType.BINARY:
            if not session.sound(message.data):
                await asyncio.sleep(PAUSE_S)
        elif message.type is WSMsgType.TEXT:
            session.text(message.data)
        else:
            return message.type is WSMsgType.CLOSE and message.data in (CloseCode.DONE, NO_CODE)
        count += 1
        if count % YIELD_EVERY == 0:
            await asyncio.sleep(0)


async def _refuse(ws: web.WebSocketResponse, refused: GatewayRefusal) -> None:
    """Say why, and close."""
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(CLOSING_S):
            told: dict[str, str | int] = {
                "type": "error", "code": refused.code.name.lower(), "message": str(refused)
            }  # fmt: skip
            if refused.after_s is not None:
                told["retry_after_s"] = max(1, math.ceil(refused.after_s))
            await ws.send_str(dumps(told))
            await ws.close(code=refused.code, message=refused.reason)


def keep_little(request: web.Request) -> None:
    """What is sent to a client that does not read must not pile up in the system."""
    transport = request.transport
    if transport is not None:
        with contextlib.suppress(OSError, AttributeError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_OCTETS)
        transport.set_write_buffer_limits(high=KERNEL_OCTETS)
