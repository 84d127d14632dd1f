"""A persona's world in place of the real one, in a flow that asks a server which only its owner has."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from callers.simulated.by_text import TextCaller
from callers.simulated.persona import Persona
from callers.simulated.record import SimulatedCall
from callers.simulated.scripted import Script, ScriptedMind
from callers.simulated.world import WorldWorkshop
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.agent import flow_agent
from pipelines.flows.running.idle import IdleWorkshop

PRICES = "https://prices.example.com/"


def flow(use: dict[str, Any]) -> CompiledFlow:
    """Asks for a price once, and says it."""
    return compile_document(
        document_of(
            {
                "format": 1,
                "name": "price",
                "variables": [{"name": "price"}],
                "keep": {"price": "price"},
                "outcomes": ["told", "failed"],
                "nodes": [
                    {"id": "start", "type": "start"},
                    {
                        "id": "ask", "type": "tool", "use": use,
                        "save": {"price": "string(result.body.price)"}, "timeout_s": 1,
                    },
                    {"id": "told", "type": "end_call", "text": "It is ${{ price }}.", "outcome": "told"},
                    {"id": "sorry", "type": "end_call", "text": "I do not know.", "outcome": "failed"},
                ],
                "edges": [
                    {"source": "start", "target": "ask", "type": "next"},
                    {"source": "ask", "target": "told", "type": "next"},
                    {"source": "ask", "target": "sorry", "type": "error"},
                ],
            }
        )
    )  # fmt: skip


HTTP = flow({"kind": "http", "method": "GET", "url": PRICES})


async def called(compiled: CompiledFlow, **world: Any) -> SimulatedCall:
    persona = Persona.model_validate({"name": "x", "world": world})
    call_id = uuid4()
    workshop = WorldWorkshop(persona.world, IdleWorkshop())
    agent = flow_agent(compiled, call_id, workshop, now=lambda: datetime(2026, 11, 23, 10))
    return await TextCaller(persona, ScriptedMind(Script(persona)), agent, call_id).talk()


async def test_a_node_gets_the_worlds_answer_and_all_that_follows_from_it() -> None:
    call = await called(HTTP, tools={"ask": {"body": {"price": 45}}})
    assert call.agent_said == "It is $45."
    assert [(made.status, dict(made.data)) for made in call.outcomes] == [("told", {"price": "45"})]
    assert any("45" in told for told in call.told), "what the tool gave is known to the judge"


@pytest.mark.parametrize("world", [{"error": "timeout"}, {"error": "failed"}, {"status": 503}, {"body": {}}])
async def test_an_error_of_the_worlds_leaves_by_the_edge_for_errors(world: dict[str, Any]) -> None:
    call = await called(HTTP, tools={"ask": world})
    assert call.agent_said == "I do not know."


async def test_what_the_world_does_not_name_is_as_it_was() -> None:
    call = await called(HTTP, tools={"other": {"body": {"price": 45}}})
    assert call.agent_said == "I do not know.", "nobody works in an idle workshop"


@pytest.mark.parametrize(
    "use", [{"kind": "tool", "name": "price"}, {"kind": "python", "entry": "shop.prices:price"}]
)
async def test_a_tool_may_be_named_in_place_of_its_node(use: dict[str, Any]) -> None:
    name = use.get("name") or use["entry"]
    call = await called(flow(use), tools={name: {"body": {"price": 7}}})
    assert call.agent_said == "It is $7."


async def test_answers_come_one_after_the_other_and_the_last_one_stays() -> None:
    persona = Persona.model_validate(
        {"name": "x", "world": {"tools": {"ask": [{"error": "timeout"}, {"body": {"price": 1}}]}}}
    )
    workshop = WorldWorkshop(persona.world, IdleWorkshop())
    said = []
    for number in range(3):
        agent = flow_agent(HTTP, UUID(int=number), workshop)
        call = await TextCaller(persona, ScriptedMind(Script(persona)), agent, UUID(int=number)).talk()
        said.append(call.agent_said)
    assert said == ["I do not know.", "It is $1.", "It is $1."]
