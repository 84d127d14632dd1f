"""`/api/analytics`: figures of calls, made of their own records."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api import reporting
from api.access.asker import Asker, How
from api.access.scopes import Scope
from api.analytics import routes
from mediaserver.storage.records import (
    CallAnswered,
    CallEnded,
    EventHappened,
    FlowRun,
    LegClosed,
    LegOpened,
    OutcomeMade,
    TurnSaid,
)
from mediaserver.storage.saving import save
from mediaserver.storage.sql import Database
from tests.api.accounts import Account, account
from tests.mediaserver.samples import START, started

ADMIN = Asker(None, "operator", frozenset({Scope.ADMIN}), How.TOKEN)
WHEN = {"since": "2026-11-21T00:00:00Z", "until": "2026-11-22T00:00:00Z"}
REPORTS = ("summary", "latency", "interruptions", "confidence", "outcomes", "quality")


@pytest.fixture
async def key(pool: asyncpg.Pool) -> UUID:
    found: UUID = await pool.fetchval(
        "insert into api_keys (name, prefix, hash, scopes) values ('a', 'vf_a', sha256('a'), '{}') "
        "returning id"
    )
    return found


async def call(
    pool: asyncpg.Pool, number: int, *, agent: str = "demo", flow: str = "", owner: UUID | None = None
) -> UUID:
    """A call of `number` minutes, a day after the one of before; one of 0 was not answered."""
    call_id, began = uuid4(), START + timedelta(hours=number)
    await save(pool, replace(started(call_id), at=began, agent=agent, owner=owner))
    if flow:
        await save(pool, FlowRun(call_id, flow, 1))
    if number:
        await save(pool, CallAnswered(call_id, began))
    why = "hung up" if number else "no answer"
    await save(pool, CallEnded(call_id, began + timedelta(minutes=number), "caller", why, None))
    return call_id


@pytest.fixture
async def desk(pool: asyncpg.Pool) -> AsyncIterator[Account]:
    async with account([routes], pool) as desk:
        desk.who = ADMIN
        yield desk


async def items(desk: Account, report: str, **query: Any) -> list[dict[str, Any]]:
    answer = await desk.client.get(f"/api/analytics/{report}", params=WHEN | query)
    content = await answer.json()
    assert answer.status == 200, content
    found: list[dict[str, Any]] = content["items"]
    return found


async def test_calls_are_counted_and_measured(desk: Account, pool: asyncpg.Pool) -> None:
    for number in (0, 1, 3):
        await call(pool, number)
    await call(pool, 2, agent="other")
    await call(pool, 24)  # of another day
    assert await items(desk, "summary") == [
        {
            "calls": 4, "answered": 3, "live": 0, "unanswered": 1, "failed": 0, "answer_rate": 0.75,
            "seconds": 360.0, "mean_seconds": 120.0,
        }
    ]  # fmt: skip
    by_agent = await items(desk, "summary", by="agent")
    assert [(row["agent"], row["calls"]) for row in by_agent] == [("demo", 3), ("other", 1)]
    assert [row["calls"] for row in await items(desk, "summary", agent="other")] == [1]
    assert [row["day"] for row in await items(desk, "summary", by="day")] == ["2026-11-21"]


async def test_latency_is_given_in_percentiles_of_its_parts(desk: Account, pool: asyncpg.Pool) -> None:
    call_id = await call(pool, 1)
    for index in range(101):
        figures = {"voice_to_voice": 200.0 + index, "stt": 1.0 * index}
        await save(pool, TurnSaid(call_id, index, "agent", "a", "a", 0, 1, latency=figures))
    await save(pool, TurnSaid(call_id, 200, "caller", "a", "a", 0, 1, latency={"stt": 9000.0}))
    await save(pool, TurnSaid(call_id, 201, "agent", "a", "a", 0, 1, latency={"voice_to_voice": "odd"}))  # type: ignore[dict-item]
    typed = {"llm_first_token": 10.0, "text_to_text": 10.0}
    await save(pool, TurnSaid(call_id, 202, "agent", "a", "a", 0, 1, latency=typed))
    (row,) = await items(desk, "latency")
    assert row["turns"] == 101 and row["llm_first_token_p50"] is None, "what was typed is no voice"
    assert [row[f"voice_to_voice_p{each}"] for each in (50, 95, 99)] == [250.0, 295.0, 299.0]
    assert row["stt_p95"] == 95.0 and row["endpoint_p50"] is None


async def test_interruptions_and_what_came_of_sounds(desk: Account, pool: asyncpg.Pool) -> None:
    call_id = await call(pool, 1, flow="booking")
    for index, cut in enumerate((True, False, False, False)):
        await save(pool, TurnSaid(call_id, index, "agent", "a", "a", 0, 1, interrupted=cut))
    await save(pool, TurnSaid(call_id, 9, "caller", "a", "a", 0, 1))
    for at, outcome in enumerate(("taken", "noise", "backchannel")):
        await save(pool, EventHappened(call_id, at, "barge_in", {"outcome": outcome}))
    assert await items(desk, "interruptions", by="flow") == [
        {
            "flow": "booking",
            "lines": 4,
            "interrupted": 1,
            "interrupted_rate": 0.25,
            "taken": 1,
            "dismissed": 2,
        }
    ]


async def test_how_surely_callers_were_understood(desk: Account, pool: asyncpg.Pool) -> None:
    call_id = await call(pool, 1)
    for index, (sure, understood) in enumerate(((0.5, True), (1.0, True), (0.0, False), (None, True))):
        await save(
            pool, TurnSaid(call_id, index, "caller", "a", "a", 0, 1, confidence=sure, understood=understood)
        )
    (row,) = await items(desk, "confidence")
    assert (row["lines"], row["understood"], row["understood_rate"]) == (4, 3, 0.75)
    assert (row["confidence_mean"], row["confidence_p50"]) == (0.5, 0.5)


async def test_outcomes_are_words_of_their_flow(desk: Account, pool: asyncpg.Pool) -> None:
    for number, status in ((1, "confirmed"), (2, "confirmed"), (3, "held")):
        await save(pool, OutcomeMade(await call(pool, number), "booking", status, {}))
    assert await items(desk, "outcomes") == [
        {"flow": "booking", "outcome": "confirmed", "calls": 2},
        {"flow": "booking", "outcome": "held", "calls": 1},
    ]


async def test_quality_is_of_legs_that_are_over(desk: Account, pool: asyncpg.Pool) -> None:
    call_id = await call(pool, 1)
    for mos in (4.0, 2.0, None):
        leg = uuid4()
        await save(pool, LegOpened(leg, call_id, "sip", "r", "h", "PCMU", START))
        await save(pool, LegClosed(leg, START, {"mos": mos, "jitter_ms": 3.0}))
    await save(pool, LegOpened(uuid4(), call_id, "sip", "r", "h", "PCMU", START))
    (row,) = await items(desk, "quality")
    assert (row["legs"], row["mos_p50"], row["jitter_ms_p95"], row["rtt_ms_p50"]) == (3, 3.0, 3.0, None)


@pytest.mark.parametrize("report", REPORTS)
async def test_a_key_sees_its_own_calls_alone(
    desk: Account, pool: asyncpg.Pool, key: UUID, report: str
) -> None:
    for owner in (key, None):
        call_id = await call(pool, 1, owner=owner)
        leg = uuid4()
        for record in (
            TurnSaid(call_id, 0, "caller", "a", "a", 0, 1, confidence=1.0),
            TurnSaid(call_id, 1, "agent", "a", "a", 0, 1, latency={"voice_to_voice": 1.0}),
            OutcomeMade(call_id, "booking", "held", {}),
            LegOpened(leg, call_id, "sip", "r", "h", "PCMU", START),
            LegClosed(leg, START, {"mos": 4.0}),
        ):
            await save(pool, record)
    counted = {"summary": "calls", "latency": "turns", "outcomes": "calls", "quality": "legs"}.get(
        report, "lines"
    )
    seen = {}
    for who in (ADMIN, Asker(key, "a", frozenset({Scope.USAGE_READ}), How.KEY)):
        desk.who = who
        seen[who.name] = sum(row[counted] for row in await items(desk, report))
    assert seen == {"operator": 2, "a": 1}
    desk.who = None
    assert (await desk.client.get(f"/api/analytics/{report}", params=WHEN)).status == 403


@pytest.mark.parametrize("report", REPORTS)
async def test_all_of_them_are_written_as_csv_too(desk: Account, pool: asyncpg.Pool, report: str) -> None:
    query = [*WHEN.items(), ("by", "agent"), ("by", "day"), ("by", "flow"), ("format", "csv")]
    answer = await desk.client.get(f"/api/analytics/{report}", params=query)
    header = (await answer.text()).splitlines()[0].split(",")
    assert answer.content_type == "text/csv" and set(header) > {"agent", "day", "flow"}


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-11-22T00:00:00Z", "until": "2026-11-22T00:00:00Z"},
        {"since": "2026-01-01T00:00:00Z"},
        {"until": "0001-01-01T00:00:00Z"},
        {"since": "9999-12-31T23:59:59-12:00"},
        {"since": "yesterday"},
        {"by": "key"},
    ],
)
async def test_a_stretch_that_is_too_long_or_none_is_refused(desk: Account, query: dict[str, str]) -> None:
    answer = await desk.client.get("/api/analytics/summary", params=WHEN | query)
    assert answer.status == 400


async def test_what_the_database_takes_too_long_for_is_ended(
    desk: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(db: Database, *wanted: Any) -> list[Any]:
        return await db.fetch("select pg_sleep(60)")

    monkeypatch.setattr(reporting, "READ_S", 0.05)
    monkeypatch.setattr("mediaserver.storage.analytics.summary", slow)
    answer = await desk.client.get("/api/analytics/summary", params=WHEN)
    assert answer.status == 503 and (await answer.json())["error"]["code"] == "too_slow"
    monkeypatch.undo()
    assert await items(desk, "summary")


async def test_one_report_is_read_at_a_time_and_others_are_told_to_come_again(
    desk: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk.context.reporting:
        with monkeypatch.context() as patch:  # a report may take longer than that
            patch.setattr(reporting, "WAIT_S", 0.01)
            answer = await desk.client.get("/api/analytics/summary", params=WHEN)
    assert answer.status == 503 and answer.headers["Retry-After"] == "2"
    assert await asyncio.gather(items(desk, "summary"), items(desk, "quality"))


async def test_no_report_can_change_anything(desk: Account, pool: asyncpg.Pool, monkeypatch: Any) -> None:
    async def writes(db: Database, *wanted: Any) -> list[Any]:
        return await db.fetch("delete from calls returning id")

    await call(pool, 1)
    monkeypatch.setattr("mediaserver.storage.analytics.summary", writes)
    assert (await desk.client.get("/api/analytics/summary", params=WHEN)).status == 503
    assert await pool.fetchval("select count(*) from calls") == 1
