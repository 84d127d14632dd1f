"""Calls by the version of the flow that they had, and two versions beside each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg

from mediaserver.storage import calls, flow_runs, flows, outcomes
from mediaserver.storage.call_pages import CallsWanted, page
from mediaserver.storage.records import CallAnswered, EventHappened, FlowRun, OutcomeMade, Record
from mediaserver.storage.saving import save
from tests.mediaserver.samples import START, ended, started, turn


async def call(
    pool: asyncpg.Pool,
    number: int,
    version: int,
    *,
    status: str = "",
    turns: int = 0,
    seconds: int = 10,
    transferred: bool = False,
    live: bool = False,
) -> UUID:
    call_id = UUID(int=number)
    records: list[Record] = [
        started(call_id), FlowRun(call_id, "desk", version), CallAnswered(call_id, START),
        *(replace(turn(index, "yes"), call_id=call_id, speaker="caller") for index in range(turns)),
    ]  # fmt: skip
    if status:
        records.append(OutcomeMade(call_id, "desk", status, {}, version))
    if transferred:
        records.append(EventHappened(call_id, 5, "transfer_accepted", {"to": "101"}))
    if not live:
        records.append(replace(ended(call_id), at=START + timedelta(seconds=seconds)))
    for record in records:
        await save(pool, record)
    return call_id


async def test_a_call_names_its_flow_and_version_also_when_it_comes_to_nothing(pool: asyncpg.Pool) -> None:
    call_id = await call(pool, 1, 3)
    await save(pool, FlowRun(call_id, "desk", 3))
    row = await calls.one(pool, call_id)
    assert row is not None and row["flows"] == [{"flow": "desk", "version": 3}]
    assert (await page(pool, CallsWanted(), None, 1))[0]["flows"] == row["flows"]


async def test_an_outcome_names_its_version(pool: asyncpg.Pool) -> None:
    call_id = await call(pool, 1, 3, status="held")
    await save(pool, OutcomeMade(call_id, "desk", "confirmed", {}, 4))
    (outcome,) = await outcomes.of_call(pool, call_id)
    assert (outcome["status"], outcome["flow_version"]) == ("confirmed", 4)


async def test_two_versions_are_compared_by_what_their_calls_came_to(pool: asyncpg.Pool) -> None:
    await call(pool, 1, 1, status="confirmed", turns=2, seconds=20)
    await call(pool, 2, 1, status="confirmed", turns=4, seconds=40, transferred=True)
    await call(pool, 3, 1)
    await call(pool, 4, 2, status="cancelled", turns=5, seconds=30)
    await call(pool, 5, 2, live=True, turns=9, status="confirmed")
    await call(pool, 6, 3, status="confirmed")
    second, first, nobody = await flow_runs.compared(pool, "desk", (2, 1, 7))
    assert first == {
        "version": 1, "calls": 3, "live": 0, "none": 1, "turns": 2.0, "seconds": 70 / 3, "transfers": 1,
        "outcomes": {"confirmed": 2},
    }  # fmt: skip
    assert second == {
        "version": 2, "calls": 1, "live": 1, "none": 0, "turns": 5.0, "seconds": 30.0, "transfers": 0,
        "outcomes": {"cancelled": 1},
    }  # fmt: skip
    assert nobody == {
        "version": 7, "calls": 0, "live": 0, "none": 0, "turns": None, "seconds": None, "transfers": 0,
        "outcomes": {},
    }  # fmt: skip


async def test_calls_of_a_flow_that_was_removed_count_for_no_later_one_of_its_name(
    pool: asyncpg.Pool,
) -> None:
    await call(pool, 1, 1, status="confirmed")
    async with pool.acquire() as connection:
        await flows.save(connection, "desk", {}, state="valid")
    await call(pool, 2, 1)
    (row,) = await flow_runs.compared(pool, "desk", [1])
    assert (row["calls"], row["outcomes"]) == (1, {})
