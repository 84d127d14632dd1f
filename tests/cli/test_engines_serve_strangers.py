"""Strangers at the door of a host of workers: they hold no connection for long, and nobody waits for them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from aiohttp import ClientSession

from api.connections import HttpConnections, HttpLimits
from cli.engines.serving import open_door
from pipelines.workers.hosting.door import Door
from pipelines.workers.hosting.hosted import Hosted
from pipelines.workers.hosting.key_check import KeyCheck
from pipelines.workers.pool import WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage, pack
from pipelines.workers.whole_messages import messages_in
from tests.pipelines.workers.remote.host import ECHO, KEY


async def test_half_a_request_is_not_waited_for_and_a_line_stays() -> None:
    pool = WorkerPool(ECHO, 1)
    await pool.start()
    connections = HttpConnections(HttpLimits(unproven_s=0.2, unproven_per_source=4))
    async with AsyncExitStack() as undo, ClientSession() as http:
        undo.push_async_callback(pool.close)
        door = Door([Hosted("stt", "echo", pool, {})], KeyCheck(KEY), proven=connections.prove)
        url = await open_door(door, connections, "127.0.0.1", 0, None, undo)
        line = await http.ws_connect(f"{url}/stt/echo", headers={"Authorization": f"Bearer {KEY}"})
        assert messages_in(await line.receive_bytes())[0].kind is Msg.READY
        port = urlsplit(url).port
        strangers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
        for _, writer in strangers:
            writer.write(b"GET /health HTTP/1.1\r\nHost: ")
        async with asyncio.timeout(10):
            for reader, writer in strangers:
                try:
                    assert await reader.read() == b""
                except ConnectionResetError:
                    pass
                writer.close()
        assert len(connections) == 1
        await line.send_bytes(pack(Msg.PING, 5))
        assert messages_in(await line.receive_bytes()) == [WorkerMessage(Msg.PONG, 5)]
        await line.close()
