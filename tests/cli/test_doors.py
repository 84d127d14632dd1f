"""The doors of the server against those who only hold them open."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest

from api.context import ApiContext
from cli.serving import doors
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics

HEAD = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture
async def undo() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as undo:
        yield undo


async def opened(undo: AsyncExitStack) -> int:
    """The port of a server for HTTP."""
    settings = load(None, {"http": {"host": "127.0.0.1", "port": 0}})
    context = ApiContext(settings, Health("sip"), Metrics())
    port = urlsplit(await doors.open_http(settings.http, context, undo)).port
    assert port is not None
    return port


async def connect(port: int, undo: AsyncExitStack) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    undo.callback(writer.close)
    return reader, writer


async def status(reader: asyncio.StreamReader) -> bytes:
    try:
        return (await asyncio.wait_for(reader.readline(), 10))[:12]
    except ConnectionResetError:
        return b""


async def test_a_connection_too_many_is_closed_and_the_next_is_served_again(
    undo: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "MOST_HTTP", 2)
    port = await opened(undo)
    served = [await connect(port, undo) for _ in range(2)]
    for reader, writer in served:
        writer.write(HEAD + b"\r\n")
        assert await status(reader) == b"HTTP/1.1 503"
    reader, writer = await connect(port, undo)
    writer.write(HEAD + b"\r\n")
    assert await status(reader) == b""
    for _, writer in served:
        writer.close()
        await writer.wait_closed()
    answer = b""
    while not answer:  # the server hears of the ends a moment later
        reader, writer = await connect(port, undo)
        writer.write(HEAD + b"\r\n")
        answer = await status(reader)
    assert answer == b"HTTP/1.1 503"


async def test_a_connection_without_a_whole_request_is_closed(
    undo: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "SILENT_HTTP_S", 0.05)
    port = await opened(undo)
    silent, _ = await connect(port, undo)
    half, writer = await connect(port, undo)
    writer.write(HEAD)
    assert await status(silent) == await status(half) == b""


@pytest.mark.parametrize(
    ("limits", "wished"),
    [
        ((1024, 4096), (4096, 4096)),
        ((1024, resource.RLIM_INFINITY), (65_536, resource.RLIM_INFINITY)),
        ((100_000, 1 << 20), None),
    ],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_goes(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], wished: tuple[int, int] | None
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda which, new: asked.append(new))
    doors.take_descriptors()
    assert asked == ([wished] if wished else [])
