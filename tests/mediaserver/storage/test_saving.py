from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from mediaserver.storage import (
    calls,
    events,
    hearing,
    legs,
    nodes,
    outcomes,
    record_json,
    recordings,
    summaries,
    turns,
)
from mediaserver.storage.call_pages import CallsWanted, page
from mediaserver.storage.records import (
    CallAnswered,
    EventHappened,
    LegClosed,
    LegOpened,
    OutcomeMade,
    SummaryMade,
    SummaryWanted,
)
from mediaserver.storage.saving import save
from mediaserver.storage.sql import OrphanError
from tests.mediaserver.samples import CALL, HEARING, LEG, ROOM, START, ended, started, turn, whole_call


async def count(pool: asyncpg.Pool, table: str) -> int:
    return int(await pool.fetchval(f"select count(*) from {table}"))


async def test_a_whole_call_can_be_read_back(pool: asyncpg.Pool) -> None:
    for record in whole_call():
        await save(pool, record)
    row = await calls.one(pool, CALL)
    assert row is not None
    assert (row["state"], row["why"], row["ended_by"]) == ("ended", "hung up", "caller")
    assert (row["recorded"], row["turns"], row["messages_left"]) == (True, 2, 1)
    assert (row["agent"], row["agent_version"]) == ("demo", 3) and row["about"] == {"bill": 12.5}
    outcome = {"flow": "booking", "status": "confirmed", "data": ROOM}
    assert row["outcomes"] == [outcome]
    (made,) = await outcomes.of_call(pool, CALL)
    assert made.items() >= outcome.items()
    lines = await turns.of_call(pool, CALL)
    assert [(line["speaker"], line["heard"]) for line in lines] == [
        ("agent", "Hello"), ("caller", "mountain view"),
    ]  # fmt: skip
    assert lines[1]["latency"] == {"stt": 40.5}
    (leg,) = await legs.of_call(pool, CALL)
    assert leg["id"] == LEG and leg["ref"] == "abc@h" and leg["codec"] == "PCMU"
    assert leg["stats"] == {"mos": 4.1}
    assert await events.of_call(pool, CALL) == [{"at_ms": 1200, "kind": "dtmf", "data": {"digit": "5"}}]
    assert await recordings.of_call(pool, CALL) == {
        "path": "/data/x.wav", "seconds": 2.5, "size_bytes": 160_044,
    }  # fmt: skip
    assert await hearing.of_call(pool, CALL) == HEARING
    made_of_it = await summaries.of_call(pool, CALL)
    assert made_of_it == {
        "state": "made", "mode": "auto", "summary": "A room was booked.", "outcome": "achieved",
        "follow_ups": ["send the key"], "made_by": "model", "model": "wise-1", "prompt_tokens": 300,
        "completion_tokens": 20, "cost": 0.002, "fault": "",
    }  # fmt: skip
    assert row["summary"] == "A room was booked."
    assert [call["id"] for call in await page(pool, CallsWanted(), None, 9)] == [CALL]


async def test_a_call_between_phones_has_no_agent(pool: asyncpg.Pool) -> None:
    await save(pool, replace(started(), app="extension", agent="", agent_version=None))
    row = await calls.one(pool, CALL)
    assert row is not None and (row["agent"], row["agent_version"]) == (None, None)


async def test_every_record_twice_is_harmless(pool: asyncpg.Pool) -> None:
    for record in whole_call():
        await save(pool, record)
        await save(pool, record)
    first = [await calls.one(pool, CALL), await turns.of_call(pool, CALL), await legs.of_call(pool, CALL)]
    for record in whole_call():
        await save(pool, record)
    assert first == [
        await calls.one(pool, CALL), await turns.of_call(pool, CALL), await legs.of_call(pool, CALL),
    ]  # fmt: skip
    for table in ("calls", "legs", "events", "recordings", "outcomes", "hearing_reports", "call_summaries"):
        assert await count(pool, table) == 1
    assert await count(pool, "turns") == 2


async def test_a_turn_written_again_replaces_its_line(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    await save(pool, turn(0, "hello there"))
    await save(pool, replace(turn(0, "hello there"), heard="hello", interrupted=True))
    (line,) = await turns.of_call(pool, CALL)
    assert line["heard"] == "hello" and line["interrupted"]


async def test_text_that_postgresql_cannot_hold_is_mended(pool: asyncpg.Pool) -> None:
    await save(pool, replace(started(), from_uri="sip:\0a\udcff@h" + "x" * 5000))
    await save(pool, turn(0, "nul \0 in the middle"))
    await save(pool, EventHappened(CALL, 1, "odd", {"a\0": ["\0", float("nan"), {"b": object}]}))
    row = await calls.one(pool, CALL)
    assert row is not None and row["from_uri"].startswith("sip:\ufffda?@h") and len(row["from_uri"]) == 2000
    assert (await events.of_call(pool, CALL))[0]["data"]["a\ufffd"][:2] == ["\ufffd", None]


async def test_a_record_of_an_unknown_call_or_leg_is_refused(pool: asyncpg.Pool) -> None:
    with pytest.raises(OrphanError):
        await save(pool, CallAnswered(uuid4(), START))
    with pytest.raises(OrphanError):
        await save(pool, ended())
    with pytest.raises(OrphanError):
        await save(pool, LegClosed(uuid4(), START, {}))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await save(pool, turn(0))


async def test_a_call_that_was_live_is_closed_as_interrupted_with_its_transcript(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    await save(pool, CallAnswered(CALL, START))
    await save(pool, turn(0))
    await pool.execute("update turns set saved_at = $1", START + timedelta(seconds=42))
    other = uuid4()
    await save(pool, started(other))
    await save(pool, ended(other))

    assert await nodes.close_calls(pool, None) == [(CALL, START)]
    row = await calls.one(pool, CALL)
    assert row is not None
    assert (row["state"], row["why"], row["ended_by"]) == ("ended", "interrupted", "server")
    assert row["ended_at"] == START + timedelta(seconds=42)
    assert len(await turns.of_call(pool, CALL)) == 1
    untouched = await calls.one(pool, other)
    assert untouched is not None and untouched["why"] == "hung up"
    assert await nodes.close_calls(pool, None) == []


async def test_a_call_without_any_sign_of_life_ended_when_it_started(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    await nodes.close_calls(pool, None)
    row = await calls.one(pool, CALL)
    assert row is not None and row["ended_at"] == START


async def test_the_true_end_replaces_interrupted(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    await nodes.close_calls(pool, None)
    await save(pool, ended())
    row = await calls.one(pool, CALL)
    assert row is not None and (row["why"], row["detail"]) == ("hung up", "")


def test_records_survive_json() -> None:
    for record in (*whole_call(), replace(started(), owner=uuid4())):
        assert record_json.decode(record_json.encode(record)) == record


def test_a_record_that_cannot_be_written_down_is_a_line_that_is_no_record() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    line = record_json.encode(EventHappened(CALL, 1, "llm", {"usage": deep}), reason="too deep")
    assert json.loads(line)["reason"] == "too deep"
    with pytest.raises(ValueError):
        record_json.decode(line)


async def test_no_count_is_too_large_for_a_summary_to_be_kept(pool: asyncpg.Pool) -> None:
    """It was refused, waited on, and was paid for again every five minutes."""
    for record in (started(), SummaryWanted(CALL, "model", ("m",), "en")):
        await save(pool, record)
    await save(
        pool, SummaryMade(CALL, "A room was booked.", "achieved", prompt_tokens=2**39, completion_tokens=-5)
    )
    row = await summaries.of_call(pool, CALL)
    assert row is not None and (row["state"], row["completion_tokens"]) == ("made", 0)


def test_the_journal_of_the_first_version_is_still_read() -> None:
    leg = (
        '{"record": "LegOpened", "data": {"leg_id": "22222222-2222-4222-8222-222222222222", "call_id": '
        '"11111111-1111-4111-8111-111111111111", "kind": "sip", "sip_call_id": "abc@h", "remote": "r", '
        '"codec": "PCMU", "at": "2026-11-21T09:00:00+00:00"}}'
    )
    assert record_json.decode(leg) == LegOpened(LEG, CALL, "sip", "abc@h", "r", "PCMU", START)
    booking = (
        '{"record": "BookingMade", "data": {"call_id": "11111111-1111-4111-8111-111111111111", "place": '
        '"mountain view", "day": "2026-11-22", "time": "14:30", "minutes": 30, "people": 2, '
        '"status": "held"}}'
    )
    assert record_json.decode(booking) == OutcomeMade(CALL, "booking", "held", ROOM)
    call = (
        '{"record": "CallStarted", "data": {"call_id": "11111111-1111-4111-8111-111111111111", "direction": '
        '"inbound", "from_uri": "sip:ann@h", "to_uri": "sip:demo@h", "app": "demo", "at": '
        '"2026-11-21T09:00:00+00:00"}}'
    )
    assert record_json.decode(call) == replace(started(), agent="", agent_version=None, about={})


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "3", "{}", '{"record": "TurnSaid", "data": {"x": 1}}', '{"record": "CallEnded", "data": 1}'],
)
def test_a_line_that_is_no_record_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError):
        record_json.decode(line)


async def test_the_legs_of_an_interrupted_call_are_closed_with_it(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    await save(pool, LegOpened(LEG, CALL, "sip", "abc@h", "r", "PCMU", START + timedelta(seconds=3)))
    await nodes.close_calls(pool, None)
    (leg,) = await legs.of_call(pool, CALL)
    assert leg["closed_at"] == START + timedelta(seconds=3)


async def test_a_hearing_report_with_a_figure_that_is_none_is_kept_without_it(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    await save(pool, replace(HEARING, snr_db=float("nan"), dc_pct=float("inf"), timings={"duck_p50": 1e999}))
    kept = await hearing.of_call(pool, CALL)
    assert kept is not None
    assert kept.snr_db is None and kept.dc_pct == 0.0 and kept.timings == {}


async def test_a_call_without_a_hearing_report_has_none(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    assert await hearing.of_call(pool, CALL) is None


async def test_a_call_shows_what_its_language_models_cost(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    row = await calls.one(pool, CALL)
    assert row is not None and row["llm_cost"] is None
    for at_ms, cost in enumerate([0.25, None, 0.5, "much"]):
        await save(pool, EventHappened(CALL, at_ms, "llm", {"cost": cost}))
    row = await calls.one(pool, CALL)
    assert row is not None and row["llm_cost"] == pytest.approx(0.75)
