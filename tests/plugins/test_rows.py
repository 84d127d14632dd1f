"""A running server takes a recogniser, voice and agent from a row of its database, for the next call."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from callers.lines import synthesised
from tests.faults.calling import Watched, all_stored, calls, health, poll, stored
from tests.peers.conftest import ServerProcess, start_server, stop_server
from tests.plugins.installing import python_path
from tests.plugins.telephone import Service, clip, database, heard

ROW = """
insert into agents (name, kind, entry, prompt, stt, tts)
values ('acme', 'python', 'acme_speech.desk:Desk', $1, '{acme-ear}', '{acme-voice}')
"""
LINE, REPLY = "which room is free", "I will look. Room five is free."
SWITCH = "update routes set agent = 'acme' where pattern = 'demo'"


@pytest.fixture
def server() -> Iterator[ServerProcess]:
    """With its own database, and the package installed; no agent names it yet."""
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    env = {"PYTHONPATH": python_path(folder / "site")}
    running = start_server(folder, "127.0.0.49", "[engines]\nstt_workers = 1\ntts_workers = 1\n", env)
    yield running
    stop_server(running)
    shutil.rmtree(folder, ignore_errors=True)


def part(server: ServerProcess, name: str) -> str:
    """What health tells of a part of the server."""
    return next(str(each["detail"]) for each in health(server)["components"] if each["name"] == name)


async def understood(one: Watched, service: Service, line: str) -> None:
    """Say a line when the agent has spoken, again if need be (a busy machine swallows letters), until the
    agent asks its service just that."""
    for _ in range(3):
        await one.call.talk.my_turn()
        await one.call.talk.say(clip(line))
        if await asyncio.wait_for(service.asked.get(), 10) == line:
            return
        service.answers.put_nowait("Once more please.")
    pytest.fail(f"{line!r} was not understood, only {one.all('final')}")


async def test_the_next_call_has_what_a_row_names(server: ServerProcess) -> None:
    (book_a_room,) = await synthesised(["book a room"])
    async with Service() as service, calls(server, "demo") as (old,):
        await old.told("agent")
        async with database(server) as sql, sql.transaction():
            await sql.execute(ROW, service.address)
            await sql.execute(SWITCH)
        await poll("the recogniser", lambda: "acme-ear" in part(server, "speech recognition"))
        await poll("the voice", lambda: "acme-voice" in part(server, "speech synthesis"))

        async with calls(server, "demo") as (new,):
            await poll("the greeting", lambda: heard(new) == "acme desk here")
            await understood(new, service, LINE)
            assert any(partial["text"] in LINE for partial in new.all("partial"))
            await poll("the first sentence", lambda: heard(new).endswith("i will look"))
            assert new.all("agent")[-1]["text"] == "I will look."
            service.answers.put_nowait("Room five is free.")  # only now can the second be made
            await poll("the second sentence", lambda: heard(new).endswith("i will look room five is free"))
            await poll("the whole line", lambda: new.all("heard")[-1]["text"] == REPLY)

        while (await old.say(book_a_room))["text"] != "book a room":
            assert len(old.all("final")) < 3, old.all("final")
        await poll("the question", lambda: any("Which office" in each["text"] for each in old.all("agent")))
    await all_stored(server)
    kept = (await stored(server, new.id))["transcript"]
    assert [line["text"] for line in kept[:1] + kept[-2:]] == ["Acme desk here.", LINE, REPLY]
    assert kept[-1]["heard"] == REPLY, "a voice without word marks"
