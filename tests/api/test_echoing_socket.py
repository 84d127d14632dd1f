"""How a WebSocket of ours is closed."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from api.pinged_socket import PingedSocket


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
async def test_a_close_is_answered_with_its_own_code(code: int) -> None:
    ends = list[int | None]()

    async def talk(request: web.Request) -> web.StreamResponse:
        socket = PingedSocket(request)
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        ends.append(socket.close_code)
        return socket

    app = web.Application()
    app.router.add_get("/", talk)
    async with TestClient(TestServer(app)) as client:
        ws = await client.ws_connect("/")
        await ws.send_str("hello")
        assert await ws.receive_str() == "hello"
        await ws.close(code=code)
        assert (ws.close_code, ends) == (code, [code])
