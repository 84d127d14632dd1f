"""Calls page by page, and that a filter says the same in SQL as in Python."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from mediaserver.storage.call_pages import CallsWanted, Place, page
from mediaserver.storage.records import CallEnded, OutcomeMade
from mediaserver.storage.saving import save
from tests.mediaserver.samples import START, started

MINUTE = timedelta(minutes=1)


def one(number: int) -> UUID:
    return UUID(int=number)


@pytest.fixture
async def calls(pool: asyncpg.Pool) -> asyncpg.Pool:
    """Six calls, two of which began at the same moment; the even ones are over."""
    for number in range(1, 7):
        at = START + MINUTE * (3 if number == 4 else number)
        record = replace(started(one(number)), at=at, from_uri=f"sip:Ann{number % 2}@h", to_uri="+4930100")
        if number == 5:
            record = replace(record, agent="100%_sure", direction="outbound")
        await save(pool, record)
        if not number % 2:
            await save(pool, CallEnded(one(number), at + MINUTE, "caller", "hung up", None))
    await save(pool, OutcomeMade(one(2), "booking", "confirmed", {}))
    return pool


async def numbers(
    pool: asyncpg.Pool, wanted: CallsWanted, after: Place | None = None, limit: int = 9
) -> list[int]:
    return [row["id"].int for row in await page(pool, wanted, after, limit)]


async def test_pages_follow_each_other_without_a_gap_whatever_comes_in_between(calls: asyncpg.Pool) -> None:
    seen: list[int] = []
    after: Place | None = None
    while found := await page(calls, CallsWanted(), after, 2):
        seen += [row["id"].int for row in found]
        after = found[-1]["started_at"], found[-1]["id"]
        await save(calls, replace(started(one(100 + len(seen))), at=START + MINUTE * 50))
    assert seen == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (CallsWanted(), [6, 5, 4, 3, 2, 1]),
        (CallsWanted(live=True), [5, 3, 1]),
        (CallsWanted(live=False), [6, 4, 2]),
        (CallsWanted(direction="outbound"), [5]),
        (CallsWanted(agent="100%_sure"), [5]),
        (CallsWanted(agent="demo", live=True), [3, 1]),
        (CallsWanted(sender="ANN0"), [6, 4, 2]),
        (CallsWanted(sender="%"), []),
        (CallsWanted(to="4930"), [6, 5, 4, 3, 2, 1]),
        (CallsWanted(since=START + MINUTE * 5), [6, 5]),
        (CallsWanted(since=START + MINUTE * 2, until=START + MINUTE * 5), [4, 3, 2]),
        (CallsWanted(outcome="confirmed"), [2]),
        (CallsWanted(outcome="held"), []),
    ],
)
async def test_each_filter_by_itself(calls: asyncpg.Pool, wanted: CallsWanted, expected: list[int]) -> None:
    assert await numbers(calls, wanted) == expected
    if not wanted.outcome:
        up: list[Any] = [row for row in await page(calls, CallsWanted(live=True), None, 9)]
        assert [row["id"].int for row in up if wanted.fits(row)] == [n for n in expected if n % 2]
