"""Simulated calls that somebody asks the running server for: with its own models and fetching, by text, and
so slowly that the calls of people do not notice.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from callers.simulated.anybody import anybody
from callers.simulated.by_text import TextCaller
from callers.simulated.judging import Judged, judge
from callers.simulated.mind import CallerMind, Move
from callers.simulated.persona import Persona, personas_of
from callers.simulated.report import as_json
from cli.serving.engines import started_llm
from cli.simulate.documents import agents_of
from cli.simulate.plan import Planned, day_of, plan
from cli.simulate.source import SimulatedFlow, callers, shipped_personas
from cli.simulate.workshops import TextWorkshops
from mediaserver.config import Settings
from mediaserver.errors import ConfigError
from mediaserver.fetching.protocols import Fetcher
from pipelines.conversation.agent import Agent
from pipelines.engines.protocols import Llm
from pipelines.engines.running import Engines
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import written
from pipelines.flows.library.simulating import MOST_CALLS, SimulationNews, WantedSimulation
from pipelines.flows.work.python_function import PythonFunctions

Subflows = Mapping[tuple[str, int | None], Document]
"""Those that a document leads to, by name and version; None: the published one."""
SHARE = 0.2
"""Of the loop's time, which carries the audio of all calls."""
SLICE_S = 0.001
"""So much work is done before others get their turn."""
CALL_S = 60.0
"""A call that takes longer is given up: its tools or its model hang."""
WITHIN_S = 300.0
"""No call begins after this."""
MOST_SHOWN = 20
"""Failed calls whose words are told."""


class CallersPace:
    """Work in slices, and pauses between them that leave the loop to others."""

    def __init__(self, share: float = SHARE) -> None:
        self._share = share
        self._began = time.thread_time()

    async def rest(self) -> None:
        """Between two pieces of work. What others did on this loop counts, too: the busier it is, the longer
        the pause."""
        worked = time.thread_time() - self._began
        if worked >= SLICE_S:
            await asyncio.sleep(worked * (1 - self._share) / self._share)
            self._began = time.thread_time()


@dataclass(frozen=True, slots=True)
class PacedMind:
    """A caller who pauses before each move, in the server's time and not in the call's. A `CallerMind`."""

    mind: CallerMind
    pace: CallersPace

    async def answer(self, heard: str) -> Move:
        await self.pace.rest()
        return await self.mind.answer(heard)

    def talks_over(self) -> bool:
        return self.mind.talks_over()


class ServedSimulator:
    """Implements FlowSimulator."""

    def __init__(
        self,
        settings: Settings,
        engines: Engines,
        fetcher: Fetcher,
        for_keys: Fetcher,
        functions: PythonFunctions,
        models: Sequence[str],
    ) -> None:
        """`for_keys`: fetches for the flows of keys. `models`: the usual language models, of flows that name
        none."""
        self._settings = settings
        self._engines = engines
        self._fetcher = fetcher
        self._for_keys = for_keys
        self._functions = functions
        self._models = tuple(models)

    async def simulate(self, wanted: WantedSimulation) -> AsyncGenerator[SimulationNews, None]:
        if not 0 <= wanted.calls <= MOST_CALLS:
            raise ConfigError(f"{wanted.calls} calls are too many at once: {MOST_CALLS} at most")
        own = list(wanted.personas)
        usual = shipped_personas(wanted.name) or anybody(wanted.document.defaults.language)
        found = personas_of(own, "personas") if own else usual
        flow = SimulatedFlow(wanted.name, found, None, document={})
        personas = callers(flow, [], wanted.only, {"phone", "model"})
        make = await self.agents(wanted.document, wanted.subflows, wanted.version, of_key=wanted.of_key)
        return self._calls(wanted, personas, make)

    async def agents(
        self, document: Document, subflows: Subflows, version: int | None, *, of_key: bool
    ) -> Callable[[UUID, Persona], Agent]:
        """Makes the agents of calls by text. Raises ConfigError for what cannot be called, EngineError where
        it needs a model that is not to be had."""
        compiled = await asyncio.to_thread(_compiled, document, subflows)
        llm = await self._llm(document)
        language = document.defaults.language or self._settings.engines.language
        fetcher = self._for_keys if of_key else self._fetcher
        workshops = TextWorkshops(fetcher, llm, language, self._functions)
        return agents_of(compiled, workshops, version, language)

    async def _calls(
        self, wanted: WantedSimulation, personas: Sequence[Persona], make: Callable[[UUID, Persona], Agent]
    ) -> AsyncGenerator[SimulationNews, None]:
        began, shown, judged = time.monotonic(), 0, list[Judged]()
        count = wanted.calls or len(personas)
        knowledge, calls = await asyncio.to_thread(_prepared, wanted, personas, count)
        pace = CallersPace()
        for planned in calls:
            if time.monotonic() - began > WITHIN_S:
                break
            call = await _talked(planned, make, pace)
            one = await asyncio.to_thread(judge, call, day_of(planned.persona), knowledge)
            judged.append(one)
            told = _told(one, len(judged), count)
            if not one.passed and shown < MOST_SHOWN:
                shown += 1
                told["transcript"] = one.call.transcript()
            yield SimulationNews("call", told)
        about = {
            "flow": wanted.name,
            "version": wanted.version,
            "seed": wanted.seed,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - began, 2),
        }
        yield SimulationNews("result", await asyncio.to_thread(as_json, judged, about))

    async def _llm(self, document: Document) -> Llm | None:
        """Those of the document, else the usual; None where it needs none, or there is none."""
        names = tuple(document.defaults.llm) or self._models
        if not document.needs_model or not names:
            return None
        return await started_llm(self._engines, names)


def _compiled(document: Document, subflows: Subflows) -> CompiledFlow:
    return compile_document(document, subflows=lambda flow, number: subflows.get((flow, number)))


def _prepared(wanted: WantedSimulation, personas: Sequence[Persona], count: int) -> tuple[str, list[Planned]]:
    """All that the agent may know an amount from, and the calls. In a thread: it takes some 200 ms."""
    knowledge = json.dumps(written(wanted.document), ensure_ascii=False)
    return knowledge, list(plan(personas, count, wanted.seed, wanted.interrupt))


async def _talked(planned: Planned, make: Callable[[UUID, Persona], Agent], pace: CallersPace) -> Any:
    """One call, whatever becomes of it."""
    await pace.rest()
    call_id = uuid4()
    mind = PacedMind(planned.mind, pace)
    caller = TextCaller(planned.persona, mind, make(call_id, planned.persona), call_id, planned.number)
    try:
        async with asyncio.timeout(CALL_S):
            return await caller.talk()
    except TimeoutError:
        caller.call.trouble = f"the call was still up after {CALL_S:.0f} s"
        return caller.call


def _told(judged: Judged, done: int, of: int) -> dict[str, Any]:
    call = judged.call
    return {
        "done": done,
        "of": of,
        "number": call.number,
        "persona": call.persona.name,
        "passed": judged.passed,
        "failures": list(judged.failures),
        "outcome": call.outcomes[-1].status if call.outcomes else None,
        "turns": call.turns,
    }
