"""Usage summed up and priced."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from mediaserver.storage import usage_prices, usage_report
from mediaserver.storage.records import UsageCounted, UsageKind
from mediaserver.storage.saving import save
from mediaserver.storage.usage_prices import UnitPrice
from mediaserver.storage.usage_report import UsageBy, UsageFilter

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
SPOKEN = UsageCounted(uuid4(), NOON, ONE, UsageKind.TTS_CHARACTERS, 1000.0, "espeak", "demo", "booking")
MONTH = UsageFilter(date(2026, 11, 1), date(2026, 11, 30))


async def count(pool: asyncpg.Pool, **changes: Any) -> None:
    await save(pool, replace(SPOKEN, id=uuid4(), **changes))


async def price(pool: asyncpg.Pool, *prices: UnitPrice) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await usage_prices.replace_all(connection, prices)


async def costs(pool: asyncpg.Pool, *by: UsageBy, wanted: UsageFilter = MONTH) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await usage_report.report(pool, wanted, by, 100)]


async def test_without_a_price_there_is_no_cost(pool: asyncpg.Pool) -> None:
    await count(pool)
    assert await costs(pool) == [("tts_characters", 1000.0, None, 1000.0)]


async def test_the_price_of_an_engine_comes_before_that_of_any(pool: asyncpg.Pool) -> None:
    await count(pool)
    await count(pool, engine="other")
    await price(
        pool,
        UnitPrice(UsageKind.TTS_CHARACTERS, "*", 2.0, 1000.0),
        UnitPrice(UsageKind.TTS_CHARACTERS, "espeak", 0.0),
        UnitPrice(UsageKind.TTS_SECONDS, "other", 9.0),
    )
    assert await costs(pool, UsageBy.ENGINE) == [
        ("espeak", "tts_characters", 1000.0, 0.0, 0.0), ("other", "tts_characters", 1000.0, 2.0, 0.0),
    ]  # fmt: skip


async def test_a_price_counts_from_its_day_on(pool: asyncpg.Pool) -> None:
    for day in (10, 15, 20):
        await count(pool, at=NOON.replace(day=day))
    first = UnitPrice(UsageKind.TTS_CHARACTERS, "espeak", 1.0, 1000.0, date(2026, 11, 15))
    await price(pool, first, replace(first, price=3.0, since=date(2026, 11, 20)))
    assert await costs(pool, UsageBy.DAY) == [
        (date(2026, 11, 10), "tts_characters", 1000.0, None, 1000.0),
        (date(2026, 11, 15), "tts_characters", 1000.0, 1.0, 0.0),
        (date(2026, 11, 20), "tts_characters", 1000.0, 3.0, 0.0),
    ]
    assert await costs(pool) == [("tts_characters", 3000.0, 4.0, 1000.0)]


async def test_a_cost_that_was_known_stays_and_the_rest_is_priced(pool: asyncpg.Pool) -> None:
    tokens = {"kind": UsageKind.LLM_COMPLETION_TOKENS, "engine": "wise-1"}
    await count(pool, **tokens, amount=10.0, cost=0.5)
    await count(pool, **tokens, amount=40.0)
    assert await costs(pool) == [("llm_completion_tokens", 50.0, 0.5, 40.0)]
    await price(pool, UnitPrice(UsageKind.LLM_COMPLETION_TOKENS, "wise-1", 2.0, 10.0))
    assert await costs(pool) == [("llm_completion_tokens", 50.0, 8.5, 0.0)]


@pytest.mark.parametrize(
    ("narrowed", "amounts"),
    [
        ({"owner": ONE}, [1000.0]),
        ({"owner": TWO}, [5.0]),
        ({"owner": UUID(int=0)}, [7.0]),
        ({"agent": "other"}, [5.0]),
        ({"flow": ""}, [7.0]),
        ({"engine": "e"}, [7.0]),
        ({"kind": UsageKind.CALLS}, [7.0]),
        ({"until": date(2026, 11, 21)}, []),
        ({"since": date(2026, 11, 23)}, []),
    ],
)
async def test_what_is_asked_for_alone_is_summed_up(
    pool: asyncpg.Pool, narrowed: dict[str, Any], amounts: list[float]
) -> None:
    await count(pool)
    await count(pool, owner=TWO, agent="other", amount=5.0)
    await count(pool, owner=None, flow="", engine="e", kind=UsageKind.CALLS, amount=7.0)
    rows = await usage_report.report(pool, replace(MONTH, **narrowed), (), 100)
    assert [row["amount"] for row in rows] == amounts


async def test_one_row_more_than_is_wanted_tells_that_there_are_more(pool: asyncpg.Pool) -> None:
    for number in range(4):
        await count(pool, engine=f"engine {number}")
    assert len(await usage_report.report(pool, MONTH, [UsageBy.ENGINE], 2)) == 3


async def test_prices_are_replaced_as_a_whole(pool: asyncpg.Pool) -> None:
    one, two = UnitPrice(UsageKind.CALLS, "*", 1.0), UnitPrice(UsageKind.REQUESTS, "*", 2.0, 1000.0)
    await price(pool, one)
    await price(pool, two)
    assert await usage_prices.all_prices(pool) == [two]
    with pytest.raises(asyncpg.UniqueViolationError):
        await price(pool, one, one)
    assert await usage_prices.all_prices(pool) == [two]
