"""Assistants of the server: what is kept of whom, and the row of the first start."""

from __future__ import annotations

import asyncpg

from cli.serving.assistants import FactTable, offer_assistant
from cli.serving.watch import counter_of_thinking_ahead
from mediaserver.metrics import Metrics
from mediaserver.storage import agents as tables
from mediaserver.storage.records import FactLearnt
from mediaserver.storage.routes import all_routes
from mediaserver.storage.saving import save
from pipelines.assistant.accounting import AheadFigures
from pipelines.assistant.facts import Fact
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
