"""What was used, counted once and summed up by day."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from mediaserver.storage import record_json, usage
from mediaserver.storage.quotas import months_to_date
from mediaserver.storage.records import UsageCounted, UsageKind
from mediaserver.storage.saving import save
from tests.mediaserver.samples import CALL

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = NOON.date()
KEY, OTHER, NODE = UUID(int=1), UUID(int=2), UUID(int=9)
FIRST = UsageCounted(
    UUID(int=100), NOON, KEY, UsageKind.TTS_CHARACTERS, 120.0, "espeak", "demo", "booking", CALL
)


def another(**changes: object) -> UsageCounted:
    return replace(FIRST, id=uuid4(), **changes)  # type: ignore[arg-type]


async def month(pool: asyncpg.Pool, owner: UUID = KEY, day: date = TODAY) -> dict[str, float]:
    used = (await months_to_date(pool, [owner], day)).get(owner, {})
    return {str(kind): amount for kind, amount in used.items()}


async def test_a_record_that_comes_twice_counts_once(pool: asyncpg.Pool) -> None:
    for record in (FIRST, FIRST, another(amount=30.0)):
        await save(pool, record, NODE)
    await save(pool, FIRST, UUID(int=10))
    assert await month(pool) == {"tts_characters": 150.0}
    assert await pool.fetchval("select count(*) from usage_days") == 1


async def test_a_month_is_the_keys_own_and_begins_on_the_first(pool: asyncpg.Pool) -> None:
    await save(pool, another(at=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), amount=1.0))
    # Already November there, still October in UTC.
    east = datetime.fromisoformat("2026-11-01T01:00:00+02:00")
    await save(pool, another(at=east, amount=2.0))
    await save(pool, another(at=datetime(2026, 11, 1, tzinfo=UTC), amount=4.0))
    await save(pool, another(amount=8.0, kind=UsageKind.CALLS, engine=""))
    await save(pool, another(amount=16.0, owner=OTHER))
    await save(pool, another(amount=32.0, owner=None))
    assert await month(pool) == {"tts_characters": 4.0, "calls": 8.0}
    assert await month(pool, OTHER) == {"tts_characters": 16.0}
    assert await month(pool, KEY, date(2026, 10, 31)) == {"tts_characters": 3.0}


async def test_known_costs_are_kept_apart_from_what_has_no_price(pool: asyncpg.Pool) -> None:
    await save(pool, another(cost=0.5))
    await save(pool, another(amount=80.0))
    await save(pool, another(amount=1.0, cost=math.inf))
    row = await pool.fetchrow("select amount, priced, cost from usage_days")
    assert tuple(row) == (201.0, 120.0, 0.5)


@pytest.mark.parametrize("amount", [math.nan, math.inf, -1.0])
async def test_an_amount_that_is_none_is_refused(pool: asyncpg.Pool, amount: float) -> None:
    with pytest.raises(ValueError, match="tts_characters cannot have been used"):
        await save(pool, another(amount=amount))


async def test_single_counts_are_forgotten_and_days_stay(pool: asyncpg.Pool) -> None:
    await save(pool, FIRST)
    row = await pool.fetchrow("select * from usage_counts")
    assert UsageCounted(**{**dict(row), "kind": UsageKind(row["kind"])}) == FIRST
    await save(pool, another(at=NOON + timedelta(hours=1), call_id=None))
    assert [await usage.forget(pool, NOON + timedelta(seconds=1), 5) for _ in range(2)] == [1, 0]
    assert await pool.fetch("select call_id from usage_counts") == [(None,)]
    assert await month(pool) == {"tts_characters": 240.0}


@pytest.mark.parametrize("record", [FIRST, replace(FIRST, owner=None, call_id=None, cost=0.25)])
def test_a_record_comes_back_out_of_the_journal(record: UsageCounted) -> None:
    back = record_json.decode(record_json.encode(record))
    assert isinstance(back, UsageCounted) and back == record and isinstance(back.kind, UsageKind)
