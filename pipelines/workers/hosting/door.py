"""The HTTP side of a host of workers: WebSockets for who has the key, health for whoever asks, figures.

Must never parse anything of somebody who has not shown the key, beyond HTTP itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from aiohttp import WSMsgType, web

from pipelines.workers.hosting.bridge import TOO_BIG, LineError
from pipelines.workers.hosting.hosted import Hosted
from pipelines.workers.hosting.key_check import KeyCheck
from pipelines.workers.hosting.written_figures import written
from pipelines.workers.whole_messages import MAX_FRAME

log = logging.getLogger(__name__)

MAX_LINES = 1024
"""Open at once, of all engines together."""
LEAVE_S = 8.0
"""So long requests that run are given to end when the host stops."""


class WebSocketLine:
    """See `pipelines.workers.hosting.bridge.HostedLine`."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def receive(self) -> bytes | None:
        frame = await self._socket.receive()
        match frame.type:
            case WSMsgType.BINARY:
                data: bytes = frame.data
                return data
            case WSMsgType.CLOSE | WSMsgType.CLOSING | WSMsgType.CLOSED:
                return None
            case WSMsgType.ERROR:
                raise LineError("a frame is longer than any message, or broken", TOO_BIG)
            case _:
                raise LineError("only binary frames carry worker messages")

    async def send(self, frame: bytes) -> None:
        await self._socket.send_bytes(frame)

    async def close(self, code: int, why: str) -> None:
        try:
            async with asyncio.timeout(1.0):
                await self._socket.close(code=code, message=why.encode()[:120])
        except Exception:
            log.debug("a line could not be closed", exc_info=True)


class Door:
    """The application of one host."""

    def __init__(
        self,
        engines: Sequence[Hosted],
        key: KeyCheck,
        *,
        max_lines: int = MAX_LINES,
        proven: Callable[[asyncio.WriteTransport | None], None] = lambda _wire: None,
    ) -> None:
        """`proven`: told of each connection on which the key was shown."""
        self._engines = {(each.kind, each.name): each for each in engines}
        self._key = key
        self._max_lines = max_lines
        self._proven = proven
        self._leaving = False
        self._carrying: set[asyncio.Task[None]] = set()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/health", self._health)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/{kind}/{name}", self._line)
        return app

    async def _health(self, request: web.Request) -> web.Response:
        """For probes: whether all engines can work. Says no more without the key."""
        ready = not self._leaving and all(each.pool.ready for each in self._engines.values())
        told: dict[str, object] = {"status": "ok" if ready else "unavailable"}
        if self._admits(request):
            told["engines"] = [
                {
                    "kind": each.kind,
                    "name": each.name,
                    "ready": each.pool.ready,
                    "lines": len(each.bridges),
                    "requests": each.pool.load,
                    "restarts": each.pool.restarts,
                }
                for each in self._engines.values()
            ]
        return web.json_response(told, status=200 if ready else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        if not self._admits(request):
            return _refused()
        return web.Response(text=written(list(self._engines.values())), content_type="text/plain")

    async def _line(self, request: web.Request) -> web.StreamResponse:
        if not self._admits(request):
            return _refused()
        hosted = self._engines.get((request.match_info["kind"], request.match_info["name"]))
        if hosted is None:
            raise web.HTTPNotFound(text="no such engine is served here\n")
        lines = sum(len(each.bridges) for each in self._engines.values())
        if self._leaving or not hosted.pool.ready or lines >= self._max_lines:
            raise web.HTTPServiceUnavailable(text="not ready, or too many lines\n")
        socket = web.WebSocketResponse(max_msg_size=MAX_FRAME, compress=False, timeout=1.0)
        if not socket.can_prepare(request).ok:
            raise web.HTTPUpgradeRequired(text="this is a WebSocket\n")
        await socket.prepare(request)
        carrying = asyncio.ensure_future(hosted.carry(WebSocketLine(socket)))
        self._carrying.add(carrying)
        carrying.add_done_callback(self._carrying.discard)
        await carrying
        return socket

    def _admits(self, request: web.Request) -> bool:
        admitted = self._key.admits(request.headers.get("Authorization"))
        if admitted:
            self._proven(request.transport)
        return admitted

    async def leave(self) -> None:
        """Lines without a request end now, the others when theirs is answered, or soon. To be awaited before
        the server is stopped: from then on it hears nobody."""
        self._leaving = True
        for each in self._engines.values():
            each.leave()
        if self._carrying:
            _, late = await asyncio.wait(self._carrying, timeout=LEAVE_S)
            if late:
                log.warning("%d requests that still ran were broken off", len(late))


def _refused() -> web.Response:
    return web.Response(status=401, text="a key is needed\n", headers={"WWW-Authenticate": "Bearer"})
