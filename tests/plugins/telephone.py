"""Calls in Buzz to a running server that has the example package: what the agent asks, and what is heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import numpy as np

from callers.sound import decode, resample
from callers.voiced import Clip
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from tests.faults.calling import Watched
from tests.peers.conftest import ServerProcess
from tests.plugins.acme_speech.buzz import read, say


@asynccontextmanager
async def database(server: ServerProcess) -> AsyncIterator[asyncpg.Connection]:
    joined = EmbeddedPostgres(server.folder / "data")
    connection = await open_connection(await joined.start())
    try:
        yield connection
    finally:
        await connection.close()
        await joined.stop()


class Service:
    """What the agent asks while it speaks; it answers when it is let."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[str] = asyncio.Queue()
        self.answers: asyncio.Queue[str] = asyncio.Queue()
        self.address = ""

    async def __aenter__(self) -> Service:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.put_nowait((await reader.readline()).decode().strip())
        writer.write(f"{await self.answers.get()}\n".encode())
        writer.close()


def heard(one: Watched) -> str:
    """What has come out of the caller's telephone so far, in Buzz."""
    packets = [decode(each.payload, each.payload_type) for each in list(one.call.stream.arrivals)]
    audio = np.concatenate(packets) if packets else np.zeros(0)
    return " ".join(word.text for word in read(audio.astype(np.int16), 8_000))


def clip(text: str) -> Clip:
    """The caller's line, in Buzz."""
    return Clip.of(text, resample(say(text).astype(float), 16_000, 8_000).astype(np.int16))
