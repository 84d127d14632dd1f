"""Flows that are drawn, made ready for simulated calls by text: compiled once, with a workshop for each call.

What a persona's world names is answered by it; requests, functions and models are real.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from callers.simulated.persona import Persona
from cli.serving.flow_work import python_functions
from cli.simulate.workshops import TextWorkshops
from mediaserver.storage.sql import Row
from pipelines.conversation.agent import Agent
from pipelines.engines.protocols import Llm
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.agent import flow_agent

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from mediaserver.fetching.protocols import Fetcher

Stored = Mapping[tuple[str, int | None], Row]
"""Documents of flows of the database by name and version; None: the published one."""


async def document_agents(
    settings: Settings,
    found: Row,
    stored: Stored,
    version: int | None,
    undo: contextlib.AsyncExitStack,
) -> Callable[[UUID, Persona], Agent]:
    """Makes the agents of one document. Raises ConfigError with all that is wrong with it, and EngineError
    where it needs a model that is not to be had."""
    document = document_of(found)
    compiled = compile_document(document, subflows=lambda flow, number: _subflow(stored, flow, number))
    llm = await _llm(settings, document, undo)
    fetcher = await _fetcher(settings, undo)
    language = document.defaults.language or settings.engines.language
    workshops = TextWorkshops(fetcher, llm, language, python_functions(settings.flows.python_modules))
    return agents_of(compiled, workshops, version, language)


def agents_of(
    compiled: CompiledFlow, workshops: TextWorkshops, version: int | None, language: str
) -> Callable[[UUID, Persona], Agent]:
    """Makes the agents of calls by text."""

    def make(call_id: UUID, persona: Persona) -> Agent:
        world = persona.world
        workshop = workshops.of(call_id, persona)
        now = datetime.now if world.now is None else _at(world.now)
        return flow_agent(compiled, call_id, workshop, version=version, language=language, now=now)

    return make


def _at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def _subflow(stored: Stored, flow: str, number: int | None) -> Document | None:
    found = stored.get((flow, number))
    return None if found is None else document_of(found)


async def _llm(settings: Settings, document: Document, undo: contextlib.AsyncExitStack) -> Llm | None:
    """Those of the document, else the settings'; None where it needs none, or there is none."""
    from cli.serving.engines import default_llms
    from cli.text_agents import open_llm
    from pipelines.engines.builtin import registry

    if not document.needs_model:
        return None
    names = tuple(document.defaults.llm) or default_llms(settings, registry())
    return await open_llm(settings, names, undo) if names else None


async def _fetcher(settings: Settings, undo: contextlib.AsyncExitStack) -> Fetcher:
    from cli.serving.fetching import open_fetching
    from mediaserver.metrics import Metrics

    return await open_fetching(settings.fetch, Metrics(), undo)
