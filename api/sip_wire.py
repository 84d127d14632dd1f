"""One WebSocket as SIP's transport writes to it (`sip.transport.web_sockets`): whoever writes never waits, a
client that does not read is cut off, and reading stops while SIP has enough to do.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from aiohttp import web

from sip.transport.web_sockets import as_message

CLOSING_S = 1.0
"""A client gets so long to take what is left and the close frame."""


class SipWire:
    """Of one socket, which is prepared."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        self._ws = ws
        self._request = request
        self._transport = request.transport
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._closing = self._aborted = False
        self._readable = asyncio.Event()
        self._readable.set()

    # -- sip.transport.web_sockets.MessageWire

    def write(self, data: bytes) -> None:
        """One message."""
        if not self._closing:
            self._waiting.append(data)
            self._waiting_bytes += len(data)
            self._wake.set()

    def close(self) -> None:
        self._closing = True
        self._readable.set()
        self._wake.set()

    def abort(self) -> None:
        self._closing = self._aborted = True
        self._waiting.clear()
        self._readable.set()
        self._wake.set()
        if self._transport is not None:
            self._transport.abort()

    def is_closing(self) -> bool:
        return self._closing or self._transport is None or self._transport.is_closing()

    def pause_reading(self) -> None:
        self._readable.clear()

    def resume_reading(self) -> None:
        self._readable.set()

    def get_write_buffer_size(self) -> int:
        """What waits here and in the socket, in bytes."""
        under = 0
        if self._transport is not None and not self._transport.is_closing():
            under = self._transport.get_write_buffer_size()
        return self._waiting_bytes + under

    def get_extra_info(self, name: str) -> object:
        return None if self._transport is None else self._transport.get_extra_info(name)

    # -- for the route

    async def readable(self) -> bool:
        """Wait until the next message may be read; whether one may at all."""
        await self._readable.wait()
        return not self.is_closing()

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """What is written is sent meanwhile. Afterwards the socket is closed."""
        task = asyncio.create_task(self._send(), name="SIP by WebSocket")
        try:
            yield
        finally:
            self.close()
            if not self._aborted:
                await asyncio.wait({task}, timeout=CLOSING_S)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _send(self) -> None:
        with contextlib.suppress(ConnectionError):  # the reader sees it, too
            while not self._aborted:
                if self._waiting:
                    data = self._waiting.popleft()
                    self._waiting_bytes -= len(data)
                    message = as_message(data)
                    if isinstance(message, str):
                        await self._ws.send_str(message)
                    else:
                        await self._ws.send_bytes(message)
                elif self._closing:
                    await self._ws.close()
                    return
                else:
                    self._wake.clear()
                    await self._wake.wait()
