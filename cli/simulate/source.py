"""Which flow is called, and by whom: of a database, of the flows that come with us, of a file, of code.

The one place that knows what a FLOW on the command line may be.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from callers.simulated.persona import Persona, personas_of, read_personas
from mediaserver.errors import ConfigError
from pipelines.conversation.agent import Agent

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from mediaserver.storage.sql import Row

DEMO = "demo"
"""The agent of every server's own, which runs the flow `booking`."""


@dataclass(frozen=True, slots=True)
class SimulatedFlow:
    """What is called."""

    name: str
    personas: tuple[Persona, ...]
    make: Callable[[UUID, Persona], Agent] | None
    """The agent of one call by text; None where it is only to be called by phone."""
    knowledge: str | None = None
    """All that it may name an amount from, besides tools and callers; None: nobody knows."""
    document: Row | None = None
    """Of a flow that is drawn."""
    version: int | None = None
    row: Row | None = None
    """Of an agent of the database."""


async def open_flow(
    settings: Settings, name: str, version: int | None, undo: contextlib.AsyncExitStack, *, by_text: bool
) -> SimulatedFlow:
    """`by_text`: its agents are to be made here. Raises ConfigError where there is none of that name, and
    EngineError where it has no model that works."""
    from cli.text_agents import agent_row, text_agents

    if name.endswith(".json") or "/" in name:
        raise _not_yet(name)
    shipped = template(name)
    personas = personas_of(shipped, name) if shipped is not None and shipped.get("personas") else ()
    if not by_text:
        row = None if ":" in name else await agent_row(settings, name)
        return SimulatedFlow(name, personas, None, row=row)
    agents = await text_agents(settings, name, undo)
    row = agents.row
    knowledge = row["prompt"] if row is not None and row["kind"] == "llm" else None
    return SimulatedFlow(name, personas, lambda call_id, _: agents.make(call_id), knowledge, row=row)


def _not_yet(name: str) -> ConfigError:
    return ConfigError(f"{name}: files of flows cannot be run yet; name one of the database")


def template(name: str) -> dict[str, Any] | None:
    """The flow that comes with us under this name: that of its file, of its document, or `demo`; with its
    `document` and its `personas`."""
    wanted = "booking" if name == DEMO else name
    folder = resources.files("pipelines.flows") / "templates"
    if not folder.is_dir():
        return None
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            value: dict[str, Any] = json.loads(file.read_text())
            if wanted in (file.name.removesuffix(".json"), value["document"].get("name")):
                return value
    return None


def callers(
    flow: SimulatedFlow, files: Sequence[Path], only: Sequence[str], leave_out: set[str]
) -> list[Persona]:
    """Who calls: of these files, else the flow's own; without those that are tagged with what is to be left
    out. Raises ConfigError where nobody is left."""
    found = [persona for path in files for persona in read_personas(path)] if files else list(flow.personas)
    if not found:
        raise ConfigError(f"{flow.name} has no personas of its own: name a file of them with --persona")
    names = [persona.name for persona in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ConfigError(f"two personas are called {twice!r}; give each a name of its own")
    if only:
        found = [p for p in found if any(word.lower() in p.name.lower() for word in only)]
        if not found:
            raise ConfigError(f"no persona's name holds {' or '.join(only)}; there are {', '.join(names)}")
    wanted = [persona for persona in found if not leave_out & set(persona.tags)]
    if not wanted:
        raise ConfigError(f"nobody is left to call: every persona is tagged {' or '.join(sorted(leave_out))}")
    return wanted
