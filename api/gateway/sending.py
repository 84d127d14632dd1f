"""The writing side of a WebSocket: one task sends what waits in its line, and a client that does not read is
closed, by force where it has to be."""

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

    def __init__(self, ws: web.WebSocketResponse, request: web.Request, octets: int | None) -> None:
        """`octets`: that may wait for a client which does not read; None: whoever writes looks to that."""
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
                _, unsent = await asyncio.wait({task}, timeout=CLOSING_S)
                if unsent:
                    self._cut()
            self.line.close()
            task.cancel()
            await asyncio.gather(task, *self._closing, return_exceptions=True)

    def _unread(self) -> None:
        self._closing.add(asyncio.create_task(self._close_unread()))

    async def _close_unread(self) -> None:
        """It does not read: it may find the close frame, and is gone."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await self._ws.close(code=CloseCode.TOO_SLOW, message=b"You do not read what you are sent.")
        self._cut()

    def _cut(self) -> None:
        """Without waiting for what it does not take: the system would, for many minutes."""
        if self._request.transport is not None:
            self._request.transport.abort()


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
