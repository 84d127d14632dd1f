"""What the stand-ins of providers have in common: a real server on loopback with keys that can be revoked and
with troubles to order. Each is made from its provider's published documents and refuses what that does.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import WSCloseCode, web

KEY = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Trouble:
    """What comes in the place of the next right answer, or in the middle of it."""

    status: int = 0
    """Of the HTTP answer, or of that to a WebSocket's opening."""
    body: Any = None
    """JSON of it; None: the provider's usual one."""
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    """Nothing, until the other side hangs up."""
    cut_after: int | None = None
    """Messages, or pieces of a body, after which the connection is cut without a word."""
    nonsense_after: int | None = None
    """Likewise: something that cannot be read."""
    close: tuple[int, str] | None = None
    """A WebSocket is closed with this behind the first audio, or text."""
    endless: bool = False
    """Audio without an end."""
    empty: bool = False
    """An answer with nothing in it."""


class StandIn:
    """Serves `routes()`; what the provider would refuse is noted in `faults`, too."""

    def __init__(self) -> None:
        self.keys = {KEY}
        self.troubles: deque[Trouble] = deque()
        self.faults: list[str] = []
        self.url = ""
        self.open = 0
        """Streams (WebSockets, answers) that are open now."""
        self.opened = 0
        """Ever."""
        self._changed = asyncio.Event()
        self._sockets: set[web.WebSocketResponse] = set()

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    def trouble(self) -> Trouble:
        """The one that was ordered for this request, or none."""
        return self.troubles.popleft() if self.troubles else Trouble()

    def refused(self, why: str) -> None:
        self.faults.append(why)

    async def revoke(self) -> None:
        """The key is no longer valid, and what is open with it is closed."""
        self.keys.clear()
        for socket in list(self._sockets):
            await self.end_revoked(socket)

    async def end_revoked(self, socket: web.WebSocketResponse) -> None:
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"unauthorized")

    async def until_closed(self) -> None:
        """No stream is open any more."""
        async with asyncio.timeout(10):
            while self.open:
                await self.changed()

    async def changed(self) -> None:
        """A stream is closed."""
        self._changed.clear()
        await self._changed.wait()

    @asynccontextmanager
    async def socket(self, request: web.Request, **options: Any) -> AsyncIterator[web.WebSocketResponse]:
        """A WebSocket that counts as open, and is told of a revoked key."""
        socket = web.WebSocketResponse(**options)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            async with self.streaming():
                yield socket
        finally:
            self._sockets.discard(socket)

    @asynccontextmanager
    async def streaming(self) -> AsyncIterator[None]:
        self.open, self.opened = self.open + 1, self.opened + 1
        try:
            yield
        finally:
            self.open -= 1
            self._changed.set()


S = TypeVar("S", bound=StandIn)


@asynccontextmanager
async def serving(standin: S, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[S]:
    """It listens there meanwhile; port 0: on a free one."""
    app = web.Application(client_max_size=32 << 20)
    app.add_routes(standin.routes())
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        standin.url = f"http://{host}:{runner.addresses[0][1]}"
        yield standin
    finally:
        with suppress(asyncio.CancelledError):
            await runner.cleanup()


async def hang() -> None:
    """Until the other side is gone: then the handler is cancelled."""
    await asyncio.Event().wait()


def cut(request: web.Request) -> None:
    """Close the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
