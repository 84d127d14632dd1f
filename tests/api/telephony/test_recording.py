"""The recording of a call: listened to whole, in part and by those alone whose call it is; and begun, paused
and stopped while the call goes on."""

from __future__ import annotations

import asyncio
import io
import threading
import wave
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import numpy as np
import pytest
from aiohttp import ClientResponse

from api.context import ApiContext
from mediaserver.calls.recorder import Recorder
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.storage.records import RecordingMade
from mediaserver.storage.saving import save
from mediaserver.storage.writer import StoreWriter
from tests.api.board import Board
from tests.api.desk import CALLS, Desk
from tests.api.telephony.keys import ANN, Client, keyed, known
from tests.mediaserver.calls.lines import Line
from tests.mediaserver.samples import CALL, ended, started

PATH = f"{CALLS}/{CALL}/recording"
SOUND = bytes(range(256)) * 8


@pytest.fixture
async def client(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Client]:
    """Ann's call is over, and was recorded."""
    metrics = Metrics()
    context = ApiContext(
        load(None, {"data": str(tmp_path)}), Health(), metrics, switchboard=Board(metrics), pool=pool
    )
    path = tmp_path / "recordings" / "2026-11-21" / "x.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(SOUND)
    await known(pool)
    for record in (
        replace(started(), owner=ANN), ended(), RecordingMade(CALL, str(path), 1.5, len(SOUND)),
    ):  # fmt: skip
        await save(pool, record)
    async with keyed(context) as client:
        yield client


async def got(client: Client, method: str = "GET", **headers: str) -> ClientResponse:
    return await client.request(method, PATH, headers={"X-Key": "ann", **headers})


async def test_it_is_had_whole_with_what_is_known_of_it(client: Client) -> None:
    response = await got(client)
    assert (response.status, response.content_type, await response.read()) == (200, "audio/wav", SOUND)
    assert response.headers["Accept-Ranges"] == "bytes" and response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{CALL}.wav"'
    head = await got(client, "HEAD", Range="bytes=0-1")
    assert (head.status, head.headers["Content-Length"], await head.read()) == (200, str(len(SOUND)), b"")


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=2000-", 206, slice(2000, None)),
        ("bytes=-48", 206, slice(2000, None)),
        ("bytes=2047-9999", 206, slice(2047, None)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("bytes=9-1", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
async def test_parts_of_it_are_had_by_range(client: Client, wanted: str, status: int, part: slice) -> None:
    response = await got(client, Range=wanted)
    assert (response.status, await response.read()) == (status, SOUND[part])
    if status == 206:
        begin = range(len(SOUND))[part].start
        last = range(len(SOUND))[part].stop - 1
        assert response.headers["Content-Range"] == f"bytes {begin}-{last}/{len(SOUND)}"


async def test_a_range_beyond_it_says_how_long_it_is(client: Client) -> None:
    response = await got(client, Range="bytes=2048-")
    assert (response.status, response.headers["Content-Range"]) == (416, "bytes */2048")
    assert (await response.json())["error"]["code"] == "range_not_satisfiable"


async def test_who_has_it_already_is_told_so_and_parts_are_of_one_file(client: Client) -> None:
    whole = await got(client)
    tag, changed = whole.headers["ETag"], whole.headers["Last-Modified"]
    assert (await got(client, **{"If-None-Match": f'"x", W/{tag}'})).status == 304
    assert (await got(client, **{"If-Modified-Since": changed})).status == 304
    assert (await got(client, **{"If-Match": '"x"'})).status == 412
    assert (await got(client, **{"If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"})).status == 412
    for same, status in ((tag, 206), ('"x"', 200), (f"W/{tag}", 200), (changed, 206), ("nonsense", 200)):
        assert (await got(client, Range="bytes=0-0", **{"If-Range": same})).status == status


async def test_it_is_not_there_for_another_key_nor_for_an_unknown_call(client: Client) -> None:
    assert (await got(client, **{"X-Key": "bob"})).status == 404
    assert (await got(client, "HEAD", **{"X-Key": "bob"})).status == 404
    assert (await got(client, **{"X-Key": "operator"})).status == 200


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "recordings/link.wav", "recordings", "gone.wav"]
)
async def test_nothing_outside_of_the_folder_is_ever_sent(
    client: Client, pool: asyncpg.Pool, tmp_path: Path, name: str
) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "recordings" / "link.wav").symlink_to(tmp_path / "secret")
    await save(pool, RecordingMade(CALL, str(tmp_path / name), 1.0, 6))
    response = await got(client)
    assert response.status == 404 and str(tmp_path) not in await response.text()


async def test_a_call_that_was_not_recorded_has_none(client: Client, pool: asyncpg.Pool) -> None:
    await pool.execute("delete from recordings")
    response = await got(client)
    assert response.status == 404 and "not recorded" in (await response.json())["error"]["message"]


async def test_of_a_call_that_is_up_all_that_is_written_so_far_can_be_heard(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    writer = StoreWriter(pool, tmp_path)
    recorder = Recorder(tmp_path / "recordings", writer)
    desk = Desk(writer, recorder, data=str(tmp_path))
    desk.context.pool = pool
    await desk.start()
    await writer.start()
    call_id = await desk.dialled(Line("ann", 7))
    path = f"{CALLS}/{call_id}/recording"
    for batches in (1, 12):  # behind the first the file's own header is not true
        await desk.ticks(25 * batches)
        written = threading.Event()
        recorder._work.put(written.set)
        await asyncio.to_thread(written.wait, 5)
        response = await desk.client.get(path, headers={"Range": "bytes=0-9"})
        assert (response.status, response.headers["X-Recording"]) == (200, "so-far")
        content = await response.read()
        with wave.open(io.BytesIO(content)) as file:
            assert file.getnframes() * 4 + 44 == len(content) and file.getnchannels() == 2
            heard = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)[:, 0]
        assert len(heard) == 320 * 25 * (1 if batches == 1 else 13) and set(heard) == {7}
    await desk.stop()
    await recorder.close()
    await writer.close()


async def test_a_real_call_is_recorded_paused_and_listened_to(pool: asyncpg.Pool, tmp_path: Path) -> None:
    writer = StoreWriter(pool, tmp_path)
    recorder = Recorder(tmp_path / "recordings", writer)
    desk = Desk(writer, recorder, data=str(tmp_path))
    desk.context.pool = pool
    await desk.start()
    await writer.start()
    ann = Line("ann", 7)
    call_id = await desk.dialled(ann)
    await desk.ticks(3)

    async def step(name: str) -> tuple[int, object]:
        status, content = await desk.post(f"/{call_id}/record", {"step": name})
        return status, content.get("state") or content["error"]["message"]

    assert await step("pause") == (200, "paused")
    await desk.ticks(2)
    assert await step("resume") == (200, "recording")
    await desk.ticks(1)
    assert await step("stop") == (200, "stopped")
    await desk.ticks(5)
    assert (await step("pause"))[0] == 409
    assert (await step("rewind"))[0] == 400
    path = f"{CALLS}/{call_id}/recording"
    assert await writer.flush(5)
    assert (await desk.client.get(path)).status == 409, "it goes on"
    ann.leave()
    await recorder.close()
    assert await writer.flush(5)
    content = await (await desk.client.get(path)).read()
    with wave.open(io.BytesIO(content)) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 320, 2)[:, 0, 0]
    assert list(heard) == [7, 7, 7, 0, 0, 7]
    shown = await (await desk.client.get(f"{CALLS}/{call_id}")).json()
    told = [each["data"] for each in shown["events"] if each["kind"] == "recording"]
    assert [(each["state"], each["recorded_ms"]) for each in told] == [
        ("paused", 60), ("recording", 100), ("stopped", 120),
    ]  # fmt: skip
    await desk.stop()
    await writer.close()
