"""Which flow is called, and by whom: of a database, of the flows that come with us, of a file, of code.

The one place that knows what a FLOW on the command line may be.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from callers.simulated.persona import Persona, personas_of, read_personas
from cli.text_agents import agent_row, has_database, text_agents
from mediaserver.errors import ConfigError
from mediaserver.storage.sql import Database, Row
from pipelines.conversation.agent import Agent
from pipelines.flows.shipped import FlowTemplate, template, templates

if TYPE_CHECKING:
    from mediaserver.config import Settings

LARGEST_TEMPLATE = 2 * 1024 * 1024
"""Bytes of a file with a document and its personas."""
MOST_SUBFLOWS = 50
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
    subflows: Mapping[tuple[str, int | None], Row] = field(default_factory=dict)
    """Documents within it, by name and version; None: the published one."""
    version: int | None = None
    row: Row | None = None
    """Of an agent of the database."""


async def open_flow(
    settings: Settings, name: str, version: int | None, undo: contextlib.AsyncExitStack, *, by_text: bool
) -> SimulatedFlow:
    """Of a file, else of the database, else of those that come with us, else of code. `by_text`: its agents
    are to be made here. Raises ConfigError where there is none of that name, and EngineError where it has no
    model that works."""
    if name.endswith(".json"):
        value = await asyncio.to_thread(_read, Path(name))
        drawn = _Drawn(Path(name).stem, value.get("document", value), None, personas_in(value, name))
        return await _of_document(settings, drawn, undo, by_text=by_text)
    row = None if ":" in name else await agent_row(settings, name)
    flow = row["flow"] if row is not None and row["kind"] == "flow" else name
    found, number = await _kept(settings, flow, version)
    if found is not None:
        drawn = _Drawn(name, found, number, shipped_personas(flow))
        return replace(await _of_document(settings, drawn, undo, by_text=by_text), row=row)
    if row is None or row["kind"] == "flow":
        shipped = _template(flow)
        if shipped is not None:
            if version is not None:
                raise ConfigError(f"{name} comes with us, and has no versions: leave out --version")
            drawn = _Drawn(name, shipped.document, None, shipped_personas(shipped.name))
            return replace(await _of_document(settings, drawn, undo, by_text=by_text), row=row)
    if not by_text:
        return SimulatedFlow(name, (), None, row=row)
    agents = await text_agents(settings, name, undo)
    knowledge = row["prompt"] if row is not None and row["kind"] == "llm" else None
    return SimulatedFlow(name, (), lambda call_id, _: agents.make(call_id), knowledge, row=row)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A document, wherever it is from."""

    name: str
    document: Row
    version: int | None
    personas: tuple[Persona, ...]


async def _of_document(
    settings: Settings, drawn: _Drawn, undo: contextlib.AsyncExitStack, *, by_text: bool
) -> SimulatedFlow:
    from cli.simulate.documents import document_agents

    stored = await _subflows(settings, drawn.document)
    make = await document_agents(settings, drawn.document, stored, drawn.version, undo) if by_text else None
    knowledge = json.dumps(drawn.document, ensure_ascii=False)
    return SimulatedFlow(drawn.name, drawn.personas, make, knowledge, drawn.document, stored, drawn.version)


def _read(path: Path) -> dict[str, Any]:
    """Raises ConfigError."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_TEMPLATE + 1)
        value = json.loads(data) if len(data) <= LARGEST_TEMPLATE else None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no JSON: {' '.join(str(error).split())}") from None
    if not isinstance(value, dict):
        raise ConfigError(f"{path} is no flow: it holds one JSON object of 2 MB at most")
    return value


def personas_in(value: dict[str, Any], where: str) -> tuple[Persona, ...]:
    """Beside a document; none where there are none. Raises ConfigError."""
    return personas_of(value, where) if value.get("personas") else ()


async def _kept(settings: Settings, name: str, number: int | None) -> tuple[Row | None, int | None]:
    """A version of a flow of the database (None: the newest), and its number; (None, None) where there is no
    such flow. Raises ConfigError where there is the flow, and not the version."""
    from cli.database import server_database
    from mediaserver.storage import flows

    if not has_database(settings):
        return None, None
    async with server_database(settings) as connection:
        row = await flows.version(connection, name, number)
        if row is None and number is not None and await flows.one_flow(connection, name) is not None:
            raise ConfigError(f"the flow {name} has no version {number}")
    return (None, None) if row is None else (row["document"], row["number"])


async def _subflows(settings: Settings, document: Row) -> dict[tuple[str, int | None], Row]:
    """The documents of the flows within a flow, and of those within them: of the database, else of those that
    come with us."""
    from cli.database import server_database

    wanted, found = list(_named_flows(document)), dict[tuple[str, int | None], dict[str, Any]]()
    if not wanted:
        return found
    async with contextlib.AsyncExitStack() as undo:
        kept = has_database(settings)
        connection = await undo.enter_async_context(server_database(settings)) if kept else None
        while wanted and len(found) < MOST_SUBFLOWS:
            name, number = wanted.pop()
            inner = None if (name, number) in found else await _inner(connection, name, number)
            if inner is not None:
                found[name, number] = inner
                wanted += _named_flows(inner)
    return found


async def _inner(connection: Database | None, name: str, number: int | None) -> Row | None:
    from mediaserver.storage import flows

    if connection is not None and (flow := await flows.one_flow(connection, name)) is not None:
        row = await flows.version(connection, name, flow["published"] if number is None else number)
        return None if row is None else row["document"]
    return templates()[name].document if number is None and name in templates() else None


def _named_flows(document: Row) -> Iterator[tuple[str, int | None]]:
    nodes = document.get("nodes")
    for node in nodes if isinstance(nodes, list) else ():
        if isinstance(node, dict) and node.get("type") == "subflow" and isinstance(node.get("flow"), str):
            number = node.get("version")
            yield node["flow"], number if isinstance(number, int) else None


def shipped_personas(name: str) -> tuple[Persona, ...]:
    """Of the flow that comes with us under this name, or `demo`."""
    found = _template(name)
    if found is None or not found.personas:
        return ()
    return personas_of(list(found.personas), f"the template {found.name}")


def _template(name: str) -> FlowTemplate | None:
    """The flow that comes with us under this name, or `demo`."""
    try:
        return template("booking" if name == DEMO else name)
    except ConfigError:
        return None


def callers(
    flow: SimulatedFlow, files: Sequence[Path], only: Sequence[str], leave_out: set[str]
) -> list[Persona]:
    """Who calls: of these files, else the flow's own; without those that are tagged with what is to be left
    out. Raises ConfigError where nobody is left."""
    found = [persona for path in files for persona in read_personas(path)] if files else list(flow.personas)
    if not found:
        unknown = flow.document is None and flow.row is None and ":" not in flow.name
        here = "is no flow and no agent of this database, and " if unknown else ""
        more = ", or see `voiceforge flows list --templates`" if unknown else ""
        raise ConfigError(
            f"{flow.name} {here}has no personas of its own: name a file of them with --persona{more}"
        )
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
