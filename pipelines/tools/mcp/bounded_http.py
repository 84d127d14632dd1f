"""The HTTP client for MCP servers: no answer is read beyond a bound, and none is unpacked.

Event streams are bounded event by event by the SDK, and read no faster than a program's. Redirects to another
host are not followed (the SDK's rule), so headers with secrets go to the configured one alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

from pipelines.tools.mcp.pipes import MOST_MESSAGE_BYTES, ReadingPace
from pipelines.tools.mcp.server import McpServer

CONNECT_S = 5.0
STREAM_S = 300.0
"""Silence on a stream of events after which it is opened anew."""


def http_client(server: McpServer) -> httpx2.AsyncClient:
    """Made on the thread of the connections: certificates are read, which takes tens of milliseconds."""
    return httpx2.AsyncClient(
        transport=_Bounded(httpx2.AsyncHTTPTransport()),
        headers={**server.headers, "accept-encoding": "identity"},
        timeout=httpx2.Timeout(CONNECT_S, read=STREAM_S),
    )


class _Bounded(httpx2.AsyncBaseTransport):
    def __init__(self, below: httpx2.AsyncBaseTransport) -> None:
        self._below = below

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._below.handle_async_request(request)
        packed = response.headers.get("content-encoding", "identity").lower() != "identity"
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        if packed:
            await stream.aclose()
            raise httpx2.ReadError("its answer is compressed, which was not asked for", request=request)
        events = response.headers.get("content-type", "").lower().startswith("text/event-stream")
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Paced(stream) if events else _Counted(stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._below.aclose()


class _Paced(httpx2.AsyncByteStream):
    """Events without end, and no more of them a second than of a program."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pace = ReadingPace()
        async for chunk in self._stream:
            await pace.spend(len(chunk), messages=chunk.count(b"\n"))
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Counted(httpx2.AsyncByteStream):
    """The SDK takes a StreamError for a fault of this one answer."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_MESSAGE_BYTES
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise httpx2.StreamError(f"it sent a message of more than {MOST_MESSAGE_BYTES // 1024} KiB")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
