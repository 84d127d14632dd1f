"""The agent of a server that was started for simulated calls: a drawn flow, in the world of one persona.

The server makes it as any agent in Python; its row's prompt names the file that says what to run.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from callers.simulated.persona import Persona
from cli.serving.flow_work import python_functions
from cli.simulate.workshops import TextWorkshops
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.client import GuardedClient
from mediaserver.fetching.protocols import Reached
from mediaserver.fetching.request import FetchRequest
from mediaserver.fetching.secrets import Masking
from pipelines.conversation.agent import Act, AgentInput, Context
from pipelines.engines.protocols import Llm
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.agent import DocumentAgent

ENTRY = "cli.simulate.served:served_agent"


def written(path: Path, document: Mapping[str, Any], stored: Mapping[Any, Any], persona: Persona) -> None:
    """What `served_agent` reads. Raises OSError."""
    subflows = [[name, number, found] for (name, number), found in stored.items()]
    world = persona.world.model_dump(mode="json")
    path.write_text(json.dumps({"document": document, "subflows": subflows, "world": world}))


class ServedAgent(DocumentAgent):
    """Of one call; what is told of the call is the world's."""

    def __init__(self, *args: Any, persona: Persona, **more: Any) -> None:
        super().__init__(*args, **more)
        self._world = persona.world

    def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        world = self._world
        about = {**context.about, **world.given()}
        from_uri = world.caller or context.from_uri
        return super().respond(
            said, replace(context, about=about, direction=world.direction, from_uri=from_uri)
        )


class OneByOne:
    """A Fetcher with a client for each request: nobody here lives long enough to close one of many."""

    async def fetch(self, request: FetchRequest, masking: Masking | None = None) -> FetchAnswer:
        client = GuardedClient(AddressRule(()))
        try:
            return await client.fetch(request, masking)
        finally:
            await client.close()

    async def reachable(self, url: str) -> Reached:
        client = GuardedClient(AddressRule(()))
        try:
            return await client.reachable(url)
        finally:
            await client.close()


def served_agent(call_id: UUID, prompt: str, language: str = "en", llm: Llm | None = None) -> ServedAgent:
    """`prompt`: the file."""
    compiled, persona = _ready(prompt)
    workshops = TextWorkshops(OneByOne(), llm, language, python_functions(()))
    now: Callable[[], datetime] = datetime.now
    if (moment := persona.world.now) is not None:
        now = _still(moment)
    return ServedAgent(
        compiled, call_id, workshops.of(call_id, persona), persona=persona, language=language, now=now
    )


def _still(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


@lru_cache(maxsize=200)
def _ready(path: str) -> tuple[CompiledFlow, Persona]:
    value = json.loads(Path(path).read_text())
    stored = {(name, number): found for name, number, found in value["subflows"]}
    persona = Persona.model_validate({"name": "served", "world": value["world"]})
    compiled = compile_document(
        document_of(value["document"]),
        subflows=lambda flow, number: document_of(stored[flow, number]) if (flow, number) in stored else None,
    )
    return compiled, persona
