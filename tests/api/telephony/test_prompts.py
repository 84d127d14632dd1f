"""`/api/telephony/prompts` over the real table, with a real reader of audio."""

from __future__ import annotations

import asyncio
import contextlib
import io
import wave
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, cast

import asyncpg
import numpy as np
import pytest
import pytest_asyncio
from aiohttp import ClientError, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from api.access.scopes import Scope
from api.app import ApiContext, build_app
from api.context import CONTEXT
from api.speech_desk import SpeechDesk
from api.telephony import prompts as module
from mediaserver.calls.prompts import PromptShelf
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection, open_pool
from pipelines.audio.formats import FileFormat
from pipelines.audio.workers import AudioWorkers
from tests.api.keys import bearer, stored_key

PROMPTS = "/api/telephony/prompts"
AUDIO = {"Content-Type": "audio/wav"}
SCOPES = (Scope.TELEPHONY_READ, Scope.TELEPHONY_WRITE)


def wav(seconds: float = 0.5, rate: int = 44_100, channels: int = 2) -> bytes:
    """A tone."""
    tone = 8_000 * np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * 440 / rate)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(np.repeat(tone.astype("<i2"), channels).tobytes())
    return file.getvalue()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[AudioWorkers]:
    """One for all tests: it is a process."""
    audio = AudioWorkers(1)
    yield audio
    await audio.stop()


class Counter:
    """Where people hand sound files in: an operator, and two keys that know nothing of each other."""

    def __init__(
        self, client: TestClient[web.Request, web.Application], pool: asyncpg.Pool, shelf: PromptShelf
    ) -> None:
        self.client = client
        self.context = client.app[CONTEXT]
        self.pool = pool
        self.shelf = shelf
        self.headers: dict[str, Mapping[str, str]] = {}

    async def ask(
        self, method: str, path: str = "", who: str = "operator", data: Any = None, **headers: str
    ) -> tuple[int, Any]:
        response = await self.client.request(
            method, PROMPTS + path, data=data, headers={**self.headers[who], **headers}
        )
        return response.status, await response.json() if response.status != 204 else None

    async def add(self, name: str, content: bytes, who: str = "operator", **fields: str) -> tuple[int, Any]:
        form = FormData({"name": name, **fields})
        form.add_field("file", io.BytesIO(content), filename="any.bin")
        return await self.ask("POST", who=who, data=form)


@pytest_asyncio.fixture(loop_scope="module")
async def counter(
    postgres: EmbeddedPostgres, own_tables: Any, reader: AudioWorkers, tmp_path: Path
) -> AsyncIterator[Counter]:
    pool: asyncpg.Pool = await open_pool(postgres.dsn)
    async with pool.acquire() as connection:
        await own_tables.renew(connection)
    context = ApiContext(load(None, {"data": str(tmp_path)}), Health("database"), Metrics(), pool=pool)
    nothing = cast(Any, None)
    context.speech = SpeechDesk(
        context.settings.speech, nothing, nothing, reader, nothing, (), tmp_path / "up", nothing, nothing
    )
    shelf = context.prompts = PromptShelf()
    await shelf.start(lambda: open_connection(postgres.dsn), pool, 3600)
    async with TestClient(TestServer(build_app(context))) as client:
        made = Counter(client, pool, shelf)
        for name in ("operator", "ann", "bob"):
            scopes = (Scope.ADMIN,) if name == "operator" else SCOPES
            _, secret = await stored_key(context, pool, scopes, name)
            made.headers[name] = bearer(secret)
        yield made
    left = list((tmp_path / "up").rglob("*"))
    await shelf.close()
    pool.terminate()
    assert left == [] and context.speech.uploading == 0, "nothing stays of what was handed in"


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_file_is_kept_as_it_is_played_and_known_to_calls_at_once(counter: Counter) -> None:
    status, made = await counter.add("hello", wav(), text="good day")
    assert status == 201
    assert (made["seconds"], made["rate"], made["channels"], made["container"]) == (0.5, 44_100, 2, "wav")
    assert (made["text"], made["version"]) == ("good day", 1)
    owner = made["owner"]
    answer = await counter.client.get(f"{PROMPTS}/hello/audio", headers=counter.headers["operator"])
    with wave.open(io.BytesIO(await answer.read())) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert file.getnframes() == 8_000
    assert answer.content_type == "audio/wav"
    sound = await counter.shelf.get("hello", owner)
    assert sound.seconds == 0.5 and int(np.abs(sound.samples).max()) > 6_000


async def test_a_part_of_it_is_sent_where_a_player_asks_for_one(counter: Counter) -> None:
    await counter.add("hello", wav())
    headers = {**counter.headers["operator"], "Range": "bytes=0-3"}
    answer = await counter.client.get(f"{PROMPTS}/hello/audio", headers=headers)
    assert (answer.status, await answer.read()) == (206, b"RIFF")
    assert answer.headers["Content-Range"] == f"bytes 0-3/{44 + 16_000}"
    status, refused = await counter.ask("GET", "/hello/audio", Range="bytes=99999-")
    assert (status, refused["error"]["code"]) == (416, "range_not_satisfiable")


@pytest.mark.parametrize("format", [FileFormat.MP3, FileFormat.OPUS])
async def test_other_formats_are_taken(
    counter: Counter, reader: AudioWorkers, tmp_path: Path, format: FileFormat
) -> None:
    before, after = tmp_path / "in", tmp_path / "out"
    await asyncio.to_thread(before.write_bytes, wav(1.0))
    await reader.convert(before, after, format, 0, seconds=10, within_s=10)
    content = await asyncio.to_thread(after.read_bytes)
    status, made = await counter.ask("POST", "?name=hello", data=content, **{"Content-Type": "audio/mpeg"})
    assert status == 201 and 0.9 < made["seconds"] < 1.2


async def test_another_takes_its_place_and_who_would_undo_that_is_told(counter: Counter) -> None:
    await counter.add("hello", wav(), text="good day")
    status, changed = await counter.ask("PUT", "/hello", data=wav(1.0, 8_000, 1), **AUDIO)
    assert status == 200
    assert (changed["version"], changed["seconds"], changed["rate"], changed["text"]) == (
        2,
        1.0,
        8_000,
        "good day",
    )
    late = AUDIO | {"If-Match": '"1"'}
    status, refused = await counter.ask("PUT", "/hello", data=wav(), **late)
    assert (status, refused["error"]["code"]) == (412, "version_changed")
    assert (await counter.ask("GET", "/hello"))[1]["version"] == 2
    assert (await counter.ask("PUT", "/nothing", data=wav(), **AUDIO))[0] == 404


async def test_keys_have_their_own_and_hear_the_operators(counter: Counter) -> None:
    await counter.add("anns", wav(), "ann")
    assert (await counter.add("anns", wav(), "bob"))[1]["error"]["code"] == "name_taken"
    listed = {who: (await counter.ask("GET", who=who))[1]["items"] for who in ("operator", "ann", "bob")}
    assert {who: [each["name"] for each in items] for who, items in listed.items()} == {
        "operator": ["anns"], "ann": ["anns"], "bob": [],
    }  # fmt: skip
    for method, path in (("GET", "/anns"), ("GET", "/anns/audio"), ("DELETE", "/anns"), ("PUT", "/anns")):
        status, _ = await counter.ask(method, path, "bob", data=wav() if method == "PUT" else None)
        assert status == 404, method
    assert (await counter.ask("DELETE", "/anns", "ann"))[0] == 204


async def test_the_operators_are_there_for_keys_and_theirs_to_change_never(counter: Counter) -> None:

    await counter.add("shared", wav())
    await counter.pool.execute("update prompts set owner = null")
    assert [each["name"] for each in (await counter.ask("GET", who="ann"))[1]["items"]] == ["shared"]
    for method in ("DELETE", "PUT"):
        data = wav() if method == "PUT" else None
        status, refused = await counter.ask(method, "/shared", "ann", data=data, **AUDIO)
        assert (status, refused["error"]["code"]) == (403, "not_yours")


async def test_one_that_a_flow_plays_stays_until_it_is_forced(counter: Counter) -> None:
    await counter.add("hello", wav())
    await counter.pool.execute("update prompts set owner = null")
    await counter.pool.execute("insert into flows (name) values ('desk')")
    await counter.pool.execute(
        "insert into flow_versions (flow, number, document, hash, state) values ('desk', 1, $1, $2, 'valid')",
        '{"nodes": [{"id": "p", "type": "play", "prompt": "hello"}]}', "0" * 64,
    )  # fmt: skip
    await counter.pool.execute("update flows set published = 1")
    status, refused = await counter.ask("DELETE", "/hello")
    assert (status, refused["error"]["code"]) == (409, "prompt_in_use")
    assert refused["error"]["detail"] == {"flows": ["desk"], "agents": []}
    assert "1 flow plays hello" in refused["error"]["message"]
    assert (await counter.ask("DELETE", "/hello?force=true"))[0] == 204
    actions = await counter.pool.fetch("select action, subject from audit_log order by id")
    assert [tuple(each) for each in actions][-2:] == [
        ("prompt.add", "prompt:hello"),
        ("prompt.remove", "prompt:hello"),
    ]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"this is no audio", 415, "unsupported_audio"),
        (b"", 415, "unsupported_audio"),
        (wav(0.0), 415, "unsupported_audio"),
        (wav(1 / 8_000, 8_000, 1), 415, "unsupported_audio"),
        (wav(181.0, 8_000, 1), 413, "audio_too_long"),
    ],
    ids=["text", "nothing", "no sample", "one sample", "three minutes and one second"],
)
async def test_what_cannot_be_played_is_refused(
    counter: Counter, content: bytes, status: int, code: str
) -> None:
    answered, refused = await counter.add("hello", content)
    assert (answered, refused["error"]["code"]) == (status, code)
    assert (await counter.ask("GET"))[1]["items"] == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (wav(0.1, 16_000, 9), "9 channels, more than 8"),
        (wav(0.1, 384_000, 1), "claims 384000 samples a second"),
        (wav(0.1, 1, 1) + b"\0\0", "claims 1 samples a second"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "not audio"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "not audio"),
        (wav()[:44], "no audio in this wav"),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\xff" * 4_000, ""),
        (b"OggS" + b"\xff" * 4_000, ""),
        (b"PK\x03\x04" + b"\0" * 4_000, "not audio"),
    ],
    ids=["nine channels", "384 kHz", "1 Hz", "playlist", "concat", "header", "mp3", "ogg", "zip"],
)
async def test_a_hostile_file_is_refused_in_words(counter: Counter, content: bytes, says: str) -> None:
    status, refused = await counter.add("hello", content)
    assert (status, refused["error"]["code"]) == (415, "unsupported_audio") and says in str(refused)
    assert (await counter.ask("GET"))[1]["items"] == []


async def test_the_most_channels_and_the_highest_rate_are_heard_as_one(counter: Counter) -> None:
    status, made = await counter.add("hello", wav(0.2, 192_000, 8))
    assert (status, made["seconds"], made["channels"], made["rate"]) == (201, 0.2, 8, 192_000)
    assert np.abs((await counter.shelf.get("hello")).samples.astype(np.int32)).max() > 2_000


async def test_a_header_that_promises_hours_is_not_believed(counter: Counter) -> None:
    content = bytearray(wav(0.5, 8_000, 1))
    for place in (4, 40):
        content[place : place + 4] = b"\xff\xff\xff\x7f"
    status, made = await counter.add("hello", bytes(content))
    assert (status, made["seconds"]) == (201, 0.5)


async def test_two_who_take_a_name_at_once_do_not_both_have_it(counter: Counter) -> None:
    both = await asyncio.gather(
        counter.add("hello", wav(0.5), "ann"), counter.add("hello", wav(1.0), "bob"), counter.add("hi", wav())
    )
    assert sorted(status for status, _ in both) == [201, 201, 409]
    listed = (await counter.ask("GET"))[1]["items"]
    assert [each["name"] for each in listed] == ["hello", "hi"] and listed[0]["version"] == 1
    won = "ann" if both[0][0] == 201 else "bob"
    assert listed[0]["seconds"] == {"ann": 0.5, "bob": 1.0}[won]


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [((Scope.CALLS_READ, Scope.CALLS_WRITE), 403, 403), ((Scope.TELEPHONY_READ,), 200, 403)],
)
async def test_a_key_does_what_its_scopes_say(
    counter: Counter, scopes: tuple[Scope, ...], reads: int, writes: int
) -> None:
    await counter.add("hello", wav())
    _, secret = await stored_key(counter.context, counter.pool, scopes, "cid")
    counter.headers["cid"] = bearer(secret)
    for path in ("", "/hello"):
        assert (await counter.ask("GET", path, "cid"))[0] == reads
    assert (await counter.add("mine", wav(), "cid"))[0] == writes
    for method in ("PUT", "DELETE"):
        status, refused = await counter.ask(method, "/hello", "cid", data=b"")
        assert (status, refused["error"]["code"]) == (writes, "missing_scope")


@pytest.mark.parametrize("name", ["", "../etc/passwd", "a b", "x" * 101])
async def test_a_name_is_plain(counter: Counter, name: str) -> None:
    status, refused = await counter.add(name, wav())
    assert (status, refused["error"]["code"]) == (400, "bad_request")


async def test_more_than_may_be_is_not_read(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UPLOAD_LIMIT", 1_000)
    sent = 0

    async def unannounced() -> AsyncIterator[bytes]:
        nonlocal sent
        for sent in range(400):  # noqa: B007 - how far it came
            yield b"x" * 65_536

    status, refused = await counter.add("hello", wav(1.0))
    assert (status, refused["error"]["code"]) == (413, "too_large")
    assert "send it as MP3 or Ogg" in refused["error"]["message"]
    with contextlib.suppress(ClientError):  # it may be told so by the connection's end
        status, refused = await counter.ask("POST", "?name=hello", data=unannounced(), **AUDIO)
        assert (status, refused["error"]["code"]) == (413, "too_large")
    assert sent < 399


@pytest.mark.parametrize("limit", ["MOST_OF_KEY", "SECONDS_OF_KEY"])
async def test_a_key_keeps_so_much_and_no_more(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(module, limit, 1)
    assert (await counter.add("one", wav(0.6), "ann"))[0] == 201
    status, refused = await counter.add("two", wav(0.6), "ann")
    assert (status, refused["error"]["code"]) == (409, "too_many")
    assert (await counter.ask("PUT", "/one", "ann", data=wav(0.9), **AUDIO))[0] == 200, "in its own place"
    assert (await counter.add("bobs", wav(0.6), "bob"))[0] == 201
