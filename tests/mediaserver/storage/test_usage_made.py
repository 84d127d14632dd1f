"""What is used and follows from the records of calls."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from mediaserver.storage import nodes, phone_prices
from mediaserver.storage.phone_prices import PhonePrice
from mediaserver.storage.presence import Presence
from mediaserver.storage.records import (
    CallAnswered,
    EventHappened,
    FlowRun,
    LegClosed,
    LegOpened,
    SummaryMade,
    SummaryWanted,
)
from mediaserver.storage.saving import save
from tests.mediaserver.samples import CALL, LEG, START, ended, started

NODE = uuid4()
ANSWER = {"model": "wise-1", "tokens_in": 300, "tokens_out": 20, "cost": 0.25, "rounds": 1}


async def counted(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    """Kind, engine, amount and cost of each count of the call."""
    return [(row["kind"], row["engine"], row["amount"], row["cost"]) for row in await of_call(pool)]


async def of_call(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    """Each count of the call, in the order of time."""
    rows: list[asyncpg.Record] = await pool.fetch(
        "select * from usage_counts where call_id = $1 order by at, kind, engine, id", CALL
    )
    return rows


async def begun(pool: asyncpg.Pool) -> None:
    await save(pool, started(), NODE)
    await save(pool, FlowRun(CALL, "booking", 2), NODE)
    await save(pool, CallAnswered(CALL, START + timedelta(seconds=1)), NODE)


async def test_a_call_that_is_over_is_one_of_so_many_seconds(pool: asyncpg.Pool) -> None:
    await begun(pool)
    assert await counted(pool) == []
    for _ in range(2):
        await save(pool, ended(), NODE)
    assert await counted(pool) == [("call_seconds", "", 59.0, None), ("calls", "", 1.0, None)]
    assert {(each["owner"], each["agent"], each["flow"], each["at"]) for each in await of_call(pool)} == {
        (None, "demo", "booking", ended().at)
    }


async def test_a_call_that_nobody_answered_has_no_length(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    await save(pool, ended())
    assert await counted(pool) == [("calls", "", 1.0, None)]


async def test_it_counts_for_the_key_whose_call_it_is(pool: asyncpg.Pool) -> None:
    key: UUID = await pool.fetchval(
        "insert into api_keys (name, prefix, hash, scopes) values ('a', 'vf_a', sha256('a'), '{}') "
        "returning id"
    )
    await save(pool, replace(started(), owner=key))
    await save(pool, ended())
    assert await pool.fetch("select owner, kind, amount from usage_days") == [(key, "calls", 1.0)]


async def test_tokens_of_an_answer_count_once_and_its_cost_with_them(pool: asyncpg.Pool) -> None:
    await begun(pool)
    for at_ms in (2000, 2000, 5000):
        await save(pool, EventHappened(CALL, at_ms, "llm", ANSWER))
    one = [("llm_completion_tokens", "wise-1", 20.0, 0.25), ("llm_prompt_tokens", "wise-1", 300.0, 0.0)]
    assert await counted(pool) == one + one
    assert [each["at"] for each in await of_call(pool)][::2] == [
        START + timedelta(seconds=3), START + timedelta(seconds=6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ({**ANSWER, "cost": None}, [("wise-1", 20.0, None), ("wise-1", 300.0, None)]),
        ({**ANSWER, "tokens_in": 0}, [("wise-1", 20.0, 0.25)]),
        ({"usage": {"input_tokens": 7, "output_tokens": 9}}, [("speech-to-speech", 9.0, None),
                                                             ("speech-to-speech", 7.0, None)]),
        (
            {"usage": {"input_tokens": 7, "output_tokens": 9}, "model": "gpt-realtime"},
            [("gpt-realtime", 9.0, None), ("gpt-realtime", 7.0, None)],
        ),
        ({**ANSWER, "tokens_in": math.nan, "tokens_out": "many"}, []),
        ({"fault": "it was cut"}, []),
    ],
)  # fmt: skip
async def test_only_what_is_a_number_of_tokens_counts(
    pool: asyncpg.Pool, data: dict[str, Any], wanted: list[Any]
) -> None:
    await begun(pool)
    await save(pool, EventHappened(CALL, 2000, "llm", data))
    assert [(engine, amount, cost) for _, engine, amount, cost in await counted(pool)] == wanted


async def test_what_a_summary_took_counts_for_its_call(pool: asyncpg.Pool) -> None:
    await begun(pool)
    await save(pool, SummaryWanted(CALL, "auto", ("wise",), "en"))
    made = SummaryMade(CALL, "Well.", "achieved", (), "model", "wise-1", 300, 20, 0.002)
    for _ in range(2):
        await save(pool, made)
    assert await counted(pool) == [
        ("llm_completion_tokens", "wise-1", 20.0, 0.002), ("llm_prompt_tokens", "wise-1", 300.0, 0.0),
    ]  # fmt: skip


async def test_a_call_whose_server_died_counts_too(pool: asyncpg.Pool) -> None:
    await nodes.started(pool, NODE, "h")
    await begun(pool)
    presence = Presence(pool, NODE)
    for _ in range(2):
        await presence.close_own()
    assert ("calls", "", 1.0, None) in await counted(pool)
    assert await pool.fetchval("select sum(amount) from usage_days where kind = 'calls'") == 1


def leg(of: UUID = LEG, **more: Any) -> LegOpened:
    known = {"direction": "out", "trunk": "acme", "number": "+441215550100"}
    return LegOpened(of, CALL, "sip", "a@h", "192.0.2.1", "PCMU", START, **(known | more))


async def test_each_leg_by_a_trunk_is_counted_by_its_direction_and_has_a_price(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await phone_prices.replace_all(
            connection,
            [
                PhonePrice("*", "out", "", 9.0),
                PhonePrice("*", "out", "+44", 0.06, connection=0.01, first_s=30, step_s=6),
                PhonePrice("*", "out", "+4412", 0.12, first_s=1, step_s=1),
                PhonePrice("*", "out", "+4412", 5.0, since=date(2026, 11, 22)),
                PhonePrice("best", "out", "", 0.6, first_s=1, step_s=1),
            ],
        )
    await begun(pool)
    legs = {
        "out": leg(UUID(int=1)), "dear": leg(UUID(int=2), number="+4479"),
        "in": leg(UUID(int=3), direction="in"), "best": leg(UUID(int=4), trunk="best"),
        "phone": leg(UUID(int=5), trunk=""), "up": leg(UUID(int=6)),
    }  # fmt: skip
    for each in legs.values():
        await save(pool, each, NODE)
    for name, seconds in (("out", 90), ("dear", 31), ("in", 20), ("best", 10), ("phone", 10)):
        closed = LegClosed(legs[name].leg_id, START + timedelta(seconds=seconds), {})
        await save(pool, closed, NODE)
        await save(pool, closed, NODE)
    found = sorted(await counted(pool))
    assert [(kind, engine, amount) for kind, engine, amount, _ in found] == [
        ("phone_seconds_in", "acme", 20.0), ("phone_seconds_out", "acme", 31.0),
        ("phone_seconds_out", "acme", 90.0), ("phone_seconds_out", "best", 10.0),
    ]  # fmt: skip
    assert [cost for *_, cost in found] == [
        None,
        pytest.approx(0.046),
        pytest.approx(0.18),
        pytest.approx(0.1),
    ]


async def test_legs_of_a_server_that_died_are_counted_too(pool: asyncpg.Pool) -> None:
    await nodes.started(pool, NODE, "h")
    await begun(pool)
    await save(pool, leg(), NODE)
    await Presence(pool, NODE).close_own()
    assert ("phone_seconds_out", "acme") in {each[:2] for each in await counted(pool)}


def test_steps_that_were_begun_are_paid() -> None:
    price = PhonePrice("*", "out", "", 0.6, connection=0.1, first_s=60, step_s=30)
    assert [round(price.of(s), 6) for s in (0, 60, 60.1, 90, 91)] == [0.7, 0.7, 1.0, 1.0, 1.3]
