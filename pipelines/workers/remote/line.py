"""One WebSocket to a host of workers, which carries one request after another.

Opens it, and moves frames; what they mean is its owner's part. Never makes anybody wait: what is sent waits
here for the wire, up to a limit.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from aiohttp import (
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    TCPConnector,
    TraceConfig,
    WSMsgType,
    WSServerHandshakeError,
)

from mediaserver.errors import EngineError
from pipelines.workers.protocol import Msg, WorkerMessage, pack
from pipelines.workers.remote.host import RemoteHost
from pipelines.workers.whole_messages import MAX_FRAME, frames_of, messages_in

SEND_LIMIT = 8 << 20
"""Bytes waiting for the wire; past it the line is stuck."""
REFUSALS = {
    401: "refuses the key",
    403: "refuses the key",
    404: "serves no such engine",
    503: "is not ready, or has as many lines open as it takes",
}


GOODBYES = {1008: REFUSALS[401], 1013: REFUSALS[503]}
"""Of a proxy that opens a line before it knows."""


class HostError(EngineError):
    """No line can be had; the reason reads on after "the host NAME"."""


def new_session() -> ClientSession:
    """For the lines to one host; it goes where it was told to go, and nowhere else."""
    trace = TraceConfig()
    trace.on_request_redirect.append(_refuse_redirect)
    return ClientSession(connector=TCPConnector(limit=0), trace_configs=[trace])


async def opened(session: ClientSession, host: RemoteHost) -> tuple[ClientWebSocketResponse, dict[str, Any]]:
    """A new WebSocket, and what the host tells about the engine. Raises HostError."""
    socket = None
    try:
        async with asyncio.timeout(host.connect_s):
            socket = await session.ws_connect(
                host.url,
                headers={"Authorization": f"Bearer {host.key}"},
                ssl=True if host.tls is None else host.tls,
                max_msg_size=MAX_FRAME,
                compress=0,
            )
            frame = await socket.receive()
        if frame.type is WSMsgType.CLOSE:
            raise HostError(GOODBYES.get(frame.data, f"closes each line ({frame.data})"))
        if frame.type is not WSMsgType.BINARY:
            raise ValueError("it says nothing")
        first = messages_in(frame.data)
        if not first or first[0].kind is not Msg.READY:
            raise ValueError("it does not begin with READY")
        return socket, first[0].json()
    except BaseException as error:
        if socket is not None:
            with contextlib.suppress(Exception):
                await asyncio.shield(asyncio.ensure_future(socket.close()))
        if isinstance(error, WSServerHandshakeError):
            raise HostError(REFUSALS.get(error.status, f"answers HTTP {error.status}")) from None
        if isinstance(error, TimeoutError):
            raise HostError(f"opens no line within {host.connect_s:g} s") from None
        if isinstance(error, ClientError | OSError):
            raise HostError(f"cannot be reached ({' '.join(str(error).split())})") from None
        if isinstance(error, TypeError | ValueError):
            raise HostError(f"is no host of workers ({error})") from None
        raise


async def _refuse_redirect(*_about: object) -> None:
    raise ClientError("it sends us elsewhere; name that place in urls")


class RemoteLine:
    """An open WebSocket. `told` gets each message, `ended` the reason once, when it is over by itself."""

    def __init__(
        self,
        socket: ClientWebSocketResponse,
        told: Callable[[RemoteLine, WorkerMessage], None],
        ended: Callable[[RemoteLine, str], None],
    ) -> None:
        self.request: int | None = None
        """The one it carries now."""
        loop = asyncio.get_running_loop()
        self.opened_at = self.used_at = self.heard_at = loop.time()
        self.asked_at: float | None = None
        """When a ping was sent that was not answered yet."""
        self.cut = False
        """It ended without a word."""
        self._socket = socket
        self._told = told
        self._ended = ended
        self._packed: list[bytes] = []
        self._size = 0
        self._news = asyncio.Event()
        self._over = False
        self._tasks = [loop.create_task(self._read()), loop.create_task(self._write())]

    def send(self, packed: bytes) -> None:
        """Send packed messages, soon."""
        if self._over:
            return
        self._packed.append(packed)
        self._size += len(packed)
        self._news.set()
        if self._size > SEND_LIMIT:
            # Not from within the caller's send: its own bookkeeping may be half done.
            asyncio.get_running_loop().call_soon(self._end, "takes no more data")

    def ping(self) -> None:
        self.asked_at = asyncio.get_running_loop().time()
        self.send(pack(Msg.PING))

    def close(self) -> asyncio.Task[None]:
        """Nothing more of it, in either direction; the task ends when the host knows, or cannot be told."""
        self._over = True
        for task in self._tasks:
            task.cancel()
        return asyncio.get_running_loop().create_task(self._closed())

    async def _closed(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                await self._socket.close()

    def _end(self, why: str) -> None:
        if not self._over:
            self._over = True
            self._ended(self, why)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async for frame in self._socket:
                self.heard_at, self.asked_at = loop.time(), None
                if frame.type is not WSMsgType.BINARY:
                    raise ValueError(frame.type.name.lower())
                for message in messages_in(frame.data):
                    self._told(self, message)
        except Exception as error:  # a host may be anybody's
            self._end(f"sent nonsense ({error})")
            return
        code = self._socket.close_code
        self.cut = code in (None, 1006)
        self._end("cut the line" if self.cut else f"closed the line ({code})")

    async def _write(self) -> None:
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                packed, self._packed, self._size = self._packed, [], 0
                for frame in frames_of(packed):
                    await self._socket.send_bytes(frame)
        except (ClientError, OSError):
            pass  # the reader sees the end of the stream and tells
