"""The HTTP client under the official ones: one pool of connections for each engine, limits on what comes
back, and what its errors mean.

Imported on a thread, when an engine is made: httpx2 takes a while. Must never log or show a header.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx2

from pipelines.engines.llm.client_faults import MOST_CONNECTIONS
from pipelines.engines.llm.endpoint import EndpointClient
from pipelines.engines.llm.event_stream import MOST_BYTES

KEPT_S = 90.0
"""An idle connection is kept for so long; a server that closes it earlier costs one more attempt."""
MOST_KEPT = 100
MOST_OF_AN_ERROR = 64 * 1024

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells of each request


def http_client(
    base_url: str, connect_s: float, read_s: float, socket: Path | None = None
) -> httpx2.AsyncClient:
    """Follows no redirect (it would carry the key along) and asks for plain bytes: what is packed has no size
    before it is unpacked. `socket`: a Unix socket, past all proxies."""
    limits = httpx2.Limits(
        max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_KEPT, keepalive_expiry=KEPT_S
    )
    uds = None if socket is None else str(socket)
    return httpx2.AsyncClient(
        base_url=base_url,
        headers={"Accept-Encoding": "identity"},
        timeout=httpx2.Timeout(read_s, connect=connect_s, pool=connect_s),
        limits=limits,
        transport=None if uds is None else httpx2.AsyncHTTPTransport(uds=uds, limits=limits, trust_env=False),
        trust_env=uds is None,
        follow_redirects=False,
        event_hooks={"response": [_limit]},
    )


_rehearsed: set[str] = set()
"""Clients that have asked nobody in this process."""


def rehearse(client: str, build: Callable[[httpx2.AsyncClient], EndpointClient]) -> None:
    """Ask nobody, once, on this thread: what the clients import and work out at their first use would stop
    the loop, and with it all calls, for 50 ms."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=httpx2.ByteStream(b'{"data": []}'))

    async def ask() -> None:
        await anyio.lowlevel.checkpoint()
        endpoint = build(httpx2.AsyncClient(transport=httpx2.MockTransport(answer)))
        try:
            await endpoint.rehearse()
        finally:
            await endpoint.close()

    if client not in _rehearsed:
        asyncio.run(ask())
        _rehearsed.add(client)


class LimitedStream(httpx2.AsyncByteStream):
    """A body that may be so long and no longer."""

    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._left = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._stream.__aiter__()
        try:
            async for chunk in chunks:
                self._left -= len(chunk)
                if self._left < 0:
                    raise httpx2.RemoteProtocolError("it sent more than any answer has")
                yield chunk
        finally:
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _limit(response: httpx2.Response) -> None:
    """Before any of its body is read."""
    if isinstance(response.stream, httpx2.AsyncByteStream):
        most = MOST_OF_AN_ERROR if response.is_error else 2 * MOST_BYTES
        response.stream = LimitedStream(response.stream, most)
    if "content-encoding" in response.headers:
        del response.headers[
            "content-encoding"
        ]  # packed against our wish: it stays so, and is not understood
