"""One run of simulated calls: who calls, how often and how, what came of it, and what is told of that."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from callers.simulated.by_text import TextCaller
from callers.simulated.judging import Judged, judge
from callers.simulated.junit import junit
from callers.simulated.keeping import keep_failure
from callers.simulated.mind import CallerMind
from callers.simulated.persona import Persona
from callers.simulated.played_by_llm import LlmMind
from callers.simulated.report import as_json, changes, pass_rate, read_run, write_run
from callers.simulated.scripted import Script, ScriptedMind
from cli.simulate.source import SimulatedFlow, callers, open_flow
from cli.simulate.table import print_run
from cli.terminal import console, print_json, progress
from cli.working_folder import importable
from mediaserver.errors import ConfigError, VoiceForgeError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from pipelines.engines.protocols import Llm

PARALLEL, PARALLEL_BY_TEXT, PARALLEL_MODELS = 4, 1, 8
KEPT_RUNS = 10
"""Folders of failed calls that stay in the data folder."""
FOLDER = "simulations"


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
    async with contextlib.AsyncExitStack() as undo:
        flow = await open_flow(settings, args.flow, args.version, undo, called=args.server is None)
        llm = await _model(settings, args.llm, undo)
        leave_out = {"phone" if args.text else "text"} | ({"model"} if not _thinks(flow, llm) else set())
        personas = callers(flow, args.persona, args.only, leave_out)
        began = time.monotonic()
        planned = plan(personas, args, llm)
        judged = await by_text(flow, planned, args.parallel or (PARALLEL_MODELS if llm else PARALLEL_BY_TEXT))
        about = _about(args, flow, len(planned), time.monotonic() - began)
    return await asyncio.to_thread(deliver, args, settings.data, judged, about)


def _thinks(flow: SimulatedFlow, llm: Llm | None) -> bool:
    """Whether there is a model, for what is tagged to need one."""
    return llm is not None or (flow.row is not None and flow.row["kind"] == "llm")


def _check(args: argparse.Namespace) -> None:
    """See to it before the first call that all that is wanted can be written after the last. Raises
    ConfigError."""
    if args.text and (args.server or args.noise or args.loss):
        raise ConfigError("--server, --noise and --loss are for calls by phone: leave out --text")
    if not args.text:
        raise ConfigError("calls by phone cannot be simulated yet: add --text")
    if args.junit is not None and (args.junit.is_dir() or not args.junit.absolute().parent.is_dir()):
        raise ConfigError(f"{args.junit} cannot be written: name a file in a folder that is there")


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
