"""One run of simulated calls: what is wanted is opened, the calls are made, and each is judged."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from callers.simulated.by_text import TextCaller
from callers.simulated.judging import Judged, judge
from callers.simulated.keeping import keep_failure
from callers.simulated.opinion import opinion
from callers.simulated.persona import Persona
from callers.simulated.record import SimulatedCall
from cli.simulate.delivering import SimulationPlaces, about, deliver, have_places
from cli.simulate.plan import Planned, day_of, planned_by
from cli.simulate.replaying import replay_calls
from cli.simulate.source import SimulatedFlow, callers, open_flow
from cli.terminal import progress
from cli.working_folder import importable
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from callers.simulated.by_phone import PhonedCall
    from mediaserver.config import Settings
    from pipelines.engines.protocols import Llm

log = logging.getLogger(__name__)
PARALLEL, PARALLEL_BY_TEXT, PARALLEL_MODELS = 4, 1, 8


async def simulate(args: argparse.Namespace) -> int:
    """The exit code. Raises VoiceForgeError where nothing can be run."""
    from mediaserver.config import load

    importable()
    settings = load(args.config)
    _check(args)
    have_places(args)
    async with contextlib.AsyncExitStack() as undo:
        by_text = args.text or args.replay
        flow = await open_flow(settings, args.flow, args.version, undo, by_text=by_text)
        if args.replay:
            return await replay_calls(args, settings, flow)
        llm = await _model(settings, args.llm, undo)
        judge_llm = await _model(settings, args.judge, undo)
        personas = callers(flow, args.persona, args.only, _left_out(args, flow, llm))
        if not args.text and args.server is None:
            personas = _without_transfers(flow, personas)
        if args.canary:
            from cli.simulate.canary import canary

            places = SimulationPlaces(args, settings.data, flow)
            return await canary(args, settings, flow, personas, places, undo)
        count = args.calls or len(personas)
        run = SimulationRun(args, flow, SimulationPlaces(args, settings.data, flow), count, judge_llm)
        parallel = min(_parallel(args, llm), count)
        if args.text:
            await run.by_text(planned_by(args, personas, llm), parallel)
        else:
            await run.by_phone(personas, planned_by(args, personas, llm), parallel, undo)
    return await asyncio.to_thread(deliver, args, run.places, run.result(), run.told)


class SimulationRun:
    """The calls of a run, as they are judged."""

    def __init__(
        self,
        args: argparse.Namespace,
        flow: SimulatedFlow,
        places: SimulationPlaces,
        count: int,
        judge_llm: Llm | None = None,
    ) -> None:
        self.told: dict[str, Any] = {}
        """About the run; once it is over."""
        self.places = places
        self._args = args
        self._flow = flow
        self._count = count
        self._judge_llm = judge_llm
        self._judged: list[Judged] = []

    def result(self) -> list[Judged]:
        """In the order of their numbers."""
        return sorted(self._judged, key=lambda each: each.call.number)

    async def by_text(self, planned: Iterator[Planned], parallel: int) -> None:
        make, began = self._flow.make, time.monotonic()
        assert make is not None
        with progress() as bar:
            task = bar.add_task("calls", total=self._count)

            async def one_after_the_other() -> None:
                for each in planned:
                    call_id = uuid4()
                    agent = make(call_id, each.persona)
                    caller = TextCaller(each.persona, each.mind, agent, call_id, each.number)
                    await self._over(await caller.talk())
                    bar.advance(task)
                    await asyncio.sleep(0)  # others get their turn, and Ctrl-C is heard

            async with asyncio.TaskGroup() as group:
                for _ in range(parallel):
                    group.create_task(one_after_the_other())
        self.told = about(self._args, self._flow, self._count, time.monotonic() - began)

    async def by_phone(
        self,
        personas: list[Persona],
        planned: Iterator[Planned],
        parallel: int,
        undo: contextlib.AsyncExitStack,
    ) -> None:
        from cli.simulate.phoning import by_phone, phone_stage

        with progress() as bar:
            task = bar.add_task("a server and voices", total=self._count)
            stage = await phone_stage(self._args, self._flow, personas, undo)
            began = time.monotonic()
            bar.update(task, description="calls")

            async def done(phoned: PhonedCall) -> None:
                await self._over(phoned.call, phoned)
                bar.advance(task)

            await by_phone(stage, planned, parallel, done)
        self.told = about(self._args, self._flow, self._count, time.monotonic() - began)
        clock = stage.party.wire.clock_quality()
        self.told["caller_late_p99_ms"] = clock["send_late_p99_ms"]
        self.told["trusted"] = clock["trusted"]

    async def _over(self, call: SimulatedCall, phoned: PhonedCall | None = None) -> None:
        """Judge a call, and keep it where it failed."""
        objection = "" if self._judge_llm is None else await opinion(self._judge_llm, call)
        judged = judge(call, day_of(call.persona), self._flow.knowledge, objection)
        self._judged.append(judged)
        if not judged.passed:
            self._keep(judged, phoned)

    def _keep(self, judged: Judged, phoned: PhonedCall | None = None) -> None:
        folder = self.places.for_a_failure()
        if folder is None:
            return
        if phoned is None:
            keep_failure(folder, judged)
        else:
            keep_failure(folder, judged, phoned.near, phoned.far)


def _check(args: argparse.Namespace) -> None:
    """Raises ConfigError for options that say nothing together."""
    if args.replay and (args.persona or args.server or args.llm or args.canary):
        raise ConfigError(
            "--replay has callers of its own: leave out --persona, --server, --llm and --canary"
        )
    if args.since and not args.replay:
        raise ConfigError("--since says which calls to --replay")
    if args.text and (args.server or args.noise or args.loss):
        raise ConfigError("--server, --noise and --loss are for calls by phone: leave out --text")
    if args.canary and args.server is None:
        raise ConfigError("a canary calls a live server: name it with --server sip:booking@host")
    if args.canary and args.llm:
        raise ConfigError("a canary's callers are scripted: leave out --llm")
    if not args.canary and (args.metrics or args.alert):
        raise ConfigError("--metrics and --alert are a --canary's")
    if args.metrics is not None and not args.metrics.absolute().parent.is_dir():
        raise ConfigError(f"{args.metrics} cannot be written: name a file in a folder that is there")


def _left_out(args: argparse.Namespace, flow: SimulatedFlow, llm: Llm | None) -> set[str]:
    """Tags of personas that make no sense in this run."""
    thinks = (
        llm is not None or args.server is not None or (flow.row is not None and flow.row["kind"] == "llm")
    )
    return {"phone" if args.text else "text"} | (set() if thinks else {"model"})


def _without_transfers(flow: SimulatedFlow, personas: list[Persona]) -> list[Persona]:
    """At a server of the run's own there is nobody to be transferred to. Raises ConfigError where nobody is
    left."""
    left = [p for p in personas if p.expect.ended_by != "transfer" and p.expect.transferred_to is None]
    out = [persona.name for persona in personas if persona not in left]
    if not left:
        raise ConfigError(
            f"all personas of {flow.name} expect a transfer, and a server of the run's own has nobody to take"
            " it: name yours with --server, or add --text"
        )
    if out:
        log.warning("left out, because nobody is there to be transferred to: %s", ", ".join(out))
    return left


async def _model(settings: Settings, name: str | None, undo: contextlib.AsyncExitStack) -> Llm | None:
    from cli.text_agents import open_llm

    return await open_llm(settings, (name,), undo) if name else None


def _parallel(args: argparse.Namespace, llm: Llm | None) -> int:
    if args.parallel:
        return int(args.parallel)
    return PARALLEL_MODELS if llm is not None else PARALLEL_BY_TEXT if args.text else PARALLEL
