"""The messages of a call: listed with it, and listened to, whole or in part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from api.app import ApiContext, build_app
from mediaserver.calls.wave_file import wav_header
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.storage import messages
from mediaserver.storage.records import MessageKept
from mediaserver.storage.saving import save
from tests.api.keys import bearer, made_up_key
from tests.mediaserver.samples import CALL, whole_call

Client: TypeAlias = TestClient[web.Request, web.Application]
SOUND = wav_header(3_200, 1) + bytes(range(100)) * 32
PATH = f"/api/telephony/calls/{CALL}/messages"


@pytest.fixture
async def kept(pool: asyncpg.Pool, tmp_path: Path) -> Path:
    """The second message of a stored call, with its file."""
    path = tmp_path / "message.wav"
    path.write_bytes(SOUND)
    for record in whole_call():
        await save(pool, record)
    await save(pool, MessageKept(CALL, 1, 4_000, str(path), 0.1, len(SOUND)))
    return path


@pytest.fixture
async def client(pool: asyncpg.Pool) -> AsyncIterator[Client]:
    context = ApiContext(load(None, {}), Health("database"), Metrics(), pool=pool)
    _, secret = made_up_key(context)
    async with TestClient(TestServer(build_app(context)), headers=bearer(secret)) as client:
        yield client


async def refused(response: ClientResponse) -> tuple[int, str]:
    return response.status, (await response.json())["error"]["code"]


async def test_a_call_lists_its_messages_without_their_paths(client: Client, kept: Path) -> None:
    content = await (await client.get(f"/api/telephony/calls/{CALL}")).json()
    assert content["messages"] == [
        {"index": 0, "at_ms": 900, "seconds": 1.5, "size_bytes": 48_044, "transcript": "call me"},
        {"index": 1, "at_ms": 4_000, "seconds": 0.1, "size_bytes": len(SOUND), "transcript": ""},
    ]


async def test_a_message_is_listened_to_whole_or_in_part(client: Client, kept: Path) -> None:
    response = await client.get(f"{PATH}/1")
    assert (response.status, response.content_type) == (200, "audio/wav")
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert await response.read() == SOUND
    part = await client.get(f"{PATH}/1", headers={"Range": "bytes=44-143"})
    assert (part.status, part.headers["Content-Range"]) == (206, f"bytes 44-143/{len(SOUND)}")
    assert await part.read() == SOUND[44:144]
    assert (await client.get(f"{PATH}/1", headers={"Range": "bytes=99999-"})).status == 416
    head = await client.head(f"{PATH}/1")
    assert (head.status, head.headers["Content-Length"]) == (200, str(len(SOUND)))


async def test_what_cannot_be_listened_to_is_said_in_words(client: Client, kept: Path) -> None:
    assert await refused(await client.get(f"{PATH}/7")) == (404, "not_found")
    assert await refused(await client.get(f"{PATH}/-1")) == (400, "bad_request")
    assert await refused(await client.get(f"{PATH}/99999999999999")) == (400, "bad_request")
    assert await refused(await client.get(f"{PATH}/..%2f..%2fpasswd")) == (400, "bad_request")
    assert await refused(await client.get(f"{PATH}/0")) == (404, "not_found"), "its file is gone"
    await asyncio.to_thread(kept.unlink)
    assert await refused(await client.get(f"{PATH}/1")) == (404, "not_found")


async def test_a_transcript_that_comes_later_takes_nothing_away(pool: asyncpg.Pool, kept: Path) -> None:
    made = MessageKept(CALL, 1, 4_000, str(kept), 0.1, len(SOUND))
    await save(pool, replace(made, transcript="call me"))
    await save(pool, replace(made, at_ms=0))  # as a server finds it again at its start
    row = (await messages.of_call(pool, CALL))[1]
    assert (row["transcript"], row["at_ms"]) == ("call me", 4_000)
