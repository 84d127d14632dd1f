"""What events come of records: one for each that says something new, in the shape that was promised."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
from pydantic import TypeAdapter

from mediaserver.storage import nodes
from mediaserver.storage.agents import put_agent
from mediaserver.storage.outbox.shapes import TOPICS
from mediaserver.storage.records import (
    CallEnded,
    EventHappened,
    MessageKept,
    OutcomeMade,
    Record,
    SummaryMade,
    SummaryWanted,
    TurnSaid,
)
from mediaserver.storage.saving import save_all
from tests.mediaserver.samples import CALL, START, ended, started, turn, whole_call


async def write(pool: asyncpg.Pool, *records: Record) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await save_all(connection, records)


async def told(pool: asyncpg.Pool) -> list[tuple[str, dict[str, Any]]]:
    """All events, each held against the model of its topic."""
    rows = await pool.fetch("select topic, data from outbox order by seq")
    for row in rows:
        TypeAdapter(TOPICS[row["topic"]]).validate_json(row["data"])
    return [(row["topic"], json.loads(row["data"])) for row in rows]


async def topics(pool: asyncpg.Pool) -> list[str]:
    return [topic for topic, _ in await told(pool)]


async def test_a_call_is_told_from_its_beginning_to_its_end(pool: asyncpg.Pool) -> None:
    await write(pool, *whole_call())
    assert await topics(pool) == [
        "call.started", "call.answered", "turn", "turn", "dtmf", "outcome", "recording", "message",
        "call.ended", "summary",
    ]  # fmt: skip
    events = dict(await told(pool))
    assert events["call.started"]["from"] == "sip:ann@h" and events["call.started"]["about"] == {"bill": 12.5}
    assert events["dtmf"] == {"digit": "5", "at_ms": 1200, "duration_ms": None}
    assert "path" not in events["recording"] and "path" not in events["message"]
    over = events["call.ended"]
    assert (over["by"], over["why"], over["seconds"]) == ("caller", "hung up", 59.0)


async def test_what_is_written_a_second_time_tells_nothing(pool: asyncpg.Pool) -> None:
    """As after a connection that was lost at the commit, and a journal that is read again."""
    await write(pool, *whole_call())
    before = await told(pool)
    await write(pool, *whole_call())
    for record in whole_call():
        await write(pool, record, record)
    assert await told(pool) == before


async def test_a_line_is_told_when_it_is_over_and_not_for_each_word_that_is_heard(pool: asyncpg.Pool) -> None:
    line = TurnSaid(CALL, 0, "agent", "Hello, where to?", "", 0, 100, open=True)
    grows = [replace(line, heard=heard) for heard in ("", "Hello,", "Hello, where")]
    whole = replace(line, heard="Hello, where to?", ended_ms=900, open=False)
    await write(pool, started(), *grows)
    assert await topics(pool) == ["call.started"]
    await write(pool, whole)
    await write(pool, *grows, whole)  # read again from the journal
    ((_, data),) = (await told(pool))[1:]
    assert data["heard"] == "Hello, where to?"
    assert await pool.fetchval("select heard from turns") == "Hello, where to?"


async def test_a_line_that_is_mended_is_told_again(pool: asyncpg.Pool) -> None:
    """And what was told before is mended with it: a name may have been left out of it."""
    await write(pool, started(), turn(0, "I am Ann"), turn(1, "at two"))
    await write(pool, turn(0, "I am [name]"), turn(0, "I am [name]"))
    lines = [data["text"] for topic, data in await told(pool) if topic == "turn"]
    assert lines == ["I am [name]", "at two", "I am [name]"]


async def test_outcomes_and_messages_are_told_when_they_change(pool: asyncpg.Pool) -> None:
    held, confirmed = (OutcomeMade(CALL, "booking", status, {}) for status in ("held", "confirmed"))
    left = MessageKept(CALL, 0, 500, "/m.wav", 2.0, 64_000)
    await write(pool, started(), held, held, confirmed, held)
    await write(pool, left, left, replace(left, transcript="call me"), left)
    events = await told(pool)
    assert [data["status"] for topic, data in events if topic == "outcome"] == ["held", "confirmed", "held"]
    assert [data["transcript"] for topic, data in events if topic == "message"] == ["", "call me"]


async def test_the_steps_of_a_transfer_are_one_topic(pool: asyncpg.Pool) -> None:
    await write(
        pool,
        started(),
        EventHappened(CALL, 100, "transfer_begun", {"to": "sip:bob@h", "warm": True}),
        EventHappened(CALL, 900, "transfer_failed", {"to": "sip:bob@h", "reason": "busy"}),
        EventHappened(CALL, -1, "agent_transfer", {"agent": "billing", "node": "n"}),
        EventHappened(CALL, 950, "hold", {"held": True}),
    )
    steps = [data for topic, data in await told(pool) if topic == "transfer"]
    assert [step["step"] for step in steps] == ["begun", "failed", "agent"]
    assert steps[0] == {"step": "begun", "to": "sip:bob@h", "at_ms": 100, "detail": {"warm": True}}
    assert steps[2]["to"] == "billing" and steps[2]["at_ms"] is None


async def test_a_call_that_a_dead_server_left_is_told_as_ended_and_then_as_it_was(pool: asyncpg.Pool) -> None:
    await write(pool, started(), turn(0))
    await nodes.close_calls(pool, None)
    await nodes.close_calls(pool, None)
    await write(pool, ended())
    ends = [data for topic, data in await told(pool) if topic == "call.ended"]
    assert [(end["why"], end["answered_at"]) for end in ends] == [("interrupted", None), ("hung up", None)]


async def test_events_are_the_calls_owners_and_go_with_the_call(pool: asyncpg.Pool) -> None:
    owner, hash_ = uuid4(), b"h" * 32
    await pool.execute(
        "insert into api_keys (id, name, prefix, hash, scopes) values ($1, 'k', 'vf_k', $2, '{}')",
        owner,
        hash_,
    )
    await write(pool, replace(started(), owner=owner), turn(0))
    rows = await pool.fetch("select owner, at, call_id from outbox order by seq")
    assert [row["owner"] for row in rows] == [owner, owner] and rows[0]["at"] == START
    await pool.execute("delete from calls")
    assert await topics(pool) == []


async def test_a_failed_summary_is_told_with_why(pool: asyncpg.Pool) -> None:
    await write(
        pool, started(), SummaryWanted(CALL, "auto", (), "en"), SummaryMade(CALL, "", "", fault="no model")
    )
    assert (await told(pool))[-1][1]["fault"] == "no model"


async def test_strange_values_do_not_keep_a_record_from_being_written(pool: asyncpg.Pool) -> None:
    await write(
        pool,
        replace(started(), from_uri="sip:\0a\udcff@h", about={"x": float("nan"), "y": "\0"}),
        EventHappened(CALL, 5, "dtmf", {}),
        EventHappened(CALL, 6, "dtmf", {"digit": 7}),
        CallEnded(CALL, START, "caller", "hung \udcff up", None),
    )
    assert await topics(pool) == ["call.started", "dtmf", "call.ended"]


async def test_agents_and_flows_tell_of_themselves_whoever_changes_them(pool: asyncpg.Pool) -> None:
    row = dict(await pool.fetchrow("select * from agents where name = 'demo'"))
    for name in ("turn", "insight", "assistant", "background"):
        row[name] = json.loads(row[name])
    await put_agent(pool, {**row, "name": "desk"})
    await pool.execute("update agents set prompt = 'Be brief.' where name = 'desk'")
    await pool.execute("delete from agents where name = 'desk'")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("insert into flows (name) values ('f')")
        await connection.execute(
            "insert into flow_versions (flow, number, document, hash, state) "
            "values ('f', 1, '{}', repeat('0', 64), 'valid')"
        )
    await pool.execute("update flows set updated_at = now()")
    await pool.execute("update flows set published = 1")
    changes = [(topic, data["name"], data["change"]) for topic, data in await told(pool)]
    assert changes == [
        ("agent.changed", "desk", "created"), ("agent.changed", "desk", "changed"),
        ("agent.changed", "desk", "deleted"), ("flow.changed", "f", "created"),
        ("flow.changed", "f", "saved"), ("flow.changed", "f", "published"),
    ]  # fmt: skip
