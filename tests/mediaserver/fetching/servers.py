"""Servers that answer as strangers do: aiohttp's own, and one that sends what bytes it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from mediaserver.addresses import Address, address_of
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import FetchLimits, GuardedClient

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(**handlers: Handler) -> AsyncIterator[str]:
    """A real server; `http://127.0.0.1:PORT`. A handler's name is its path."""
    app = web.Application()
    for name, handler in handlers.items():
        app.router.add_route("*", f"/{name}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.05, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def sending(
    behave: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A socket that behaves like that once it has read the head of a request."""
    live: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        live.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await behave(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            live.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in [*live]:
            task.cancel()
        await asyncio.gather(*live, return_exceptions=True)


def answering(answer: bytes) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """These bytes, and the connection is closed."""

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return behave


@asynccontextmanager
async def client(*allow: str, **more: object) -> AsyncIterator[GuardedClient]:
    """One that may reach this machine where nothing else is said."""
    made = GuardedClient(AddressRule(allow or ["127.0.0.1"]), **more)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.close()


QUICK = FetchLimits(timeout_s=0.3, connect_s=0.2)


class Names:
    """A name server that answers by a script: for each question about a name the next list of addresses."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self._answers = {name.replace("_", "."): iter(rows) for name, rows in answers.items()}
        self.asked: list[str] = []

    async def addresses(self, host: str) -> list[Address]:
        self.asked.append(host)
        found = [address_of(text) for text in next(self._answers[host])]
        return [address for address in found if address is not None]
