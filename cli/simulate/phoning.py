"""Simulated calls by phone: a server of the run's own, or another's, and callers with voices and lines."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callers.calling import CallingParty
from callers.cases.scenery import ROOM_DB, Scenery
from callers.mixing import LineSettings
from callers.server_child import ServerChild
from callers.simulated.by_phone import PhoneCaller, PhonedCall
from callers.simulated.persona import Persona
from callers.simulated.voice import CallerVoices
from cli.simulate.plan import Planned
from cli.simulate.served import ENTRY, written
from cli.simulate.source import SimulatedFlow
from mediaserver.errors import CallError, ConfigError
from mediaserver.storage.sql import Row

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SETTINGS = {"RECORDING__ENABLED": "false", "MEDIA__OVERLOAD_MS": "0", "SIP__MAX_CALLS": "400"}
"""Of a server of the run's own: it takes every call, and what that does to it is measured."""
ADDRESS = "simulated"
READY_WITHIN_S, READY_EVERY_S = 30.0, 0.5
APART_S = 0.25
"""Calls that run at once begin so long after one another: nobody measures an onslaught here."""
GRACE_S = 30.0
"""After a persona's own limit a call is given up."""


@dataclass
class PhoneStage:
    """What the calls of a run share."""

    party: CallingParty
    voices: CallerVoices
    uris: dict[str, str]
    """Whom a persona calls where it is not the party's own address."""
    noise: npt.NDArray[np.float64] | None = None
    snr_db: float = 0.0
    loss: float = 0.0

    def line(self, number: int) -> LineSettings:
        """Of one caller."""
        return LineSettings(
            noise=self.noise, snr_db=self.snr_db, room_db=ROOM_DB, loss=self.loss, seed=number
        )

    async def call(self, planned: Planned) -> PhonedCall:
        """Never raises for what happens in the call."""
        persona, number = planned.persona, planned.number
        caller = PhoneCaller(
            persona, planned.mind, self.voices, self.voices.of(persona, number), number, self.line(number)
        )
        try:
            async with asyncio.timeout(persona.limits.seconds + GRACE_S):
                return await caller.talk(self.party, self.uris.get(persona.name, ""))
        except TimeoutError:
            caller.call.trouble = "the call could not be ended"
            return PhonedCall(caller.call)


async def phone_stage(
    args: argparse.Namespace, flow: SimulatedFlow, personas: Sequence[Persona], undo: AsyncExitStack
) -> PhoneStage:
    """A server where none is named, and the callers' voices and noises: all that takes time, before the first
    call. Raises VoiceForgeError."""
    scenery = Scenery()
    voices = CallerVoices(scenery.voices)
    noise = None
    if args.noise is not None:
        noise = await asyncio.to_thread(scenery.noise, args.noise[0], args.seed)
    for persona in personas:
        for number in range(1, 5):  # as many voices as there are
            await voices.prepare(persona, voices.of(persona, number))
    uris: dict[str, str] = {}
    if not args.server:
        uris = await _own_server(flow, personas, undo)
    party = await undo.enter_async_context(CallingParty(args.server or next(iter(uris.values()))))
    if uris:
        await _answers(party, list(uris.values())[-1])
    return PhoneStage(party, voices, uris, noise, 0.0 if args.noise is None else args.noise[1], args.loss)


async def _own_server(
    flow: SimulatedFlow, personas: Sequence[Persona], undo: AsyncExitStack
) -> dict[str, str]:
    """The address for each persona at a server that lasts as long as the run."""
    server = await undo.enter_async_context(ServerChild(settings=SETTINGS))
    if flow.document is None:
        rows = [agent_row(flow, ADDRESS)]
        uris = {persona.name: server.sip_uri(ADDRESS) for persona in personas}
    else:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="voiceforge-simulate-")))
        rows, uris = [], {}
        for number, persona in enumerate(personas):
            path = folder / f"{number}.json"
            written(path, flow.document, flow.subflows, persona)
            rows.append(drawn_row(flow.document, f"{ADDRESS}{number}", str(path)))
            uris[persona.name] = server.sip_uri(f"{ADDRESS}{number}")
    await _put(server, rows)
    return uris


async def _answers(party: CallingParty, uri: str) -> None:
    """Wait until agents that were just put there are ready. Raises CallError where they never are."""
    until = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            call = await party.call(uri=uri)
        except CallError:
            if time.monotonic() >= until:
                raise
            await asyncio.sleep(READY_EVERY_S)
        else:
            await call.hang_up()
            return


async def _put(server: ServerChild, rows: Sequence[dict[str, Any]]) -> None:
    """Put the agents into the server's table, as a user would."""
    from cli.database import server_database
    from mediaserver.config import load
    from mediaserver.storage import agents as tables
    from mediaserver.storage.routes import put_route

    settings = load(overrides={"data": server.data})
    async with server_database(settings) as connection, connection.transaction():
        for row in rows:
            await tables.put_agent(connection, row)
            await put_route(connection, row["name"], row["name"])


def agent_row(flow: SimulatedFlow, name: str) -> dict[str, Any]:
    """Of the agent that is called. Raises ConfigError where it needs what only its own server has."""
    row = flow.row
    if row is not None and (row["kind"] in ("llm", "realtime") or row["tools"]):
        raise ConfigError(
            f"{flow.name} needs the models and tools of its own server: name that one with --server"
            f" sip:{flow.name}@host"
        )
    made = _row(name) | {"entry": flow.name}
    if row is not None:
        made |= {key: row[key] for key in ("kind", "flow", "entry", "prompt", "voice", "language", "turn")}
    return made


def drawn_row(document: Row, name: str, path: str) -> dict[str, Any]:
    """Of an agent that runs a document in a persona's world."""
    defaults = document.get("defaults", {})
    made = _row(name) | {"entry": ENTRY, "prompt": path}
    return made | {key: defaults[key] for key in ("voice", "language", "stt", "tts") if defaults.get(key)}


def _row(name: str) -> dict[str, Any]:
    return {
        "name": name, "kind": "python", "flow": "", "prompt": "", "voice": "", "language": "",
        "entry": "", "stt": [], "tts": [], "llm": [], "turn": {}, "recording": False,
        "insight": {"summary": "off"}, "tools": [], "assistant": {}, "background": {},
        "retention": {}, "redaction": {},
    }  # fmt: skip


async def by_phone(
    stage: PhoneStage,
    planned: Iterator[Planned],
    parallel: int,
    done: Callable[[PhonedCall], Awaitable[None]],
) -> None:
    """All calls, so many at once; `done` is told of each as it is over."""

    async def one_after_the_other(index: int) -> None:
        await asyncio.sleep(APART_S * index)
        for each in planned:
            await done(await stage.call(each))

    async with asyncio.TaskGroup() as group:
        for index in range(parallel):
            group.create_task(one_after_the_other(index))
