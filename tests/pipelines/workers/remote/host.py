"""A host of workers on loopback for tests: the real application, and a wire that can be cut or held."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from pipelines.workers.hosting.door import Door
from pipelines.workers.hosting.hosted import Hosted
from pipelines.workers.hosting.key_check import KeyCheck
from pipelines.workers.pool import WorkerPool
from pipelines.workers.remote.host import RemoteHost
from pipelines.workers.remote.remote_pool import RemotePool
from pipelines.workers.spec import WorkerSpec

KEY = "key-of-the-tests-alone"
ECHO = WorkerSpec("echo", "tests.pipelines.workers.echo_worker")


async def until(true: Callable[[], object]) -> None:
    """Something holds."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)


class TestHost:
    """One that is up."""

    __test__ = False

    def __init__(self, hosted: Hosted, door: Door, port: int) -> None:
        self.hosted = hosted
        self.door = door
        self.port = port

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/{self.hosted.kind}/{self.hosted.name}"

    def reached(self, wire: Wire | None = None, **settings: Any) -> RemoteHost:
        """As a media server is told of it. `wire`: in between."""
        url = self.url if wire is None else self.url.replace(f":{self.port}/", f":{wire.port}/")
        return RemoteHost(url, **{"key": KEY, **settings})


@asynccontextmanager
async def serving(hosted: Hosted, *, port: int = 0, **limits: Any) -> AsyncIterator[TestHost]:
    """Its pool is whoever made it's."""
    door = Door([hosted], KeyCheck(KEY), **limits)
    runner = web.AppRunner(door.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield TestHost(hosted, door, runner.addresses[0][1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def echoing(spec: WorkerSpec = ECHO, *, kind: str = "stt", **limits: Any) -> AsyncIterator[TestHost]:
    """A host with one worker of the tests."""
    pool = WorkerPool(spec, 1)
    await pool.start()
    try:
        facts = {"at_once": spec.at_once, "engine": "echo"}
        hosted = Hosted(kind, "echo", pool, facts, listens=kind == "stt")
        async with serving(hosted, **limits) as host:
            yield host
    finally:
        pool.stop()


@asynccontextmanager
async def remote(*hosts: RemoteHost) -> AsyncIterator[RemotePool]:
    """A pool of them, of which one is there."""
    pool = RemotePool("far", hosts)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


class Wire:
    """A TCP relay in front of a port: `hold` stops all bytes without closing, `cut` closes."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.port = 0
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hold(self) -> None:
        self._flows.clear()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += [writer, back]
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.ensure_future(self._relay(source, sink))
            self._tasks.add(task)

    async def _relay(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(1 << 16):
            await self._flows.wait()
            sink.write(data)
        sink.close()
