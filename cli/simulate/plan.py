"""The calls of a run: who calls, and with which chance."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from callers.simulated.mind import CallerMind
from callers.simulated.persona import Persona
from callers.simulated.played_by_llm import LlmMind
from callers.simulated.scripted import Script, ScriptedMind

if TYPE_CHECKING:
    from pipelines.engines.protocols import Llm


@dataclass(frozen=True, slots=True)
class Planned:
    """One call of a run."""

    number: int
    persona: Persona
    mind: CallerMind


def plan(
    personas: Sequence[Persona], count: int, seed: str, interrupt: float, llm: Llm | None = None
) -> Iterator[Planned]:
    """The personas in turn; each call's chance is its number's alone, so that it can be played again."""
    scripts = {persona.name: Script(persona) for persona in personas}
    for number in range(1, count + 1):
        persona = personas[(number - 1) % len(personas)]
        yield Planned(number, persona, _mind(scripts[persona.name], f"{seed}/{number}", interrupt, llm))


def planned_by(args: argparse.Namespace, personas: Sequence[Persona], llm: Llm | None) -> Iterator[Planned]:
    """As the options of the command have it."""
    return plan(personas, args.calls or len(personas), args.seed, args.interrupt, llm)


def _mind(script: Script, seed: str, interrupt: float, llm: Llm | None) -> CallerMind:
    if llm is None:
        return ScriptedMind(script, seed, interrupts=interrupt)
    return LlmMind(script.persona, llm, seed, interrupts=interrupt)


def day_of(persona: Persona) -> date:
    """Of its calls."""
    return persona.world.today
