"""The WebSocket that we open to Asterisk for a call's audio (`/media/{connection}` of its HTTP server), which
has to reach nothing of ours."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import Termination
from providers.asterisk.chan_websocket import SUBPROTOCOL
from providers.streams.dialect import LONGEST, Dialect, Started, StreamFault
from providers.streams.media_stream import MediaStream

log = logging.getLogger(__name__)

FIRST_S = 5.0
"""It must have started within this."""
HEARTBEAT_S = 20.0
MOST_WAITING = 10
"""Frames that wait to be sent; more is left out: it would be old when it came."""
MOST_FAULTS = 25


class ClientStreamLine:
    """Implements providers.streams.media_stream.StreamLine: what a task sends."""

    def __init__(self) -> None:
        self._waiting: deque[str | bytes] = deque()
        self._audio = 0
        self._wake = asyncio.Event()
        self.finished = False

    def send(self, message: str | bytes) -> bool:
        if self.finished or self._audio >= MOST_WAITING:
            return False
        self._audio += isinstance(message, bytes)
        self._put(message)
        return True

    def tell(self, message: str | bytes) -> None:
        if not self.finished:
            self._put(message)

    def finish(self, why: Termination) -> None:
        self.finished = True
        self._wake.set()

    async def pump(self, socket: ClientWebSocketResponse) -> None:
        """Until the leg is over and all was sent."""
        while True:
            while self._waiting:
                message = self._waiting.popleft()
                if isinstance(message, bytes):
                    self._audio -= 1
                    await socket.send_bytes(message)
                else:
                    await socket.send_str(message)
            if self.finished:
                await socket.close()
                return
            self._wake.clear()
            await self._wake.wait()

    def _put(self, message: str | bytes) -> None:
        self._waiting.append(message)
        self._wake.set()


class MediaClient:
    """One stream."""

    def __init__(self, session: ClientSession, dialect: Dialect) -> None:
        self.line = ClientStreamLine()
        self.stream = MediaStream(dialect, self.line)
        self._session = session
        self._socket: ClientWebSocketResponse | None = None

    async def open(self, url: str) -> Started:
        """Connect, and wait for what Asterisk says of it. Raises TelephonyError."""
        try:
            async with asyncio.timeout(FIRST_S):
                self._socket = await self._session.ws_connect(
                    url,
                    protocols=(SUBPROTOCOL,),
                    heartbeat=HEARTBEAT_S,
                    max_msg_size=LONGEST,
                    timeout=ClientWSTimeout(ws_close=1.0),
                )
                message = await self._socket.receive()
            if message.type is not WSMsgType.TEXT:
                raise StreamFault("it was closed at once")
            event = self.stream.read(message.data)
            if not isinstance(event, Started):
                raise StreamFault("it does not begin with MEDIA_START")
            return event
        except (ClientError, OSError, TimeoutError, StreamFault) as error:
            await self.close()
            raise TelephonyError(
                f"Asterisk's media WebSocket cannot be opened: {str(error) or type(error).__name__}",
                ProviderFault.DOWN,
            ) from None

    async def serve(self, stopped: Callable[[str], None], lost: Callable[[str], None]) -> None:
        """Until it is over. One of the two is told where that was not our doing."""
        socket = self._socket
        assert socket is not None  # it was opened
        sending = asyncio.create_task(self._send(socket), name="sending to Asterisk")
        faults = 0
        try:
            async for message in socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    break
                try:
                    self.stream.happened(self.stream.read(message.data))
                    faults = 0
                except StreamFault as fault:
                    faults += 1
                    if faults >= MOST_FAULTS:
                        lost(f"{faults} messages in a row cannot be read: {fault}")
                        return
            if not self.line.finished:
                (stopped if socket.close_code in (1000, 1001) else lost)("Asterisk has closed the stream")
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await self.close()

    async def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(ClientError, OSError, RuntimeError):
                await self._socket.close()

    async def _send(self, socket: ClientWebSocketResponse) -> None:
        with contextlib.suppress(ClientError, ConnectionError, RuntimeError):
            await self.line.pump(socket)
