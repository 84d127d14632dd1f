"""A server of its own with assistants whose model is a stand-in, and calls that talk with them over SIP."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callers.calling import CallingParty, MeasuredCall
from callers.lines import synthesised
from callers.server_child import ServerChild
from callers.voiced import Clip
from cli.database import server_database
from cli.serving.assistants import offered
from mediaserver.config import load
from mediaserver.errors import CallError
from mediaserver.storage import agents as tables
from mediaserver.storage.routes import put_route
from tests.load.standin_engines import STT, TTS, installed
from tests.load.standin_model import ModelProcess, model_process

HEARD = {"whole": "yes please", "open": "have you a room for tomorrow night"}
"""What the recogniser hears, whatever is said: to the first nothing can be added, the second may go on."""
WAIT_MS = {"whole": 160.0, "open": 500.0}
"""Silence by which turn-taking knows that; usual settings."""
STEADY = f"{TTS}:steady"
"""No faster than it is heard: whatever stops an answer stops it in mid-word."""
EMBEDDED = "espeak-ng"
STARTS_WITHIN_S = 60.0
"""Engines start when their rows are read, after the server is ready; calls are refused until then."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One agent."""

    name: str
    behave: str
    heard: str = "whole"
    preemptive: bool = False
    tts: str = TTS
    llm: str = "openai:standin"
    """`openai:nowhere` is there while the server starts, and then no more."""
    tools: tuple[str, ...] = ()

    @property
    def row(self) -> dict[str, Any]:
        settings = {"greeting": "Hello there.", "preemptive": self.preemptive}
        return {
            **offered(), "name": self.name, "prompt": f"behave: {self.behave}", "recording": False,
            "stt": [f"{STT}:{self.heard}"], "tts": [self.tts], "llm": [self.llm],
            "insight": {"summary": "off"}, "tools": list(self.tools), "assistant": settings,
        }  # fmt: skip


@dataclass(slots=True)
class Site:
    """The running server."""

    server: ServerChild
    model: ModelProcess
    log: Path
    clip: Clip
    _read: int = field(default=0)

    def told(self) -> list[dict[str, Any]]:
        """What the engines have told since they were asked for last."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        new, self._read = lines[self._read :], len(lines)
        return [json.loads(line) for line in new]


@asynccontextmanager
async def site(
    desks: Sequence[Desk], *, stt_ms: float, tts_ms: float, calls: int = 20
) -> AsyncIterator[Site]:
    """`stt_ms`, `tts_ms`: of the stand-ins, to the final and to the first sound."""
    clip = (await synthesised(["have you a room"]))[0]
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vf-standins-")))
        model, leaving = (stack.enter_context(model_process()) for _ in range(2))
        log = folder / "told.jsonl"
        options = {
            **{f"{STT}:{name}": {"text": text, "final_ms": stt_ms} for name, text in HEARD.items()},
            TTS: {"first_ms": tts_ms, "speed": 10, "log": str(log)},
            STEADY: {"first_ms": tts_ms, "speed": 1, "log": str(log)},
            "openai:standin": {"base_url": model.url, "model": "tiny"},
            "openai:nowhere": {"base_url": leaving.url, "model": "tiny"},
        }
        settings = {
            "ENGINES__OPTIONS": json.dumps(options),
            "SIP__MAX_CALLS": str(calls + 200),  # an ended call keeps its place for a while
            "RECORDING__ENABLED": "false",
            "MEDIA__OVERLOAD_MS": "0",  # the limit is what is looked for, or somebody else's load
        }
        server = ServerChild(settings=settings, python_path=installed(folder))
        await stack.enter_async_context(server)
        async with server_database(load(overrides={"data": server.data})) as connection:
            for desk in desks:
                await tables.put_agent(connection, desk.row)
                await put_route(connection, desk.name, desk.name)
        for desk in desks:
            await _taken(server.sip_uri(desk.name))
        there = Site(server, model, log, clip)
        first: dict[str, Desk] = {}
        for desk in desks:
            first.setdefault(desk.llm, desk)
        for desk in first.values():
            await talk(there, desk.name, 1)  # calls are answered while their model is still being started
        leaving.end()
        yield there


async def _taken(uri: str) -> None:
    """Its calls are answered. Raises CallError."""
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


GAP_MS = 400.0
"""Silence of the agent after which it is the caller's turn; its words are 20 ms apart."""
RATE = 5.0
"""Calls placed a second."""


async def greeted(party: CallingParty) -> MeasuredCall:
    """A call whose greeting was heard."""
    call = await party.call(timeout_s=10.0)
    await call.talk.my_turn(GAP_MS)
    return call


async def greeted_all(party: CallingParty, calls: int) -> list[MeasuredCall]:
    """So many, placed one after the other."""

    async def one(number: int) -> MeasuredCall:
        await asyncio.sleep(number / RATE)
        return await greeted(party)

    return list(await asyncio.gather(*map(one, range(calls))))


async def turns_of(call: MeasuredCall, clip: Clip, turns: int) -> None:
    for _ in range(turns):
        await call.talk.say(clip)
        await call.talk.my_turn(GAP_MS)


async def talk(at: Site, desk: str, turns: int) -> list[float]:
    """One call of so many turns; voice to voice of each, in ms."""
    async with CallingParty(at.server.sip_uri(desk)) as party:
        call = await greeted(party)
        await turns_of(call, at.clip, turns)
        await call.hang_up()
        return call.figures().voice_to_voice_ms
