"""Agents for conversations of text: of the database where there is one, of a module, or of an entry point.

What they need (models, tools) is opened once and shared by all conversations of a command.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pipelines.conversation.agent import Agent

if TYPE_CHECKING:
    from cli.serving.tools import AgentTools
    from mediaserver.config import Settings
    from mediaserver.storage.sql import Row
    from pipelines.engines.protocols import Llm

TOOLS_S = 10.0
"""Tools have so long to be imported, and their servers to answer."""


@dataclass(frozen=True, slots=True)
class TextAgents:
    """Makes the agents of one name."""

    name: str
    make: Callable[[UUID], Agent]
    """Raises ConfigError."""
    row: Row | None
    """Of the database; None where it is no agent of there."""


async def text_agents(
    settings: Settings, name: str, undo: contextlib.AsyncExitStack, handed: frozenset[str] = frozenset()
) -> TextAgents:
    """`handed`: agents from which conversations come to this one. Raises ConfigError when there is none of
    that name, or it cannot be made, and EngineError when it has no model that works."""
    from cli.serving.assistants import NAME, assistant_of, offered
    from cli.serving.engine_options import engine_modes
    from cli.serving.engines import default_llms
    from cli.serving.modes import with_mode
    from pipelines.agents import agent_named, make_agent
    from pipelines.assistant.calling import Calling
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    known = registry()
    modes = engine_modes(settings, known)
    settings = with_mode(settings, modes)
    row = None if ":" in name else await agent_row(settings, name)
    usual = default_llms(settings, known) if row is None or row["kind"] == "llm" else ()
    if row is None and name == NAME and usual:
        row = offered()  # no server has been started yet
    if row is not None:
        row = {**row, "llm": modes.meant_by_row(Kind.LLM, row["llm"])}
    if row is None:
        return TextAgents(name, lambda call_id: agent_named(name, call_id), None)
    if row["kind"] == "flow":
        return TextAgents(name, await _flow_agents(settings, row, undo, handed), row)
    known_row = row
    language = row["language"] or settings.engines.language
    models = row["llm"] or usual
    llm = await open_llm(settings, models, undo) if models else None
    if row["kind"] == "llm":
        box = (await opened_tools(settings, row["name"], row["tools"], undo)).box(row["tools"])

        def assistant(call_id: UUID) -> Agent:
            calling = Calling(call_id, language, began=datetime.now().astimezone())
            return assistant_of(name, calling, llm, known_row["prompt"], known_row["assistant"], box)

        return TextAgents(name, assistant, row)
    said = {key: row[key] for key in ("kind", "flow", "entry", "prompt")}
    return TextAgents(name, lambda call_id: make_agent(call_id, **said, language=language, llm=llm), row)


async def _flow_agents(
    settings: Settings, row: Row, undo: contextlib.AsyncExitStack, handed: frozenset[str]
) -> Callable[[UUID], Agent]:
    """By the version that a call of an id would get."""
    from cli.database import server_database
    from cli.serving.engines import default_llms
    from cli.serving.flows import flow_fault, shelf_of
    from cli.text_work import text_workshops
    from mediaserver.errors import ConfigError, VoiceForgeError
    from pipelines.engines.builtin import registry
    from pipelines.flows.checks.references import references
    from pipelines.flows.document.nodes import SubagentNode
    from pipelines.flows.running.agent import flow_agent
    from pipelines.flows.work.agent_transfer import TakenAgent

    flow = row["flow"]
    async with server_database(settings) as connection:
        shelf = await shelf_of(connection, settings.shared)
    first = shelf.first(flow)
    if first is None:
        raise ConfigError(flow_fault(flow, shelf))
    document = first.compiled.compiled.document
    usual = default_llms(settings, registry()) if document.needs_model else ()
    own = tuple(row["llm"] or document.defaults.llm or usual)
    lists = {own, *(node.llm for node in document.nodes if isinstance(node, SubagentNode))} - {()}
    models: dict[tuple[str, ...], Llm] = {}
    others: dict[str, TextAgents] = {}
    for names in lists:
        with contextlib.suppress(VoiceForgeError):  # the nodes that need it fail, and no others
            models[names] = await open_llm(settings, names, undo)
    models |= {(): models[own]} if own in models else {}
    found = references(document)
    handed |= {row["name"]}
    for other in {each.name for each in found if each.kind == "agent"} - handed:
        with contextlib.suppress(VoiceForgeError):
            others[other] = await text_agents(settings, other, undo, handed)
    tools = await opened_tools(settings, flow, [each.name for each in found if each.kind == "tool"], undo)

    def take(name: str, call_id: UUID) -> TakenAgent:
        if name not in others:
            raise ConfigError("it cannot go on with this conversation")
        return TakenAgent(others[name].make(call_id), settings.engines.language, "")

    workshop = await text_workshops(settings, document, tools, models, take, undo)

    def make(call_id: UUID) -> Agent:
        found = shelf.take(flow, call_id)
        if found is None:
            raise ConfigError(flow_fault(flow, shelf))
        return flow_agent(found.compiled.compiled, call_id, workshop(call_id), version=found.number)

    return make


async def opened_tools(
    settings: Settings, owner: str, names: Sequence[str], undo: contextlib.AsyncExitStack
) -> AgentTools:
    """Those of these names, opened for the conversations of a command."""
    from cli.database import InTurn, server_database
    from cli.serving.engines import open_engines, open_meaning
    from cli.serving.tools import open_tools
    from pipelines.engines.builtin import registry

    tools = open_tools(settings, undo)
    if any(name.startswith("knowledge/") for name in names):
        # A model may search twice at a time.
        tools.database = InTurn(await undo.enter_async_context(server_database(settings)))
        engines = open_engines(settings, registry(), undo)
        tools.meaning = open_meaning(settings, engines)
        await engines.settle()
    tools.follow({owner: names})
    if names:
        await tools.settle(TOOLS_S)
    return tools


async def open_llm(settings: Settings, names: Sequence[str], undo: contextlib.AsyncExitStack) -> Llm:
    """These language models, started. Raises EngineMissingError when none can be had."""
    from cli.serving.engines import open_engines
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    engines = open_engines(settings, registry(), undo)
    llm = engines.llm(names)
    await engines.settle()
    engines.check(Kind.LLM, names)
    return llm


def has_database(settings: Settings) -> bool:
    """Whether there is one already: a command that only looks makes none."""
    from mediaserver.storage.postgres import EmbeddedPostgres

    return bool(settings.database.url.get_secret_value()) or EmbeddedPostgres(settings.data).exists


async def agent_row(settings: Settings, name: str) -> Row | None:
    """The agent of that name in the database, if there is one of either."""
    from cli.database import server_database
    from mediaserver.storage.agents import all_agents

    if not has_database(settings):
        return None
    async with server_database(settings) as connection:
        return next((row for row in await all_agents(connection) if row["name"] == name), None)
