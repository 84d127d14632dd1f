"""The writing side of a media stream's WebSocket: frames are put on the transport within the media clock's
tick. Nothing waits, and there is no task for it: at 300 streams two thirds of the time of writing would be
spent on waking tasks.

Nothing is compressed and nobody else writes data here, so a whole frame at a time may go out beside aiohttp's
own control frames (:rfc:`6455` 5.4). Whoever does not read is sent no audio: it would be old when it came.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from aiohttp import web

from mediaserver.media.leg import Termination, Why
from providers.streams.stream_close import StreamClose

TEXT, BINARY = 0x81, 0x82
"""First octets of whole messages (:rfc:`6455` 5.2)."""
CLOSING_S = 1.0
"""A provider gets so long to take the close frame."""
KERNEL_OCTETS = 4 << 10
"""That the system may hold for a provider which does not read (Linux doubles them, and counts its own
overhead in): some 300 ms of mu-law in base64. What is there cannot be taken back."""
MOST_WAITING = 3_200
"""Octets that the transport may hold beyond that before audio is left out: 200 ms of mu-law in base64."""
MOST_TOLD = 64 << 10
"""Beyond so many octets a socket is as good as dead: not even what is no audio goes out."""
_SHORT, _LONG = struct.Struct("!BB"), struct.Struct("!BBH")


def frame(message: str | bytes) -> bytes:
    """A whole message from a server, of at most 65,535 octets."""
    first, octets = (TEXT, message.encode()) if isinstance(message, str) else (BINARY, message)
    size = len(octets)
    return (_SHORT.pack(first, size) if size < 126 else _LONG.pack(first, 126, size)) + octets


class SocketStreamLine:
    """Implements providers.streams.media_stream.StreamLine for one socket, which is prepared."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request, octets_per_frame: int) -> None:
        """`octets_per_frame`: of 20 ms of audio, before base64."""
        self._ws = ws
        self._transport = request.transport
        self._closing: asyncio.Task[None] | None = None
        self.most_waiting = max(MOST_WAITING, octets_per_frame * 2 * 10)
        if self._transport is not None:
            with contextlib.suppress(OSError, AttributeError):
                kernel = max(KERNEL_OCTETS, octets_per_frame * 25)
                self._transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_SNDBUF, kernel
                )

    @property
    def finished(self) -> bool:
        """We have closed it, or are about to."""
        return self._closing is not None

    def send(self, message: str | bytes) -> bool:
        return self._put(message, self.most_waiting)

    def tell(self, message: str | bytes) -> None:
        self._put(message, MOST_TOLD)

    def finish(self, why: Termination) -> None:
        code = StreamClose.GOING_AWAY if why.why is Why.SHUTDOWN else StreamClose.DONE
        self.close(code, str(why))

    def close(self, code: StreamClose, reason: str) -> None:
        """Behind what was sent. The first word counts."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(code, reason))

    async def closed(self) -> None:
        """Wait until it is, where it is being closed."""
        if self._closing is not None:
            await self._closing

    def _put(self, message: str | bytes, most: int) -> bool:
        transport = self._transport
        if transport is None or self._closing is not None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > most:
            return False
        transport.write(frame(message))
        return True

    async def _close(self, code: StreamClose, reason: str) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError, RuntimeError):
            async with asyncio.timeout(CLOSING_S):
                await self._ws.close(
                    code=code, message=reason.encode()[:123].decode(errors="ignore").encode()
                )
        if self._transport is not None:
            self._transport.abort()
