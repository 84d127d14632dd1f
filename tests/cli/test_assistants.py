"""Assistants of the server: what is kept of whom, and the row of the first start."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import asyncpg

from cli.serving.assistants import Assistants, FactTable, may_recall, offer_assistant
from cli.serving.speech import Equipment
from cli.serving.watch import counter_of_thinking_ahead
from mediaserver.calls.call import Call
from mediaserver.calls.call_texts import TextRules, TextsOfCalls
from mediaserver.calls.events import EventBus
from mediaserver.calls.routes import AgentSpec
from mediaserver.metrics import Metrics
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.storage import agents as tables
from mediaserver.storage.records import FactLearnt
from mediaserver.storage.routes import all_routes
from mediaserver.storage.saving import save
from pipelines.assistant.accounting import AheadFigures
from pipelines.assistant.agent import Assistant
from pipelines.assistant.facts import Fact
from pipelines.tools.toolbox import ToolBox
from tests.fakes import FakeLlm, FakeStt, FakeTts
from tests.mediaserver.calls.bench import Kept
from tests.mediaserver.samples import CALL


async def test_facts_are_those_of_this_agent_and_caller(pool: asyncpg.Pool) -> None:
    await save(pool, FactLearnt(CALL, "demo", "+15550100", "name", "Ann"))
    assert await FactTable(pool, "demo", "+15550100").facts() == (Fact("name", "Ann"),)
    assert await FactTable(pool, "echo", "+15550100").facts() == ()


async def names(pool: asyncpg.Pool) -> dict[str, str]:
    return {row["name"]: row["kind"] for row in await tables.all_agents(pool)}


async def test_the_first_start_with_a_model_offers_an_assistant_once(pool: asyncpg.Pool) -> None:
    await offer_assistant(pool)
    assert (await names(pool))["assistant"] == "llm"
    assert "assistant" in [route["pattern"] for route in await all_routes(pool)]
    await tables.remove_agent(pool, "assistant")
    await offer_assistant(pool)
    assert "assistant" not in await names(pool), "who removed it has removed it for good"


async def test_an_agent_of_that_name_is_left_alone(pool: asyncpg.Pool) -> None:
    (demo,) = [row for row in await tables.all_agents(pool) if row["name"] == "demo"]
    await tables.put_agent(pool, {**demo, "name": "assistant"})
    await offer_assistant(pool)
    assert (await names(pool))["assistant"] == "flow"


def test_what_thinking_ahead_came_to_is_in_the_metrics() -> None:
    metrics = Metrics()
    count = counter_of_thinking_ahead(metrics)
    count(AheadFigures())
    count(AheadFigures(asked=3, hit=True, won_ms=250.0, wasted_in=400, wasted_out=7))
    value = metrics.registry.get_sample_value
    assert value("voiceforge_preemptive_questions_total", {"outcome": "hit"}) == 1
    assert value("voiceforge_preemptive_questions_total", {"outcome": "miss"}) == 2
    assert value("voiceforge_preemptive_wasted_tokens_total", {"of": "in"}) == 400
    assert value("voiceforge_preemptive_won_seconds_sum") == 0.25


def test_a_key_is_not_told_what_the_operators_agent_keeps_of_somebody() -> None:
    admin, ann, bob = (UUID(int=at) for at in range(3))
    known = partial(may_recall, lambda owner: owner in (None, admin))
    for agent, call, recalls in (
        (None, None, True), (None, admin, True), (None, ann, False), (ann, ann, True), (ann, bob, False),
        (ann, None, False),
    ):  # fmt: skip
        spec = AgentSpec(UUID(int=9), "front", 1, "llm", owner=agent)
        made = Call(UUID(int=1), "outbound", "a", "b", "front", Kept(), EventBus(), owner=call)
        assert known(spec, made) is recalls, (agent, call)


async def test_a_call_that_may_not_recall_has_no_facts() -> None:
    def assistant(recalls: bool) -> Assistant:
        database: Any = None
        spec = AgentSpec(UUID(int=9), "front", 1, "llm", assistant={"remember": True})
        call = Call(UUID(int=1), "outbound", "a", "sip:+15550100@h", "front", Kept(), EventBus())
        speech = Equipment(FakeStt(), FakeTts(), FakeLlm(), "", "en-us")
        made = Assistants(lambda names: ToolBox([]), NumberPlan(), database, None, lambda *_: recalls)
        return made.make(spec, call, speech)

    assert assistant(True)._facts is not None and assistant(False)._facts is None


def test_who_may_send_texts_has_the_tool_for_it_and_nobody_else() -> None:
    def offered(settings: dict[str, Any], texts: TextsOfCalls | None) -> bool:
        database: Any = None
        spec = AgentSpec(UUID(int=9), "front", 1, "llm", assistant=settings)
        call = Call(UUID(int=1), "inbound", "sip:+15550100@h", "b", "front", Kept(), EventBus())
        speech = Equipment(FakeStt(), FakeTts(), FakeLlm(), "", "en-us")
        made = Assistants(lambda names: ToolBox([]), NumberPlan(), database, texts=texts)
        return "send_sms" in {tool.name for tool in made.make(spec, call, speech)._faculties.tools}

    texts = TextsOfCalls(TextRules())
    assert offered({"sms": True}, texts)
    assert not offered({}, texts) and not offered({"sms": True}, None)
