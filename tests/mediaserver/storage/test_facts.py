"""What agents keep of callers: replaced by topic, bounded, forgotten, and gone with the agent."""

from __future__ import annotations

import asyncpg

from mediaserver.storage import agents, facts
from mediaserver.storage.records import FactLearnt
from mediaserver.storage.saving import save
from tests.mediaserver.samples import CALL

ANN, BOB = "+15550100", "+15550101"


async def learn(pool: asyncpg.Pool, topic: str, fact: str, caller: str = ANN, agent: str = "demo") -> None:
    await save(pool, FactLearnt(CALL, agent, caller, topic, fact))


async def known(pool: asyncpg.Pool, caller: str = ANN, agent: str = "demo") -> list[tuple[str, str]]:
    return [(row["topic"], row["fact"]) for row in await facts.of_caller(pool, agent, caller)]


async def test_a_fact_takes_the_place_of_the_one_before_on_its_topic(pool: asyncpg.Pool) -> None:
    await learn(pool, "name", "Ann")
    await learn(pool, "room", "quiet")
    await learn(pool, "name", "Anna")
    assert await known(pool) == [("room", "quiet"), ("name", "Anna")]
    assert await known(pool, BOB) == [] == await known(pool, agent="echo")


async def test_the_oldest_facts_go_when_there_are_too_many(pool: asyncpg.Pool) -> None:
    for number in range(facts.MOST_OF_CALLER + 3):
        await learn(pool, f"topic {number}", "x" * 1000)
    kept = await known(pool)
    assert len(kept) == facts.MOST_OF_CALLER and kept[0] == ("topic 3", "x" * 300)


async def test_a_caller_is_forgotten_by_one_agent_or_by_all(pool: asyncpg.Pool) -> None:
    for agent in ("demo", "echo"):
        await learn(pool, "name", "Ann", agent=agent)
    await learn(pool, "name", "Bob", BOB)
    assert await facts.forget(pool, ANN, "demo") == 1
    assert await known(pool) == [] and await known(pool, agent="echo")
    assert await facts.forget(pool, ANN) == 1
    assert await known(pool, BOB) == [("name", "Bob")]


async def test_facts_go_with_their_agent_and_none_is_kept_for_one_that_is_gone(pool: asyncpg.Pool) -> None:
    await learn(pool, "name", "Ann", agent="echo")
    await agents.remove_agent(pool, "echo")
    await learn(pool, "name", "Ann", agent="echo")
    assert await facts.forget(pool, ANN) == 0
