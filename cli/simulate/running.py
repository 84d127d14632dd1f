"""One run of simulated calls: who calls, how often and how, and what is made of each call."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from callers.simulated.by_text import TextCaller
from callers.simulated.judging import Judged, judge
from callers.simulated.mind import CallerMind
from callers.simulated.persona import Persona
from callers.simulated.played_by_llm import LlmMind
from callers.simulated.scripted import Script, ScriptedMind
from cli.simulate.delivering import about, deliver, have_places
from cli.simulate.source import SimulatedFlow, callers, open_flow
from cli.terminal import progress
from cli.working_folder import importable
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from pipelines.engines.protocols import Llm

PARALLEL, PARALLEL_BY_TEXT, PARALLEL_MODELS = 4, 1, 8


@dataclass(frozen=True, slots=True)
class Planned:
    """One call of a run."""

    number: int
    persona: Persona
    mind: CallerMind


async def simulate(args: argparse.Namespace) -> int:
    """The exit code. Raises VoiceForgeError where nothing can be run."""
    from mediaserver.config import load

    importable()
    settings = load(args.config)
    _check(args)
    have_places(args)
    async with contextlib.AsyncExitStack() as undo:
        flow = await open_flow(settings, args.flow, args.version, undo, called=args.server is None)
        llm = await _model(settings, args.llm, undo)
        leave_out = {"phone" if args.text else "text"} | (set() if _thinks(flow, llm) else {"model"})
        personas = callers(flow, args.persona, args.only, leave_out)
        count = args.calls or len(personas)
        began = time.monotonic()
        judged = await _by_text(flow, plan(personas, args, llm), count, _parallel(args, llm))
        told = about(args, flow, count, time.monotonic() - began)
    return await asyncio.to_thread(deliver, args, settings.data, judged, told)


async def _by_text(
    flow: SimulatedFlow, planned: Iterator[Planned], count: int, parallel: int
) -> list[Judged]:
    """In the order of their numbers."""
    make = flow.make
    assert make is not None
    judged: list[Judged] = []
    with progress() as bar:
        task = bar.add_task("calls", total=count)

        async def one_after_the_other() -> None:
            for each in planned:
                call_id = uuid4()
                agent = make(call_id, each.persona)
                caller = TextCaller(each.persona, each.mind, agent, call_id, each.number)
                call = await caller.talk()
                judged.append(judge(call, day_of(each.persona), flow.knowledge))
                bar.advance(task)
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(parallel, count)):
                group.create_task(one_after_the_other())
    return sorted(judged, key=lambda each: each.call.number)


def day_of(persona: Persona) -> date:
    """Of its calls."""
    now = persona.world.now
    return date.today() if now is None else now.date()


def _parallel(args: argparse.Namespace, llm: Llm | None) -> int:
    if args.parallel:
        return int(args.parallel)
    return PARALLEL_MODELS if llm is not None else PARALLEL_BY_TEXT if args.text else PARALLEL


def _thinks(flow: SimulatedFlow, llm: Llm | None) -> bool:
    """Whether there is a model, for what is tagged to need one."""
    return llm is not None or (flow.row is not None and flow.row["kind"] == "llm")


def _check(args: argparse.Namespace) -> None:
    """Raises ConfigError for options that say nothing together."""
    if args.text and (args.server or args.noise or args.loss):
        raise ConfigError("--server, --noise and --loss are for calls by phone: leave out --text")
    if not args.text:
        raise ConfigError("calls by phone cannot be simulated yet: add --text")


async def _model(settings: Settings, name: str | None, undo: contextlib.AsyncExitStack) -> Llm | None:
    from cli.text_agents import open_llm

    return await open_llm(settings, (name,), undo) if name else None


def plan(personas: Sequence[Persona], args: argparse.Namespace, llm: Llm | None) -> Iterator[Planned]:
    """The calls of a run, the personas in turn; each call's chance is its number's alone."""
    scripts = {persona.name: Script(persona) for persona in personas}
    for number in range(1, (args.calls or len(personas)) + 1):
        persona = personas[(number - 1) % len(personas)]
        seed = f"{args.seed}/{number}"
        mind: CallerMind = (
            ScriptedMind(scripts[persona.name], seed, interrupts=args.interrupt)
            if llm is None
            else LlmMind(persona, llm, seed, interrupts=args.interrupt)
        )
        yield Planned(number, persona, mind)
