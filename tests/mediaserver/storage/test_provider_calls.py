"""Calls by telephony providers, kept and read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from mediaserver.storage import nodes, provider_calls, record_json, usage
from mediaserver.storage.records import CallStarted, ProviderCallKept, ProviderCallTold
from mediaserver.storage.saving import save

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CALL, SESSION, NODE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
UP = ProviderCallKept(
    SESSION, "main", "twilio", "", "outbound", CALL, "ordered", "queued", None, "", None, "", NOON, None, None
)
TOLD = ProviderCallTold("main", "CA1", None, "completed", True, "", 0.02, "USD")


async def begun(pool: asyncpg.Pool) -> None:
    await save(pool, CallStarted(CALL, "outbound", "demo", "+491", "flow", NOON, agent="demo"), NODE)
    await save(pool, UP, NODE)
    await save(pool, replace(UP, ref="CA1", phase="up", state="in-progress", answered=NOON), NODE)


async def test_a_call_grows(pool: asyncpg.Pool) -> None:
    await begun(pool)
    await save(
        pool, replace(UP, ref="CA1", answered_by="human", phase="over", state="completed", ended=NOON), NODE
    )
    (row,) = await provider_calls.of_call(pool, CALL)
    assert (row["ref"], row["state"], row["answered_by"], row["answered_at"]) == (
        "CA1",
        "completed",
        "human",
        NOON,
    )
    later = NOON + timedelta(hours=1)
    await save(pool, replace(UP, ref="CA2", phase="over", state="completed", ended=later, call_id=None), NODE)
    (row,) = await provider_calls.of_call(pool, CALL)
    assert (row["ref"], row["ended_at"]) == ("CA1", NOON), "its id and its end stay"


async def test_what_is_told_late_finds_its_call_and_costs_once(pool: asyncpg.Pool) -> None:
    await begun(pool)
    for _ in range(2):
        await save(pool, TOLD, NODE)
    await save(pool, replace(TOLD, ref="CA7"), NODE)
    (row,) = await provider_calls.of_call(pool, CALL)
    assert (row["state"], row["cost"], row["phase"]) == ("completed", pytest.approx(0.02), "over")
    await save(pool, replace(TOLD, state="failed"), NODE)
    (row,) = await provider_calls.of_call(pool, CALL)
    assert row["state"] == "completed", "the first end counts"
    counted = await pool.fetch("select kind, amount, cost from usage_counts where engine = 'main'")
    assert [tuple(each) for each in counted] == [("phone_seconds_out", 0.0, pytest.approx(0.02))]


async def test_where_there_are_prices_those_count(pool: asyncpg.Pool) -> None:
    await begun(pool)
    await pool.execute(
        "insert into phone_prices (trunk, direction, prefix, since, per_minute) "
        "values ('*', 'out', '', $1, 1)",
        NOON.date(),
    )
    await save(pool, TOLD, NODE)
    assert await pool.fetchval("select count(*) from usage_counts where engine = 'main'") == 0


async def test_open_calls_of_this_server_and_of_dead_ones_are_found(pool: asyncpg.Pool) -> None:
    await begun(pool)
    await nodes.started(pool, OTHER, "other")
    await save(pool, replace(UP, session=UUID(int=9), ref="CA9"), OTHER)

    async def left(node: UUID) -> set[str]:
        return {row["ref"] for row in await provider_calls.left_open(pool, "main", node, 30.0)}

    assert await left(NODE) == {"CA1"}
    assert await left(OTHER) == {"CA9", "CA1"}, "nobody has heard of the first"
    await pool.execute("update nodes set seen_at = now() - interval '1 minute'")
    assert await left(NODE) == {"CA1", "CA9"}
    await provider_calls.interrupted(pool, [SESSION])
    assert await left(NODE) == {"CA9"}
    phases = {row["session"]: row["phase"] for row in await provider_calls.of_call(pool, CALL)}
    assert phases[SESSION] == "interrupted"


async def test_calls_that_nobody_took_are_forgotten_and_others_go_with_theirs(pool: asyncpg.Pool) -> None:
    await begun(pool)
    await save(pool, replace(UP, session=UUID(int=9), call_id=None), NODE)
    await provider_calls.forget(pool, NOON + timedelta(days=1))
    assert await pool.fetchval("select count(*) from provider_calls") == 1
    await pool.execute("delete from calls")
    assert await pool.fetchval("select count(*) from provider_calls") == 0
    assert usage.KEPT_DAYS


async def test_costs_that_nobody_has_told_are_asked_for(pool: asyncpg.Pool) -> None:
    await begun(pool)
    await save(pool, replace(UP, ref="CA1", phase="over", state="completed", answered=NOON, ended=NOON), NODE)
    since = NOON - timedelta(days=1)
    assert [row["ref"] for row in await provider_calls.without_cost(pool, "main", since, 10)] == ["CA1"]
    await save(pool, TOLD, NODE)
    assert await provider_calls.without_cost(pool, "main", since, 10) == []


@pytest.mark.parametrize("record", [UP, replace(UP, code=486, ended=NOON, cost=0.1), TOLD])
def test_records_come_back_out_of_the_journal(record: ProviderCallKept | ProviderCallTold) -> None:
    assert record_json.decode(record_json.encode(record)) == record
