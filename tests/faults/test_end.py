"""How servers end: killed in mid-call, asked to stop, without their database. Each has one of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from callers.calling import CallingParty
from callers.voiced import Clip
from mediaserver.errors import CallError
from mediaserver.storage import calls as stored_calls
from mediaserver.storage import legs, recordings, turns
from mediaserver.storage.postgres import EmbeddedPostgres
from tests.faults.calling import KEYS, SOON_GIVEN_UP, all_stored, calls, missing, poll, stored
from tests.faults.processes import alive, children, naming, postmaster
from tests.peers.conftest import ServerProcess, start_server, stop_server

GOODBYE = "We are closing now. Goodbye."
CLOSING = f'[agent]\ngoodbye = "{GOODBYE}"\n'


_started: list[ServerProcess] = []


@pytest.fixture(autouse=True)
def nothing_runs_on() -> Iterator[None]:
    """A test that fails half-way leaves no server behind."""
    yield
    while _started:
        process = _started.pop().process
        process.kill()
        process.wait()


async def start(folder: Path, host: str, toml: str = "", env: dict[str, str] | None = None) -> ServerProcess:
    server = await asyncio.to_thread(start_server, folder, host, toml, env)
    _started.append(server)
    return server


async def test_killed_in_mid_call_the_call_is_closed_as_interrupted(folder: Path, book_a_room: Clip) -> None:
    server = await start(folder, "127.0.0.48")
    async with calls(server, "demo") as (one,):
        await one.say(book_a_room)
        await one.told("agent", 2)
        for keys in KEYS[1:]:
            await one.press(keys)
        await one.told("outcome")
        said = [event.data["text"] for event in one.events if event.kind in ("agent", "final")]
        await all_stored(server)
        before = await stored(server, one.id)
        workers = children(server.process.pid, ".worker")
        database = postmaster(folder / "data")
        server.process.kill()
        server.process.wait()
    assert [line["text"] for line in before["transcript"]] == said
    assert workers
    await poll("the end of the orphaned workers", lambda: not any(alive(worker) for worker in workers))
    assert alive(database)

    again = await start(folder, "127.0.0.48")
    try:
        after = await stored(again, one.id)
        assert postmaster(folder / "data") == database, "the database was not adopted"
        assert (after["state"], after["why"], after["ended_by"]) == ("ended", "interrupted", "server")
        assert after["transcript"][: len(said)] == before["transcript"]
        assert after["outcomes"] == before["outcomes"]
        assert [each["status"] for each in after["outcomes"]] == ["held"]
        assert after["recording"] is not None
        assert after["recording"]["seconds"] > 1
        (recording,) = (folder / "data" / "recordings").rglob("*.wav")
        assert playable_seconds(recording) == pytest.approx(after["recording"]["seconds"])
    finally:
        await asyncio.to_thread(stop_server, again)
    assert again.process.returncode == 0
    await poll("nothing left", lambda: not naming(folder))


async def test_killed_while_a_message_is_left_what_was_said_by_then_is_kept(
    folder: Path, book_a_room: Clip
) -> None:
    server = await start(folder, "127.0.0.71")
    told = await asyncio.to_thread(
        server.command, "agents", "set", "desk", "--python", "examples.voicemail:Voicemail", "--no-recording"
    )
    assert told.returncode == 0, told.stderr
    async with calls(server, "desk") as (one,):
        await one.told("agent")
        one.call.stream.press("1")  # not to wait for the tone
        assert await one.call.talk.my_turn()
        await one.call.talk.say(book_a_room)
        await one.call.talk.say(book_a_room)
        await all_stored(server)
        server.process.kill()
        server.process.wait()

    again = await start(folder, "127.0.0.71")
    try:
        after = await stored(again, one.id)
        assert (after["why"], after["recording"]) == ("interrupted", None)
        (message,) = after["messages"]
        assert message["index"] == 0 and message["seconds"] > len(book_a_room.samples) / 8_000
        (path,) = (folder / "data" / "recordings").rglob("*-message-0.wav")
        assert playable_seconds(path, 1) == pytest.approx(message["seconds"])
    finally:
        await asyncio.to_thread(stop_server, again)


def playable_seconds(path: Path, channels: int = 2) -> float:
    """By its header, which must not promise more than there is."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (channels, 16_000, 2)
        assert len(file.readframes(file.getnframes())) == 2 * channels * file.getnframes()
        return float(file.getnframes() / 16_000)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)], ids=["TERM", "INT"]
)
async def test_stop_says_goodbye_to_everyone(folder: Path, number: signal.Signals) -> None:
    server = await start(folder, "127.0.0.49", CLOSING)
    async with calls(server, "demo", "demo", "echo") as those:
        talking = those[:2]
        for one in talking:
            await one.told("agent")
        server.process.send_signal(number)
        await talking[0].told("agent", 2)  # the goodbye: the stop has begun
        async with CallingParty(f"sip:demo@{server.sip}", timing=SOON_GIVEN_UP) as party:
            with pytest.raises(CallError) as refused:
                await party.call()
        assert refused.value.code == 503
        for one in those:
            assert (await one.ended())["why"] == "the server was stopped"
        code = await asyncio.to_thread(server.process.wait, 30)
    assert code == 0, server.log()[-3000:]
    for one in talking:
        assert one.all("agent")[-1]["text"] == GOODBYE
        assert one.all("heard")[-1]["text"] == GOODBYE
        kinds = [event.kind for event in one.events]
        assert kinds.index("ended") > len(kinds) - 1 - kinds[::-1].index("heard")
    for record in await from_disk(folder, [one.id for one in those]):
        assert (record["state"], record["why"]) == ("ended", "the server was stopped")
        if record["app"] == "demo":
            assert record["transcript"][-1]["heard"] == GOODBYE
            assert record["recording"] is not None  # the echo call may have ended before its first frame
        assert [leg["closed_at"] is not None for leg in record["legs"]] == [True]
    await poll("nothing left", lambda: not naming(folder))


async def from_disk(folder: Path, ids: list[str]) -> list[dict[str, Any]]:
    """Calls from the database of a server that has ended."""
    database = EmbeddedPostgres(folder / "data")
    connection = await asyncpg.connect(await database.start())
    try:
        found = []
        for call_id in map(UUID, ids):
            record = await stored_calls.one(connection, call_id)
            assert record is not None
            record["transcript"] = await turns.of_call(connection, call_id)
            record["legs"] = await legs.of_call(connection, call_id)
            record["recording"] = await recordings.of_call(connection, call_id)
            found.append(record)
        return found
    finally:
        await connection.close()
        await database.stop()


@pytest.mark.slow
async def test_what_the_database_missed_is_written_at_the_next_start(folder: Path) -> None:
    """It goes away in mid-call and is still away when the server ends."""
    database = EmbeddedPostgres(folder / "own")
    env = {"DATABASE_URL": await database.start()}
    try:
        server = await start(folder, "127.0.0.50", env=env)
        async with calls(server, "demo") as (one,):
            await one.press("1")
            os.kill(postmaster(folder / "own"), signal.SIGKILL)
            await one.press("1")
            await one.press("1")
            said = [line["text"] for line in one.all("agent")]
            await poll("health to say so", lambda: "database" in missing(server))
        await asyncio.to_thread(stop_server, server)
        assert server.process.returncode == 0
        assert list((folder / "data" / "unsaved").glob("*.jsonl"))

        await poll("the last of the old database", lambda: not naming(folder / "own"))
        env = {"DATABASE_URL": await database.start()}
        again = await start(folder, "127.0.0.50", env=env)
        try:
            call = await stored(again, one.id)
            assert (call["state"], call["why"]) == ("ended", "hung up")
            assert [line["text"] for line in call["transcript"]] == said
            assert not list((folder / "data" / "unsaved").glob("*.jsonl"))
        finally:
            await asyncio.to_thread(stop_server, again)
    finally:
        await database.stop()
