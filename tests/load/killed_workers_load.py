"""kill -9 of every engine worker in turn under real SIP calls: no call is lost, and nothing is said twice.

    python -m tests.load.killed_workers_load [--calls 50] [--turns 3] [--rate 5]

A server of its own has the example package's recogniser and voice (tests/plugins/acme_speech), two workers
each, and its agent. The calls talk with it; meanwhile each worker is killed (SIGKILL), the next one a second
after the one before is there again. What came out of each telephone is read off its sound, and compared with
what the server's transcript says was said and heard.

Fails when a call is not answered or ends by itself, when it gets no answer in a turn, when not all was heard
of what the agent said, or when anything was said twice or was not in the sound. Wants a quiet machine: on a
busy one the sound has gaps, and words that cannot be read for them count as faults.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from callers.calling import CallingParty, MeasuredCall
from callers.server_child import ServerChild
from callers.sound import decode, resample
from callers.transcript import ServerEvent, follow
from callers.voiced import Clip
from cli.database import server_database
from mediaserver.config import load
from mediaserver.errors import CallError
from mediaserver.storage.routes import put_route
from tests.faults.processes import children
from tests.plugins.acme_speech.buzz import read, say, words_of
from tests.plugins.installing import python_path

DESK = "acme"
ROW = """
insert into agents (name, kind, entry, prompt, stt, tts)
values ('acme', 'python', 'acme_speech.desk:Desk', '', '{acme-ear}', '{acme-voice}')
"""
LINE = "room five"
LAST = ("Acme desk", "No news", "Once more")
"""With these an answer ends."""
TURN_S = 30.0
STARTS_WITHIN_S = 60.0
PAUSE_S = 1.0
WORKERS = {
    "acme_speech.ear_worker": 'voiceforge_engine_workers_ready{engine="acme-ear",pool="stt"}',
    "acme_speech.voice_worker": 'voiceforge_engine_workers_ready{engine="acme-voice",pool="tts"}',
}
"""Modules, and what tells how many of them work."""
EACH = 2


@dataclass(slots=True)
class Talked:
    """One call, and what became of it."""

    call: MeasuredCall
    events: list[ServerEvent] = field(default_factory=list)
    silent: int = 0
    """Turns in which no answer came."""
    stood: bool = True
    """It was up until we hung up."""

    def said(self, kind: str) -> list[str]:
        return [str(event.data["text"]) for event in self.events if event.kind == kind]

    @property
    def all_heard(self) -> bool:
        """By the ledger, which joins the sentences of a line."""
        return " ".join(self.said("agent")) == " ".join(self.said("heard"))

    async def whole(self, lines: int) -> bool:
        """Wait until the agent has said more than so many sentences, the last of an answer among them, and
        all was heard; who speaks sooner interrupts it. False when that does not come in time."""
        until = time.monotonic() + TURN_S
        while time.monotonic() < until:
            said = self.said("agent")
            if len(said) > lines and said[-1].startswith(LAST) and self.all_heard:
                return True
            await asyncio.sleep(0.1)  # told by another process
        return False

    def sound(self) -> list[str]:
        """The words that came out of the telephone."""
        packets = [decode(each.payload, each.payload_type) for each in list(self.call.stream.arrivals)]
        audio = np.concatenate(packets) if packets else np.zeros(0)
        return [word.text for word in read(audio.astype(np.int16), 8_000)]


def faults(talked: Talked) -> list[str]:
    """What was wrong with a call, in words."""
    found = ["it ended by itself"] if not talked.stood else []
    found += [f"no answer in {talked.silent} turns"] if talked.silent else []
    lines = talked.said("agent")
    if not talked.all_heard:
        found.append(f"{lines} were said, and {talked.said('heard')} heard")
    sound = talked.sound()
    for mark in ("desk", "look"):  # one of each line's words: of the greeting, and of each answer
        said = Counter(word for line in lines for word in words_of(line))[mark]
        sounded = sound.count(mark)
        if sounded != said:
            found.append(f"{mark!r} was said {said} times and heard {sounded} times")
    return found


async def talk(party: CallingParty, clip: Clip, turns: int) -> Talked:
    call = await party.call(timeout_s=20.0)
    talked = Talked(call)
    assert call.transcript_url is not None
    following = asyncio.create_task(_follow(call.transcript_url, talked))
    try:
        await talked.whole(0)
        for _ in range(turns):
            lines = len(talked.said("agent"))
            await call.talk.say(clip)
            talked.silent += not await talked.whole(lines)
        talked.stood = call.talk.is_up()
    finally:
        await call.hang_up()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    return talked


async def _follow(url: str, talked: Talked) -> None:
    async for event in follow(url):
        talked.events.append(event)


async def kill_each(server: ServerChild, over: asyncio.Event) -> int:
    """One worker after the other, round and round until the calls are over, each once all of its engine work
    again. How many."""
    killed = 0
    while not over.is_set():
        for module, series in WORKERS.items():
            for victim in children(server.pid, module):
                if over.is_set():
                    return killed
                os.kill(victim, signal.SIGKILL)
                killed += 1
                await asyncio.sleep(PAUSE_S)  # until the server has noticed
                while (await server.metrics()).get(series, 0) < EACH:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.1)  # asks another process
    return killed


async def answered(uri: str) -> None:
    """The engines have started. Raises CallError."""
    until = time.monotonic() + STARTS_WITHIN_S
    async with CallingParty(uri, keep_audio=False) as party:
        while True:
            try:
                call = await party.call(timeout_s=10.0)
            except CallError:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.3)  # asks another process
            else:
                await call.hang_up()
                return


async def measured(calls: int, turns: int, rate: float) -> tuple[list[Talked | BaseException], int]:
    clip = Clip.of(LINE, resample(say(LINE).astype(float), 16_000, 8_000).astype(np.int16))
    options = {name: {"workers": EACH} for name in ("acme-ear", "acme-voice")}
    settings = {
        "ENGINES__OPTIONS": json.dumps(options),
        "SIP__MAX_CALLS": str(calls + 50),
        "RECORDING__ENABLED": "false",
        "MEDIA__OVERLOAD_MS": "0",
    }
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vf-killed-")))
        server = ServerChild(settings=settings, python_path=python_path(folder / "site"))
        await stack.enter_async_context(server)
        async with server_database(load(overrides={"data": server.data})) as connection:
            await connection.execute(ROW)
            await put_route(connection, DESK, DESK)
        await answered(server.sip_uri(DESK))
        party = await stack.enter_async_context(CallingParty(server.sip_uri(DESK)))

        async def one(number: int) -> Talked:
            await asyncio.sleep(number / rate)
            return await talk(party, clip, turns)

        over = asyncio.Event()
        killing = asyncio.create_task(kill_each(server, over))
        try:
            talked = await asyncio.gather(*map(one, range(calls)), return_exceptions=True)
        finally:
            over.set()
        return list(talked), await killing


def told(talked: Sequence[Talked | BaseException], killed: int) -> bool:
    """Says it; whether all was well."""
    bad = 0
    for number, each in enumerate(talked, 1):
        wrong = [repr(each)] if isinstance(each, BaseException) else faults(each)
        bad += bool(wrong)
        if wrong:
            sys.stdout.write(f"call {number}: {'; '.join(wrong)}\n")
    lines = sum(len(each.said("agent")) for each in talked if isinstance(each, Talked))
    sys.stdout.write(
        f"{len(talked)} calls, {lines} lines, {killed} workers killed: {bad} calls with a fault\n"
    )
    return not bad and killed >= len(WORKERS) * EACH


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--rate", type=float, default=5.0, help="calls placed a second")
    given = parser.parse_args()
    talked, killed = asyncio.run(measured(given.calls, given.turns, given.rate))
    return 0 if told(talked, killed) else 1


if __name__ == "__main__":
    sys.exit(main())
