"""What one connection sends at once is read in parts, so that nothing else waits for it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import socket
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web

from api.connections import AT_ONCE, HttpConnections, HttpHandler, HttpLimits


class Kept(asyncio.Protocol):
    """A handler that remembers what it was given, and answers when that was all."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.turns: list[int] = []
        """How often others had got their turn by then."""
        self.lost = asyncio.Event()
        self._turn = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._others = asyncio.create_task(self._count())

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.turns.append(self._turn)

    def eof_received(self) -> None:
        self.pieces.append(b"|")

    def connection_lost(self, exc: BaseException | None) -> None:
        self._others.cancel()
        self.lost.set()

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(0)
            self._turn += 1


async def listening(make: Callable[[], HttpHandler]) -> tuple[asyncio.Server, int]:
    connections = HttpConnections(HttpLimits())
    server = await asyncio.get_running_loop().create_server(lambda: connections.guarded(make), "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def test_others_get_their_turn_between_the_parts() -> None:
    handler = Kept()
    server, port = await listening(lambda: handler)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = bytes(range(256)) * 1_000
    writer.write(sent)
    writer.write_eof()
    await handler.lost.wait()
    writer.close()
    server.close()
    assert b"".join(handler.pieces) == sent + b"|"
    assert max(map(len, handler.pieces)) <= AT_ONCE
    assert len(set(handler.turns)) == len(handler.turns), "never two in one turn"


async def test_a_client_that_goes_leaves_nothing_to_be_read() -> None:
    handler = Kept()
    server, port = await listening(lambda: handler)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(bytes(100 * AT_ONCE))
    await writer.drain()
    writer.transport.abort()
    await handler.lost.wait()
    seen = len(handler.pieces)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(handler.pieces) == seen
    server.close()


@pytest.fixture
async def base() -> AsyncIterator[str]:
    async def digest(request: web.Request) -> web.Response:
        known = hashlib.sha256()
        async for piece in request.content.iter_chunked(1_000):
            known.update(piece)
            await asyncio.sleep(0)  # slower than it comes: aiohttp stops reading, and goes on
        return web.Response(text=known.hexdigest())

    app = web.Application(client_max_size=1 << 24)
    app.router.add_post("/", digest)
    runner = web.AppRunner(app)
    await runner.setup()
    made = runner.server
    assert made is not None
    server, port = await listening(made)
    yield f"http://127.0.0.1:{port}/"
    server.close()
    await runner.cleanup()


async def test_a_long_body_comes_whole(base: str) -> None:
    body = bytes(range(251)) * 8_000
    async with aiohttp.ClientSession() as client:
        for _ in range(2):  # on one connection
            async with client.post(base, data=io.BytesIO(body)) as answer:
                assert await answer.text() == hashlib.sha256(body).hexdigest()


async def test_what_nobody_takes_stays_with_the_sender() -> None:
    """aiohttp stops reading while its handler is slower than the client; nothing else may take it instead."""
    sent, most_held, taken, piece, wanted = 0, 0, 0, 64 << 10, 2 << 20
    enough = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        nonlocal taken, most_held
        while taken < wanted and (part := await request.content.readany()):
            taken += len(part)
            most_held = max(most_held, sent - taken)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        enough.set()
        return web.Response()

    app = web.Application(client_max_size=1 << 30)
    app.router.add_post("/", take)
    runner = web.AppRunner(app, lingering_time=0)
    await runner.setup()
    assert runner.server is not None
    server, port = await listening(runner.server)
    for listener in server.sockets:  # what the system holds is no part of this
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, piece)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, piece)
    writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % (4 * wanted))

    async def send() -> None:
        nonlocal sent
        while sent < 4 * wanted:
            writer.write(bytes(piece))
            await writer.drain()
            sent += piece

    sending = asyncio.create_task(send())
    await enough.wait()
    sending.cancel()
    writer.transport.abort()
    server.close()
    await runner.cleanup()
    assert taken >= wanted and most_held < 700 << 10
