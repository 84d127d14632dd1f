"""What is too much, too slow or a lie: a clear answer, in bounds, and nothing left behind."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import socket
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientError, FormData

from api.routing.problems import Problem
from api.speech import received, sending
from api.speech.faults import told_to_client
from mediaserver.errors import (
    CapacityError,
    EngineError,
    EngineRequestError,
    FetchError,
    FetchFault,
    ModelError,
)
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Take
from mediaserver.fetching.request import FetchRequest
from pipelines.audio.formats import FileFormat
from tests.api.keys import made_up_key
from tests.api.speech.studio import Studio
from tests.pipelines.audio.sounds import made

WAV = {"Content-Type": "audio/wav"}


class Elsewhere:
    """Has one recording at one address, and refuses all others."""

    def __init__(self, content: bytes, status: int = 200) -> None:
        self.content = content
        self.status = status

    async def download(
        self, request: FetchRequest, take: Take, *, most_bytes: int, within_s: float
    ) -> FetchAnswer:
        if request.url != "https://example.org/a.mp3":
            raise FetchError("127.0.0.1 is a loopback address", FetchFault.REFUSED_ADDRESS)
        for at in range(0, len(self.content), 1_000):
            await take(self.content[at : at + 1_000])
        return FetchAnswer(self.status, {}, b"", 1)


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Studio]:
    """One that takes little: a megabyte, six seconds, one recording at a time."""
    limits = {
        "upload_mb": 1,
        "uploads_mb": 1,
        "audio_minutes": 0.1,
        "recordings_at_once": 1,
        "texts_at_once": 1,
    }
    studio = Studio(
        tmp_path, Elsewhere(made(FileFormat.MP3, rate=24_000)), speech={**limits, "text_characters": 40_000}
    )
    await studio.start()
    yield studio
    await studio.stop()


def head(studio: Studio, path: str, content_type: str, length: int) -> bytes:
    """Of a request, bare."""
    told = (
        f"Authorization: Bearer {studio.secret}\r\nContent-Type: {content_type}\r\nContent-Length: {length}"
    )
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{told}\r\n\r\n".encode()


async def refused(studio: Studio, path: str = "/api/vad", **more: Any) -> tuple[int, str, str]:
    async with studio.client.post(path, **more) as answer:
        error = (await answer.json())["error"]
        return answer.status, error["code"], error["message"]


async def test_more_than_may_be_is_refused_before_it_is_read(small: Studio) -> None:
    assert small.client.server is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", small.client.server.port)
    writer.write(head(small, "/api/stt", "audio/wav", 1 << 30))
    status = await reader.readline()
    assert b" 413 " in status
    writer.close()


async def test_more_than_was_said_is_refused_when_it_is_there(small: Studio) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(64 << 10)

    status, code, message = await refused(small, data=endless(), headers=WAV)
    assert (status, code) == (413, "too_large") and "1 MiB" in message
    form = FormData()
    form.add_field("file", io.BytesIO(bytes(2 << 20)))
    assert (await refused(small, data=form))[0] == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_bombs_are_not_unpacked(small: Studio, encoding: str) -> None:
    bomb = bytes(50 << 20)
    packed = gzip.compress(bomb, 9) if encoding == "gzip" else zlib.compress(bomb, 9)
    headers = {**WAV, "Content-Encoding": encoding}
    status, _, message = await refused(small, data=packed, headers=headers)
    assert status == 415 and "Content-Encoding" in message


async def test_a_bomb_of_silence_is_too_long(small: Studio) -> None:
    """Ten minutes of nothing are 12 KB of FLAC."""
    content = made(FileFormat.FLAC, np.zeros(600 * 16_000, np.int16))
    assert len(content) < 200_000
    status, code, message = await refused(small, data=content, headers=WAV)
    assert (status, code) == (413, "audio_too_long") and "6 s" in message


async def test_what_it_is_decides_and_not_what_it_says_that_it_is(small: Studio) -> None:
    async with small.client.post("/api/vad", data=made(FileFormat.OPUS), headers=WAV) as answer:
        assert answer.status == 200
    form = FormData()
    form.add_field("file", b"#EXTM3U\nfile:///etc/passwd", filename="a.wav", content_type="audio/wav")
    async with small.client.post("/api/stt", data=form) as answer:
        error = (await answer.json())["error"]
    assert answer.status == 415 and "mp3" in error["detail"]["accepted"]
    assert (await refused(small, data=made(FileFormat.WAV)[:30], headers=WAV))[0] == 415
    assert (await refused(small, data=b"", headers=WAV))[0] == 415


async def test_forms_that_make_no_sense(small: Studio) -> None:
    empty = FormData()
    empty.add_field("threshold", "0.5", content_type="text/plain")
    assert "no file" in (await refused(small, data=empty))[2]
    twice = FormData()
    twice.add_field("file", b"a", filename="a")
    twice.add_field("file", b"b", filename="b")
    assert "one file" in (await refused(small, data=twice))[2]
    form = FormData({"threshold": "9"})
    form.add_field("file", made(FileFormat.WAV), filename="a")
    assert "threshold" in (await refused(small, data=form))[2]
    big = FormData()
    big.add_field("language", "e" * (received.FIELD_BYTES + 1), content_type="text/plain")
    assert (await refused(small, "/api/stt", data=big))[0] == 413
    latin = FormData()
    latin.add_field("language", io.BytesIO(b"\xff\xfe"))
    assert "UTF-8" in (await refused(small, "/api/stt", data=latin))[2]
    torn = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await refused(small, data=b"--x\r\nno headers", headers=torn))[0] == 400
    nested = {"Content-Type": "multipart/form-data"}
    assert (await refused(small, data=b"--x", headers=nested))[0] == 400
    status, _, message = await refused(small, data=b"hello", headers={"Content-Type": "text/plain"})
    assert status == 415 and "multipart/form-data" in message


async def test_who_sends_nothing_more_is_not_waited_for(
    small: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "STALLED_S", 0.05)
    never = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"RIFF"
        await never.wait()

    status, code, _ = await refused(small, data=stalled(), headers=WAV)
    assert (status, code) == (408, "timeout")


async def test_who_reads_nothing_is_cut_off(small: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the next one has its place."""
    cut, as_before = asyncio.Event(), sending.SentAnswer.cut

    def noted(answer: sending.SentAnswer) -> None:
        as_before(answer)
        cut.set()

    monkeypatch.setattr(sending, "UNREAD_S", 0.05)
    monkeypatch.setattr(sending.SentAnswer, "cut", noted)
    assert small.client.server is not None
    body = json.dumps({"text": "One two three. " * 2_500, "format": "pcm", "sample_rate": 48_000}).encode()
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(deaf, ("127.0.0.1", small.client.server.port))
        await loop.sock_sendall(deaf, head(small, "/api/tts", "application/json", len(body)) + body)
        async with asyncio.timeout(30):
            await cut.wait()
    async with small.client.post("/api/tts", json={"text": "Hello.", "format": "pcm"}) as answer:
        assert answer.status == 200


async def test_one_more_than_there_is_room_for_comes_again(small: Studio) -> None:
    desk = small.desk
    async with desk.texts.place():
        async with small.client.post("/api/tts", json={"text": "Hello."}) as answer:
            assert answer.status == 503 and answer.headers["Retry-After"]
            assert "at the same time" in (await answer.json())["error"]["message"]
    async with desk.recordings.place():
        waiting = asyncio.create_task(_wait(desk.recordings))
        await asyncio.sleep(0)
        async with small.client.post("/v1/audio/transcriptions", data=b"", headers=WAV) as answer:
            assert answer.status == 503 and answer.headers["Retry-After"]
            assert (await answer.json())["error"]["type"] == "server_error"
    await waiting
    desk.uploading += 1 << 20
    assert (await refused(small, data=made(FileFormat.WAV), headers=WAV))[:2] == (503, "busy")
    desk.uploading -= 1 << 20


async def _wait(places: Any) -> None:
    async with places.place():
        pass


async def test_texts_that_make_no_sense(small: Studio) -> None:
    async def of(**body: Any) -> tuple[int, str, str]:
        return await refused(small, "/api/tts", json=body)

    assert (await of(text="a" * 40_001))[1] == "text_too_long"
    assert (await of(text="a", format="mp3", sample_rate=37_000))[1] == "bad_sample_rate"
    assert (await of(text="a", sample_rate=4_000))[1] == "bad_sample_rate"
    assert "format" in (await of(text="a", format="wma"))[2]
    assert "there is no such field" in (await of(text="a", pitch=2))[2]
    assert (await of(text="a\x00b"))[0] == 400
    assert (await of(text="a", voice="xx-nobody"))[:2] == (422, "not_available")
    assert (await of(text="a", language="tlh-Latn-x"))[0] in (200, 422)


async def test_a_recording_is_got_from_its_address(small: Studio) -> None:
    address = "https://example.org/a.mp3"
    async with small.client.post("/api/vad", json={"url": address}) as answer:
        assert answer.status == 200 and (await answer.json())["duration_ms"] > 900
    status, code, message = await refused(small, json={"url": "http://127.0.0.1/a.mp3"})
    assert (status, code) == (422, "url_not_fetched") and "loopback" in message
    assert "url" in (await refused(small, json={}))[2]
    assert isinstance(small.desk.for_keys, Elsewhere)
    small.desk.for_keys.status = 404
    assert "404" in (await refused(small, json={"url": address}))[2]
    small.desk.for_keys.content = bytes(2 << 20)
    assert (await refused(small, json={"url": address}))[0] == 413


async def test_while_the_server_starts_there_is_no_desk(small: Studio) -> None:
    desk, small.context.speech = small.desk, None
    assert (await refused(small, "/api/tts", json={"text": "a"}))[:2] == (503, "unavailable")
    small.context.speech = desk


def test_errors_say_whose_fault_it_is() -> None:
    with pytest.raises(Problem, match="Full.") as caught, told_to_client():
        raise CapacityError("full")
    assert caught.value.status == 503 and caught.value.headers["Retry-After"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (EngineRequestError("nobody speaks at 11 times the usual speed"), 422, "engine_refused"),
        (ModelError("the conversation is too long", about_request=True), 422, "model_refused"),
        (ModelError("the model does not answer"), 503, "engine_unavailable"),
        (EngineError("/srv/weights is gone"), 503, "engine_unavailable"),
    ],
)
def test_who_asks_for_what_an_engine_cannot_take_is_not_told_to_try_again(
    error: EngineError, status: int, code: str
) -> None:
    with pytest.raises(Problem) as caught, told_to_client():
        raise error
    problem = caught.value
    assert (problem.status, problem.code) == (status, code)
    assert ("Retry-After" in (problem.headers or {})) == (status == 503) == ("try again" in problem.message)
    assert "/srv" not in problem.message


async def test_what_a_key_names_is_not_fetched_as_the_operators_is(small: Studio) -> None:
    desk = small.context.speech
    assert desk is not None
    desk.downloader, desk.for_keys = desk.for_keys, desk.downloader
    status, code, _ = await refused(small, json={"url": "https://example.org/a.mp3"})
    assert (status, code) == (422, "url_not_fetched")


async def test_a_key_that_is_revoked_is_spoken_to_no_longer(
    small: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long what it asked for still goes on."""
    begun = sending.SentAnswer.begin

    async def revoked(answer: sending.SentAnswer, length: int | None = None) -> None:
        await begun(answer, length)
        made_up_key(small.context, id=small.key.id, active=False)

    monkeypatch.setattr(sending.SentAnswer, "begin", revoked)
    response = await small.client.post("/api/tts", json={"text": "Hello."})
    assert response.status == 200
    with pytest.raises(ClientError):
        await response.read()
