from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from mediaserver.errors import DatabaseError
from mediaserver.storage import record_json, store
from mediaserver.storage.records import CallAnswered, EventHappened, LegClosed
from tests.mediaserver.samples import CALL, LEG, START, ended, started, turn, whole_call


async def count(pool: asyncpg.Pool, table: str) -> int:
    return int(await pool.fetchval(f"select count(*) from {table}"))


async def test_the_schema_can_be_applied_again_and_keeps_what_is_there(pool: asyncpg.Pool) -> None:
    await store.save(pool, started())
    await store.apply_schema(pool)
    assert await count(pool, "calls") == 1


async def test_a_newer_database_is_refused(pool: asyncpg.Pool) -> None:
    await pool.execute("update meta set value = '99'")
    with pytest.raises(DatabaseError, match=r"schema 99.*update VoiceForge"):
        await store.apply_schema(pool)


async def test_a_whole_call_can_be_read_back(pool: asyncpg.Pool) -> None:
    for record in whole_call():
        await store.save(pool, record)
    row = await store.call(pool, CALL)
    assert row is not None
    assert (row["state"], row["why"], row["ended_by"], row["recorded"], row["turns"]) == (
        "ended", "hung up", "caller", True, 2,
    )  # fmt: skip
    assert row["booking"] == await store.booking(pool, CALL) == {
        "place": "mountain view", "day": "2026-11-22", "time": "14:30", "minutes": 30, "people": 2,
        "status": "confirmed",
    }  # fmt: skip
    lines = await store.transcript(pool, CALL)
    assert [(line["speaker"], line["heard"]) for line in lines] == [
        ("agent", "Hello"), ("caller", "mountain view"),
    ]  # fmt: skip
    assert lines[1]["latency"] == {"stt": 40.5}
    (leg,) = await store.legs(pool, CALL)
    assert leg["id"] == LEG and leg["stats"] == {"mos": 4.1} and leg["codec"] == "PCMU"
    assert await store.events(pool, CALL) == [{"at_ms": 1200, "kind": "dtmf", "data": {"digit": "5"}}]
    assert await store.recording(pool, CALL) == {
        "path": "/data/x.wav", "seconds": 2.5, "size_bytes": 160_044,
    }  # fmt: skip
    assert [call["id"] for call in await store.recent_calls(pool)] == [CALL]


async def test_every_record_twice_is_harmless(pool: asyncpg.Pool) -> None:
    for record in whole_call():
        await store.save(pool, record)
        await store.save(pool, record)
    first = [await store.call(pool, CALL), await store.transcript(pool, CALL), await store.legs(pool, CALL)]
    for record in whole_call():
        await store.save(pool, record)
    assert first == [
        await store.call(pool, CALL), await store.transcript(pool, CALL), await store.legs(pool, CALL),
    ]  # fmt: skip
    for table in ("calls", "legs", "events", "recordings", "bookings"):
        assert await count(pool, table) == 1
    assert await count(pool, "turns") == 2


async def test_a_turn_written_again_replaces_its_line(pool: asyncpg.Pool) -> None:
    await store.save(pool, started())
    await store.save(pool, turn(0, "hello there"))
    await store.save(pool, replace(turn(0, "hello there"), heard="hello", interrupted=True))
    (line,) = await store.transcript(pool, CALL)
    assert line["heard"] == "hello" and line["interrupted"]


async def test_text_that_postgresql_cannot_hold_is_mended(pool: asyncpg.Pool) -> None:
    await store.save(pool, replace(started(), from_uri="sip:\0a\udcff@h" + "x" * 5000))
    await store.save(pool, turn(0, "nul \0 in the middle"))
    await store.save(pool, EventHappened(CALL, 1, "odd", {"a\0": ["\0", float("nan"), {"b": object}]}))
    row = await store.call(pool, CALL)
    assert row is not None and row["from_uri"].startswith("sip:\ufffda?@h") and len(row["from_uri"]) == 2000
    assert (await store.events(pool, CALL))[0]["data"]["a\ufffd"][:2] == ["\ufffd", None]


async def test_a_record_of_an_unknown_call_or_leg_is_refused(pool: asyncpg.Pool) -> None:
    with pytest.raises(store.OrphanError):
        await store.save(pool, CallAnswered(uuid4(), START))
    with pytest.raises(store.OrphanError):
        await store.save(pool, ended())
    with pytest.raises(store.OrphanError):
        await store.save(pool, LegClosed(uuid4(), START, {}))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await store.save(pool, turn(0))


async def test_a_call_that_was_live_is_closed_as_interrupted_with_its_transcript(pool: asyncpg.Pool) -> None:
    await store.save(pool, started())
    await store.save(pool, CallAnswered(CALL, START))
    await store.save(pool, turn(0))
    await pool.execute("update turns set saved_at = $1", START + timedelta(seconds=42))
    other = uuid4()
    await store.save(pool, started(other))
    await store.save(pool, ended(other))

    assert await store.close_interrupted(pool) == 1
    row = await store.call(pool, CALL)
    assert row is not None
    assert (row["state"], row["why"], row["ended_by"]) == ("ended", "interrupted", "server")
    assert row["ended_at"] == START + timedelta(seconds=42)
    assert len(await store.transcript(pool, CALL)) == 1
    untouched = await store.call(pool, other)
    assert untouched is not None and untouched["why"] == "hung up"
    assert await store.close_interrupted(pool) == 0


async def test_a_call_without_any_sign_of_life_ended_when_it_started(pool: asyncpg.Pool) -> None:
    await store.save(pool, started())
    await store.close_interrupted(pool)
    row = await store.call(pool, CALL)
    assert row is not None and row["ended_at"] == START


async def test_the_true_end_replaces_interrupted(pool: asyncpg.Pool) -> None:
    await store.save(pool, started())
    await store.close_interrupted(pool)
    await store.save(pool, ended())
    row = await store.call(pool, CALL)
    assert row is not None and (row["why"], row["detail"]) == ("hung up", "")


def test_records_survive_json() -> None:
    for record in whole_call():
        assert record_json.decode(record_json.encode(record)) == record


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "3", "{}", '{"record": "TurnSaid", "data": {"x": 1}}', '{"record": "CallEnded", "data": 1}'],
)
def test_a_line_that_is_no_record_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError):
        record_json.decode(line)
