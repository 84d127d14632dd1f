"""Simulated calls by phone: a server of the run's own, or another's, and callers with voices and lines."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callers.calling import CallingParty
from callers.cases.scenery import ROOM_DB, Scenery
from callers.mixing import LineSettings
from callers.server_child import ServerChild
from callers.simulated.by_phone import PhoneCaller, PhonedCall
from callers.simulated.persona import Persona
from callers.simulated.voice import CallerVoices
from cli.simulate.plan import Planned
from cli.simulate.source import DEMO, SimulatedFlow
from mediaserver.errors import VoiceForgeError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SETTINGS = {"RECORDING__ENABLED": "false", "MEDIA__OVERLOAD_MS": "0", "SIP__MAX_CALLS": "400"}
"""Of a server of the run's own: it takes every call, and what that does to it is measured."""
APART_S = 0.25
"""Calls that run at once begin so long after one another: nobody measures an onslaught here."""
GRACE_S = 30.0
"""After a persona's own limit a call is given up."""


@dataclass
class PhoneStage:
    """What the calls of a run share."""

    party: CallingParty
    voices: CallerVoices
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
                return await caller.talk(self.party)
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
    uri = args.server or await _own_server(flow, undo)
    party = await undo.enter_async_context(CallingParty(uri))
    return PhoneStage(party, voices, noise, 0.0 if args.noise is None else args.noise[1], args.loss)


async def _own_server(flow: SimulatedFlow, undo: AsyncExitStack) -> str:
    """The address of the flow at a server that lasts as long as the run."""
    server = await undo.enter_async_context(ServerChild(settings=SETTINGS))
    if flow.name == DEMO:
        return server.sip_uri(DEMO)
    await _put(server, flow)
    return server.sip_uri(ADDRESS)


ADDRESS = "simulated"


async def _put(server: ServerChild, flow: SimulatedFlow) -> None:
    """Put the agent into the server's table, as a user would."""
    from cli.database import server_database
    from mediaserver.config import load
    from mediaserver.storage import agents as tables

    settings = load(overrides={"data": server.data})
    async with server_database(settings) as connection, connection.transaction():
        await tables.put_agent(connection, agent_row(flow))
        await tables.put_route(connection, ADDRESS, ADDRESS)


def agent_row(flow: SimulatedFlow) -> dict[str, Any]:
    """Of the agent that is called. Raises VoiceForgeError where it needs what only its own server has."""
    row = flow.row
    if row is not None and (row["kind"] in ("llm", "realtime") or row["tools"]):
        raise VoiceForgeError(
            f"{flow.name} needs the models and tools of its own server: name that one with --server"
            f" (sip:{flow.name}@host)"
        )
    made = {
        "name": ADDRESS, "kind": "python", "flow": "", "prompt": "", "voice": "", "language": "",
        "entry": flow.name, "stt": [], "tts": [], "llm": [], "turn": {}, "recording": False,
        "insight": {"summary": "off"}, "tools": [], "assistant": {}, "background": {},
    }  # fmt: skip
    if row is not None:
        kept = ("kind", "flow", "entry", "prompt", "voice", "language", "turn")
        made |= {name: row[name] for name in kept}
    return made


async def by_phone(
    stage: PhoneStage, planned: Iterator[Planned], parallel: int, done: Callable[[PhonedCall], None]
) -> None:
    """All calls, so many at once; `done` is told of each as it is over."""

    async def one_after_the_other(index: int) -> None:
        await asyncio.sleep(APART_S * index)
        for each in planned:
            done(await stage.call(each))

    async with asyncio.TaskGroup() as group:
        for index in range(parallel):
            group.create_task(one_after_the_other(index))
