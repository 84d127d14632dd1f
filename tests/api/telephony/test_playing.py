"""Sounds over HTTP: from the folder, from the request, and on hold."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import numpy as np
import pytest

from api.access.scopes import Scope
from api.telephony import playing
from mediaserver.calls.prompts import PromptShelf
from mediaserver.storage import prompts
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from tests.api.desk import CALLS, Desk
from tests.api.keys import bearer, stored_key
from tests.mediaserver.calls.lines import Line, frame


def wav(*levels: int, rate: int = 16_000, channels: int = 1) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.concatenate([frame(level) for level in levels]).tobytes())
    return content.getvalue()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    (tmp_path / "sounds").mkdir()
    (tmp_path / "sounds" / "gong.wav").write_bytes(wav(100, 200))
    (tmp_path / "secret.wav").write_bytes(wav(1))
    desk = Desk(data=str(tmp_path))
    await desk.start()
    yield desk
    await desk.stop()


async def upload(desk: Desk, call_id: object, content: object, kind: str = "audio/wav") -> tuple[int, str]:
    response = await desk.client.post(f"{CALLS}/{call_id}/play", data=content, headers={"Content-Type": kind})
    return response.status, await response.text()


async def test_a_sound_of_the_folder_is_played(desk: Desk) -> None:
    ann = Line("ann")
    call_id = await desk.dialled(ann, "echo")
    assert await desk.post(f"/{call_id}/play", {"sound": "gong.wav"}) == (204, None)
    await desk.ticks(4)
    assert ann.heard == [100, 200, 0, 0]


@pytest.fixture
async def shelf(desk: Desk, pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> AsyncIterator[PromptShelf]:
    """Followed when a test says so."""
    shelf = PromptShelf()
    await shelf.start(lambda: open_connection(postgres.dsn), pool, 3600)
    yield shelf
    await shelf.close()


async def test_a_sound_file_is_played_to_who_may_use_it_and_to_nobody_else(
    desk: Desk, shelf: PromptShelf, pool: asyncpg.Pool
) -> None:
    keys = {name: await stored_key(desk.context, pool, (Scope.CALLS_WRITE,), name) for name in ("ann", "bob")}
    for name, owner, level in (("shared", None, 300), ("anns", keys["ann"][0].id, 400)):
        samples = np.full(450, level, "<i2").tobytes()  # a frame and a part of one
        await prompts.add_prompt(pool, prompts.NewPrompt(name, "", "wav", "x", 16_000, 1, samples), owner)
    await shelf.caught_up()
    said: dict[tuple[str, str], tuple[int, list[int]]] = {}
    for who, (key, secret) in keys.items():
        line = Line(who)
        call_id = await desk.dialled(line)
        call = desk.board.get(call_id)
        assert call is not None
        call.owner = key.id
        assert (await desk.post(f"/{call_id}/play", {"prompt": "shared"}, **bearer(secret)))[0] == 503
        desk.context.prompts = shelf  # it has started
        for name in ("shared", "anns"):
            del line.heard[:]
            status, _ = await desk.post(f"/{call_id}/play", {"prompt": name}, **bearer(secret))
            await desk.ticks(3)
            said[who, name] = status, line.heard[:]
        desk.context.prompts = None
    assert said == {
        ("ann", "shared"): (204, [300, 300, 0]), ("ann", "anns"): (204, [400, 400, 0]),
        ("bob", "shared"): (204, [300, 300, 0]), ("bob", "anns"): (400, [0, 0, 0]),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        ({"prompt": "gone"}, 400, "there is no sound file 'gone'"),
        ({"prompt": "../secret"}, 400, "there is no sound file"),
        ({"prompt": "x" * 101}, 400, "at most 100"),
        ({"prompt": ""}, 400, "at least 1"),
        ({}, 400, 'name either a "sound" or a "prompt"'),
        ({"prompt": "a", "sound": "gong.wav"}, 400, 'name either a "sound" or a "prompt"'),
    ],
)
async def test_what_names_no_sound_file_is_refused_in_words(
    desk: Desk, shelf: PromptShelf, content: dict[str, str], status: int, says: str
) -> None:
    desk.context.prompts = shelf
    ann = Line("ann")
    call_id = await desk.dialled(ann)
    answered, problem = await desk.post(f"/{call_id}/play", content)
    assert answered == status and says in problem["error"]["message"]
    await desk.ticks(1)
    assert ann.heard == [0]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.wav",
        "/etc/passwd",
        "none.wav",
        "gong",
        "..",
        "a/../gong.wav",
        "gong.wav\0",
        "link.wav",
        ".wav",
    ],
)
async def test_nothing_outside_the_folder_is_played(desk: Desk, tmp_path: Path, name: str) -> None:
    (tmp_path / "sounds" / "link.wav").symlink_to(tmp_path / "secret.wav")
    call_id = await desk.dialled(Line("ann"))
    status, answer = await desk.post(f"/{call_id}/play", {"sound": name})
    assert status == 400 and "sound" in answer["error"]["message"]
    assert str(tmp_path) not in answer["error"]["message"]


async def test_a_sound_in_the_request_is_played_and_stopped(desk: Desk) -> None:
    ann = Line("ann")
    call_id = await desk.dialled(ann)
    assert await upload(desk, call_id, wav(*[70] * 50)) == (204, "")
    await desk.ticks(2)
    assert (await desk.client.delete(f"{CALLS}/{call_id}/play")).status == 204
    await desk.ticks(1)
    assert ann.heard == [70, 70, 0]


async def test_a_sound_that_does_not_fit_is_refused_in_words(desk: Desk) -> None:
    call_id = await desk.dialled(Line("ann"))
    for content, says in (
        (wav(1, channels=2), "2 channels"), (wav(1, rate=9_000), "9000 Hz"), (b"RIFF", "not a WAV"),
        (b"", "not a WAV"), (b"\0" * 5000, "not a WAV"),
    ):  # fmt: skip
        status, text = await upload(desk, call_id, content)
        assert status == 400 and says in text
    assert (await upload(desk, call_id, wav(1), "application/octet-stream"))[0] == 415


async def test_a_sound_that_is_too_large_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "UPLOAD_LIMIT", 1000)
    monkeypatch.setattr(playing, "decoded", None)  # nothing comes so far
    call_id = await desk.dialled(Line("ann"))
    assert (await upload(desk, call_id, b"x" * 1001))[0] == 413

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    assert (await upload(desk, call_id, unannounced()))[0] == 413


async def test_a_sound_that_never_comes_whole_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "UPLOAD_TIMEOUT_S", 0.01)
    call_id = await desk.dialled(Line("ann"))
    answered = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield b"RIFF"
        await answered.wait()

    async with asyncio.timeout(10):
        status, _ = await upload(desk, call_id, stuck())
    answered.set()
    assert status == 408


async def test_other_sites_play_nothing_and_unknown_calls_take_nothing(desk: Desk) -> None:
    call_id = await desk.dialled(Line("ann"))
    assert (await upload(desk, uuid4(), wav(1)))[0] == 404
    for path in ("play", "hold", "resume"):
        status, _ = await desk.post(f"/{call_id}/{path}", {"sound": "gong.wav"}, Origin="http://evil.example")
        assert status == 403


async def test_a_held_caller_hears_music_a_named_sound_or_silence(desk: Desk) -> None:
    ann = Line("ann", 5)
    call_id = await desk.dialled(ann)
    assert (await desk.post(f"/{call_id}/resume"))[0] == 409
    assert (await desk.post(f"/{call_id}/hold"))[0] == 204
    await desk.ticks(2)
    assert (await desk.post(f"/{call_id}/hold", {"music": "gong.wav"}))[0] == 204
    await desk.ticks(2)
    assert (await desk.post(f"/{call_id}/hold", {"music": False}))[0] == 204
    await desk.ticks(1)
    assert (await desk.post(f"/{call_id}/resume"))[0] == 204
    await desk.ticks(1)
    assert ann.heard == [30, 30, 100, 200, 0, 5]
    for wrong in (5, "none.wav", None):
        assert (await desk.post(f"/{call_id}/hold", {"music": wrong}))[0] == 400


async def test_sounds_are_converted_one_at_a_time_and_all_uploads_have_a_common_limit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = await desk.dialled(Line("ann"))
    content = wav(*[70] * 50)
    monkeypatch.setattr(playing, "UPLOADS_LIMIT", 2 * len(content))
    async with desk.context.converting:  # another sound is being converted
        waiting = [asyncio.create_task(upload(desk, call_id, content)) for _ in range(2)]
        while desk.context.uploading < 2 * len(content):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
        status, text = await upload(desk, call_id, content)
        assert status == 503 and "try again" in text
        assert not any(task.done() for task in waiting)
    assert [await task for task in waiting] == [(204, "")] * 2
    assert desk.context.uploading == 0
