"""Engines that fail in the middle of a real SIP call: the call goes on, the caller hears every sentence once,
and the stored call says who failed, why, and who took over. All of them speak and hear Buzz, so that what
comes out of the telephone can be read."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.calling import Watched, all_stored, calls, poll, stored
from tests.faults.processes import children
from tests.peers.conftest import ServerProcess, start_server, stop_server
from tests.plugins.installing import PACKAGE, python_path
from tests.plugins.telephone import Service, clip, database, heard
from tests.standins.openai_speech import OpenaiAudio
from tests.standins.provider import KEY, serving

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ROW = """
insert into agents (name, kind, entry, prompt, stt, tts)
values ($1, 'python', 'acme_speech.desk:Desk', $2, $3, $4)
"""
EARS, VOICES = ["acme-ear", "openai-transcribe"], ["acme-voice", "openai-speech"]
ENGINES = """
[engines.options.openai-transcribe]
base_url = "{url}"
api_key_file = "{key}"

[engines.options.openai-speech]
base_url = "{url}"
api_key_file = "{key}"
"""
LINE = "which room is free"
ANSWER = "Room five is free until half past nine, and room six all day."
GREETED, LOOKING = "acme desk here", "i will look"
ANSWERED = "room five is free until half past nine and room six all day"
"""As it comes out of the telephone."""


@dataclass
class Office:
    """A server with the example package's engines and those of a provider, and an agent for each order."""

    server: ServerProcess
    provider: OpenaiAudio
    service: Service

    async def ready(self) -> None:
        """All engines have started."""
        for name in (*EARS, *VOICES):
            kind = "stt" if name in EARS else "tts"
            await poll(name, partial(self._is_ready, f"/api/engines/{kind}/{name}"))

    def _is_ready(self, path: str) -> bool:
        return (self.server.get(path)["state"] or {}).get("ready") is True

    def end(self, module: str) -> None:
        """Kill a worker that cannot be started again."""
        (self.server.folder / "site" / "acme_speech" / f"{module}.py").unlink()
        (worker,) = children(self.server.process.pid, f"acme_speech.{module}")
        os.kill(worker, signal.SIGKILL)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office() -> AsyncIterator[Office]:
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    await asyncio.to_thread(folder.chmod, 0o755)
    site = folder / "site"
    shutil.copytree(PACKAGE / "acme_speech", site / "acme_speech")
    env = {"PYTHONPATH": python_path(site)}
    await asyncio.to_thread((folder / "key").write_text, KEY)
    async with serving(OpenaiAudio()) as provider, Service() as service:
        options = ENGINES.format(url=provider.url, key=folder / "key")
        server = await asyncio.to_thread(start_server, folder, "127.0.0.57", options, env)
        try:
            async with database(server) as sql, sql.transaction():
                for name, ears, voices in (("own", EARS, VOICES), ("cloud", EARS[::-1], VOICES[::-1])):
                    await sql.execute(ROW, name, service.address, ears, voices)
                    await sql.execute("insert into routes (pattern, agent) values ($1, $1)", name)
            office = Office(server, provider, service)
            await office.ready()
            yield office
        finally:
            await asyncio.to_thread(stop_server, server)
            shutil.rmtree(folder, ignore_errors=True)


async def failures(office: Office, one: Watched) -> dict[str, list[str]]:
    """What the stored call tells of its engines, by kind."""
    await all_stored(office.server)
    events = (await stored(office.server, one.id))["events"]
    told = [event["data"] for event in events if event["kind"] == "engine_failed"]
    return {kind: [each["reason"] for each in told if each["engine"] == kind] for kind in ("stt", "tts")}


async def understood(office: Office, one: Watched, saying: Awaitable[object]) -> str:
    """The caller's line has come to the agent, said again if need be: a busy machine swallows letters. All
    that the caller is to have heard by then."""
    await saying
    for again in range(3):
        async with asyncio.timeout(20):
            line = await office.service.asked.get()
        if line == LINE:
            return " ".join([GREETED, *[f"{LOOKING} once more please"] * again, LOOKING])
        office.service.answers.put_nowait("Once more please.")
        await one.call.talk.my_turn()
        await one.call.talk.say(clip(LINE))
    raise AssertionError(f"{LINE!r} was not understood, only {one.all('final')}")


async def test_a_revoked_key_in_mid_call_costs_nobody_a_word(office: Office) -> None:
    async with calls(office.server, "cloud") as (one,):
        await poll("the greeting", lambda: heard(one) == GREETED)
        await office.provider.revoke()
        await one.call.talk.my_turn()
        so_far = await understood(office, one, one.call.talk.say(clip(LINE)))
        office.service.answers.put_nowait(ANSWER)
        await poll("the answer", lambda: heard(one) == f"{so_far} {ANSWERED}")
        assert one.call.talk.is_up()
    told = await failures(office, one)
    for kind, failed, other in (
        ("stt", "openai-transcribe", "acme-ear"),
        ("tts", "openai-speech", "acme-voice"),
    ):
        (reason,) = told[kind]
        assert reason.startswith(f"{failed}: ") and "refuses the key in" in reason
        assert reason.endswith(f"; {other} takes over")


async def test_workers_that_are_killed_in_mid_call_cost_nobody_a_word(office: Office) -> None:
    office.provider.keys.add(KEY)
    async with calls(office.server, "own") as (one,):
        await poll("the greeting", lambda: heard(one) == GREETED)
        await one.call.talk.my_turn()
        saying = asyncio.create_task(one.call.talk.say(clip(LINE)))
        await one.told("partial")
        office.end("ear_worker")  # in the middle of the caller's words
        so_far = await understood(office, one, saying)
        await poll("the first sentence", lambda: heard(one) == so_far)
        office.end("voice_worker")  # in the middle of its answer
        office.service.answers.put_nowait(ANSWER)
        await poll("the answer", lambda: heard(one) == f"{so_far} {ANSWERED}")
        assert one.call.talk.is_up()
    told = await failures(office, one)
    for kind, failed, other in (("stt", *EARS), ("tts", *VOICES)):
        assert told[kind][0].startswith(f"{failed}: ") and told[kind][0].endswith(f"; {other} takes over")
