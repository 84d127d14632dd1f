"""The writing side of a WebSocket that carries a conversation: one task sends what waits in its line, and a
client that does not read is closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from api.gateway.close_codes import CloseCode
from api.gateway.outbox import SocketLine

CLOSING_S = 1.0
"""A client that does not read gets so long to take the close frame."""


class SocketSender:
    """Of one socket, which is prepared."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request, octets: int) -> None:
        """`octets`: that may wait for a client which does not read."""
        self._ws = ws
        self._request = request
        self._wake = asyncio.Event()
        self._closing: set[asyncio.Task[None]] = set()
        self.line = SocketLine(octets, self._wake.set, self._unread)

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Sends meanwhile; the line is closed afterwards, behind what is still to be said as the last."""
        task = asyncio.create_task(_send_waiting(self._ws, self.line, self._wake))
        try:
            yield
        finally:
            if self.line.ending is not None and not self.line.closed:
                # What is on its way, and the close frame.
                await asyncio.wait({task}, timeout=CLOSING_S)
            self.line.close()
            task.cancel()
            await asyncio.gather(task, *self._closing, return_exceptions=True)

    def _unread(self) -> None:
        self._closing.add(asyncio.create_task(_close_unread(self._ws, self._request)))


async def _send_waiting(ws: web.WebSocketResponse, line: SocketLine, wake: asyncio.Event) -> None:
    try:
        while True:
            item = line.take()
            if item is None:
                if line.ending is not None:
                    code, reason = line.ending
                    await ws.close(code=code, message=reason.encode())
                    return
                wake.clear()
                await wake.wait()
            elif isinstance(item, str):
                await ws.send_str(item)
            else:
                await ws.send_bytes(item)
    except ConnectionError:
        """The reader sees it, too."""


async def _close_unread(ws: web.WebSocketResponse, request: web.Request) -> None:
    """It does not read: it may find the close frame, and is gone."""
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(CLOSING_S):
            await ws.close(code=CloseCode.TOO_SLOW, message=b"You do not read what you are sent.")
    if request.transport is not None:
        request.transport.abort()
