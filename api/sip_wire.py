"""One WebSocket as SIP writes to it (`sip.transport.web_sockets`): whoever writes never waits, and
reading stops while SIP has enough to do. How much may wait for a client that does not read is SIP's to say.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

from aiohttp import WSCloseCode, web

from api.gateway import sending
from sip.transport.web_sockets import as_message


class SipWire:
    """Of one socket, which is prepared."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        self._transport = request.transport
        self._sender = sending.SocketSender(ws, request, None)
        self._readable = asyncio.Event()
        self._readable.set()

    # -- sip.transport.web_sockets.MessageWire

    def write(self, data: bytes) -> None:
        """One message."""
        self._sender.line.put(as_message(data))

    def close(self) -> None:
        """Once what was written is out; cut off where the client does not take it."""
        if not self.is_closing():
            asyncio.get_running_loop().call_later(sending.CLOSING_S, self.abort)
        self._sender.line.finish(WSCloseCode.OK, "")
        self._readable.set()

    def abort(self) -> None:
        self._sender.line.close()
        self._readable.set()
        if self._transport is not None:
            self._transport.abort()

    def is_closing(self) -> bool:
        line = self._sender.line
        over = line.closed or line.ending is not None
        return over or self._transport is None or self._transport.is_closing()

    def pause_reading(self) -> None:
        self._readable.clear()

    def resume_reading(self) -> None:
        self._readable.set()

    def get_write_buffer_size(self) -> int:
        """What waits here and in the socket, in bytes."""
        under = 0
        if self._transport is not None and not self._transport.is_closing():
            under = self._transport.get_write_buffer_size()
        return self._sender.line.octets + under

    def get_extra_info(self, name: str) -> object:
        return None if self._transport is None else self._transport.get_extra_info(name)

    # -- for the route

    async def readable(self) -> bool:
        """Wait until the next message may be read; whether one may at all."""
        await self._readable.wait()
        return not self.is_closing()

    def sending(self) -> AbstractAsyncContextManager[None]:
        """What is written is sent meanwhile. Afterwards the socket is closed."""
        return self._sender.sending()
