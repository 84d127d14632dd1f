"""What was called out, kept and read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from mediaserver.storage import outbound, record_json
from mediaserver.storage.records import OutboundUsed
from mediaserver.storage.saving import save

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST = OutboundUsed(NOON, "extension:101", 3, 60_000, 1_500_000)
ONE, TWO = UUID(int=1), UUID(int=2)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def test_a_row_grows_and_never_shrinks(pool: asyncpg.Pool) -> None:
    """An older record may come after a newer one, out of the journal."""
    for record in (replace(FIRST, calls=5, ms=90_000), FIRST, FIRST):
        await save(pool, record, ONE)
    minute = int(NOON.timestamp()) // 60
    assert await outbound.own(pool, ONE, NOON - DAY) == [(minute, "extension:101", 5, 90_000, 1_500_000)]
    assert await outbound.own(pool, ONE, NOON) == [] == await outbound.own(pool, TWO, NOON - DAY)


async def test_others_are_summed_up_since_a_minute_an_hour_and_a_day(pool: asyncpg.Pool) -> None:
    for ago in (timedelta(0), timedelta(minutes=30), timedelta(hours=5), timedelta(hours=25)):
        await save(pool, replace(FIRST, minute=NOON - ago), TWO)
    await save(pool, FIRST, ONE)
    (row,) = await outbound.of_others(pool, ONE, NOON - DAY, NOON - HOUR, NOON)
    assert row == {
        "scope": "extension:101", "calls_minute": 3, "calls_hour": 6, "calls_day": 9, "ms_day": 180_000,
        "micros_day": 4_500_000,
    }  # fmt: skip
    await outbound.forget(pool, NOON)
    assert await outbound.own(pool, TWO, NOON - 2 * DAY) == [
        (int(NOON.timestamp()) // 60, "extension:101", 3, 60_000, 1_500_000)
    ]


def test_a_record_comes_back_out_of_the_journal() -> None:
    assert record_json.decode(record_json.encode(FIRST)) == FIRST
