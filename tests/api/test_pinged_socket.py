"""Pings are answered, within reason."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer

from api.pinged_socket import PINGS_AT_ONCE, TOO_MANY, PingedSocket

IDLE = 4004


async def _handle(request: web.Request) -> web.StreamResponse:
    """Sends back what it gets; who says nothing for a while is closed."""
    socket = PingedSocket(request)
    await socket.prepare(request)
    try:
        while (message := await socket.receive(0.3)).type is WSMsgType.TEXT:
            await socket.send_str(message.data)
    except TimeoutError:
        await socket.close(code=IDLE)
    return socket


@pytest.fixture
async def socket() -> AsyncIterator[ClientWebSocketResponse]:
    app = web.Application()
    app.router.add_get("/", _handle)
    async with TestClient(TestServer(app)) as client, client.ws_connect("/", autoping=False) as opened:
        yield opened


async def test_a_ping_is_answered_between_messages(socket: ClientWebSocketResponse) -> None:
    await socket.ping(b"one")
    await socket.pong(b"unasked")
    await socket.send_str("two")
    pong, text = await socket.receive(), await socket.receive()
    assert (pong.type, pong.data) == (WSMsgType.PONG, b"one")
    assert text.data == "two"


@pytest.mark.parametrize("kind", ["ping", "pong"])
async def test_more_than_anybody_needs_close_the_socket(socket: ClientWebSocketResponse, kind: str) -> None:
    with contextlib.suppress(ConnectionError):
        for _ in range(int(2 * PINGS_AT_ONCE)):
            await getattr(socket, kind)()
    while (await socket.receive(10)).type is WSMsgType.PONG:
        """Those that were answered."""
    assert socket.close_code == TOO_MANY


async def test_pings_do_not_begin_the_wait_anew(socket: ClientWebSocketResponse) -> None:
    async def ping_on() -> None:
        with contextlib.suppress(ConnectionError):
            for _ in range(int(PINGS_AT_ONCE) - 10):
                await socket.ping()
                await asyncio.sleep(0.05)

    pinging = asyncio.create_task(ping_on())
    while (await socket.receive(10)).type is WSMsgType.PONG:
        """Those that were answered."""
    assert socket.close_code == IDLE
    assert not pinging.done(), "it was still pinging"
    pinging.cancel()
