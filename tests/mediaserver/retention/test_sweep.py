"""What was kept for long enough goes, file and row together; what is live or cannot be removed stays."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from mediaserver.errors import ConfigError
from mediaserver.retention import sweep as module
from mediaserver.retention.choices import RetentionChoices
from mediaserver.retention.sweep import Sweeper, Swept
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage.digests import Digests
from tests.mediaserver.retention.rows import NOW, count, files, lose_files, past_call

TABLES = ("turns", "events", "outcomes", "call_summaries", "recordings", "messages", "calls")
KEYED = Digests(b"k" * 32)


async def sweep(pool: asyncpg.Pool, node: Any = None, unlink: Any = None, **days: int) -> Swept:
    sweeper = Sweeper(pool, RetentionSettings(**days), node, digests=KEYED, pause_s=0, unlink=unlink)
    return await sweeper.sweep(NOW)


async def left(pool: asyncpg.Pool, folder: Path, call: Any) -> str:
    """Tables with rows of a call, and its files."""
    tables = [table for table in TABLES if await count(pool, table, call)]
    return " ".join([*tables, str(files(folder, call))])


EVERYTHING = " ".join([*TABLES, "3"])


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        ({}, EVERYTHING),
        ({"recordings_days": 5}, "turns events outcomes call_summaries messages calls 2"),
        ({"messages_days": 5}, "turns events outcomes call_summaries recordings calls 1"),
        ({"transcripts_days": 5}, "events recordings messages calls 3"),
        ({"events_days": 5}, "turns outcomes call_summaries recordings messages calls 3"),
        ({"calls_days": 5}, "0"),
    ],
)
async def test_each_kind_goes_by_its_own_days(
    pool: asyncpg.Pool, tmp_path: Path, days: dict[str, int], kept: str
) -> None:
    old, fresh = await past_call(pool, tmp_path, 5.1), await past_call(pool, tmp_path, 4.9)
    await sweep(pool, **days)
    assert await left(pool, tmp_path, old) == kept
    assert await left(pool, tmp_path, fresh) == EVERYTHING


async def test_a_call_that_is_up_keeps_everything_however_long_it_lasts(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    live = await past_call(pool, tmp_path, 400, state="live")
    swept = await sweep(
        pool, recordings_days=1, messages_days=1, transcripts_days=1, events_days=1, calls_days=1
    )
    assert await left(pool, tmp_path, live) == EVERYTHING and not swept.removed


async def test_an_agents_row_keeps_its_calls_longer_shorter_or_for_ever(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await pool.execute(
        "insert into agents (name, kind, retention) values ('short', 'echo', '{\"calls_days\": 2}')"
    )
    await pool.execute("update agents set retention = '{\"calls_days\": 0}' where name = 'echo'")
    await pool.execute(
        "insert into agents (name, kind, retention) values ('odd', 'echo', '{\"calls_days\": -1}')"
    )
    calls = {
        agent: [await past_call(pool, tmp_path, days, agent) for days in (3, 30)]
        for agent in ("demo", "short", "echo", "odd", "gone", None)
    }
    await sweep(pool, calls_days=10)
    stay = {agent: [await count(pool, "calls", call) for call in each] for agent, each in calls.items()}
    assert stay == {
        "demo": [1, 0],
        "short": [0, 0],
        "echo": [1, 1],
        "odd": [1, 0],
        "gone": [1, 0],
        None: [1, 0],
    }


async def test_a_file_that_cannot_be_removed_keeps_its_row_and_its_call_and_is_a_finding(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    stuck, other = await past_call(pool, tmp_path, 9), await past_call(pool, tmp_path, 9)

    def unlink(path: Path) -> None:
        if path.name == f"{stuck}.wav":
            raise PermissionError(13, "Permission denied")
        path.unlink()

    sweeper = Sweeper(pool, RetentionSettings(calls_days=5), None, digests=KEYED, pause_s=0, unlink=unlink)
    swept = await sweeper.sweep(NOW)
    assert await left(pool, tmp_path, other) == "0"
    assert await left(pool, tmp_path, stuck) == "turns events outcomes call_summaries recordings calls 1"
    (finding,) = sweeper.findings()
    assert swept.failed == 1 and "Permission denied" in finding.detail and not finding.required
    again = Sweeper(pool, RetentionSettings(calls_days=5), None, digests=KEYED, pause_s=0)
    await again.sweep(NOW)
    assert await left(pool, tmp_path, stuck) == "0" and again.findings() == []


async def test_a_file_that_is_gone_already_is_no_reason_to_keep_its_row(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    call = await past_call(pool, tmp_path, 9)
    lose_files(tmp_path)
    await sweep(pool, recordings_days=1, messages_days=1)
    assert await left(pool, tmp_path, call) == "turns events outcomes call_summaries calls 0"


async def test_a_file_on_another_servers_disk_is_left_to_that_server(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    own, alive, dead = uuid4(), uuid4(), uuid4()
    for node, ago in ((own, 0), (alive, 0), (dead, 30)):
        await pool.execute(
            "insert into nodes (id, host, seen_at) values ($1, 'h', now() - make_interval(days => $2))",
            node,
            ago,
        )
    calls = {node: await past_call(pool, tmp_path, 9, node=node) for node in (own, alive, dead)}
    lose_files(tmp_path)
    swept = await sweep(pool, own, calls_days=1)
    assert [await count(pool, "calls", calls[node]) for node in (own, alive, dead)] == [0, 1, 0]
    assert swept.failed == 0
    await sweep(pool, alive, calls_days=1)
    assert await count(pool, "calls", calls[alive]) == 0


async def test_nothing_is_removed_that_does_not_bear_the_name_of_its_call(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    call = await past_call(pool, tmp_path, 9)
    precious = tmp_path / "precious.wav"
    precious.write_bytes(b"x")
    await pool.execute("update recordings set path = $1", str(precious))
    swept = await sweep(pool, recordings_days=1)
    assert precious.exists() and await count(pool, "recordings", call) == 1 and "name" in swept.faults[0]


async def test_many_small_batches_remove_everything(
    pool: asyncpg.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    calls = [await past_call(pool, tmp_path, 9) for _ in range(5)]
    swept = await sweep(pool, recordings_days=1, messages_days=1, transcripts_days=1, events_days=1)
    assert swept.removed == {
        "recordings": 5, "messages": 10, "turns": 5, "summaries": 5, "outcomes": 5, "events": 5, "bytes": 150,
    }  # fmt: skip
    assert all([await left(pool, tmp_path, call) == "calls 0" for call in calls])
    assert not os.listdir(tmp_path), "an empty folder stays"


async def test_facts_audit_and_usage_go_by_their_own_days(pool: asyncpg.Pool) -> None:
    await pool.execute("update agents set retention = '{\"facts_days\": 0}' where name = 'echo'")
    await pool.execute(
        "insert into caller_facts (agent, caller, topic, fact, saved_at) "
        "select agent, '+15550100', age::text, 'x', $1::timestamptz - make_interval(days => age) "
        "from unnest(array['demo', 'echo']) agent, unnest(array[3, 30]) age",
        NOW,
    )
    await pool.execute(
        "insert into audit_log (at, actor, how, action, subject) "
        "select $1::timestamptz - make_interval(days => age), 'a', 'key', 'x.y', 'z' "
        "from unnest(array[3, 30]) age",
        NOW,
    )
    swept = await sweep(pool, facts_days=10, audit_days=10, usage_days=10)
    assert swept.removed == {"facts": 1, "audit": 1}
    facts = await pool.fetch("select agent, topic from caller_facts order by agent, topic")
    assert [tuple(row) for row in facts] == [("demo", "3"), ("echo", "3"), ("echo", "30")]


async def test_sessions_go_so_long_after_what_last_happened_in_them(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    calls = {
        name: await past_call(pool, tmp_path, days, state=state)
        for name, days, state in (("old", 30, "ended"), ("new", 3, "ended"), ("live", 30, "live"))
    }
    for name in (*calls, "alone", "demo's"):
        settings = '{"agent": "demo"}' if name == "demo's" else "{}"
        session = await pool.fetchval(
            "insert into voice_sessions (token_hash, settings, created_at) "
            "values (repeat('a', 64), $1, $2::timestamptz - interval '30 days') returning id",
            settings, NOW,
        )  # fmt: skip
        if name in calls:
            await pool.execute(
                "insert into voice_session_calls values ($1, $2, $3::timestamptz - interval '30 days')",
                session, calls[name], NOW,
            )  # fmt: skip
    await pool.execute("update agents set retention = '{\"sessions_days\": 0}' where name = 'demo'")
    swept = await sweep(pool, sessions_days=10)
    assert swept.removed == {"sessions": 2}
    left = await pool.fetch("select call_id from voice_session_calls")
    assert {row["call_id"] for row in left} == {calls["new"], calls["live"]}
    assert await pool.fetchval("select count(*) from voice_sessions") == 3
    assert await count(pool, "calls", calls["old"]) == 1, "its conversations are calls"


async def test_what_was_told_of_a_call_goes_with_what_it_tells_of(pool: asyncpg.Pool, tmp_path: Path) -> None:
    """Also where an agent has it kept for a shorter time than events are."""
    old, fresh = await past_call(pool, tmp_path, 9), await past_call(pool, tmp_path, 1)
    hook = await pool.fetchval(
        "insert into webhooks (url, topics, secret, since) values ('https://x', '{*}', 's', 0) returning id"
    )
    for call in (old, fresh):
        for topic in ("turn", "dtmf", "message", "call.ended"):
            await pool.execute("insert into outbox (topic, call_id, data) values ($1, $2, '{}')", topic, call)
            await pool.execute(
                "insert into webhook_deliveries (webhook_id, topic, call_id, body) values ($1, $2, $3, '{}')",
                hook, topic, call,
            )  # fmt: skip
    await pool.execute("update agents set retention = '{\"transcripts_days\": 5}' where name = 'demo'")
    await sweep(pool)
    for table in ("outbox", "webhook_deliveries"):
        rows = await pool.fetch(f"select call_id, topic from {table} where topic = 'turn'")  # noqa: S608
        assert [row["call_id"] for row in rows] == [fresh], table
        assert await pool.fetchval(f"select count(*) from {table} where call_id is not null") == 7  # noqa: S608
    await sweep(pool, events_days=5, messages_days=5)
    topics = await pool.fetch("select topic from outbox where call_id = $1", old)
    assert [row["topic"] for row in topics] == ["call.ended"]


async def test_a_session_goes_with_the_last_of_its_conversations(pool: asyncpg.Pool, tmp_path: Path) -> None:
    old, fresh = await past_call(pool, tmp_path, 9), await past_call(pool, tmp_path, 1)
    for calls in ((old,), (old, fresh)):
        session = await pool.fetchval(
            "insert into voice_sessions (token_hash, settings) values (repeat('a', 64), '{}') returning id"
        )
        for call in calls:
            await pool.execute("insert into voice_session_calls values ($1, $2)", session, call)
    swept = await sweep(pool, calls_days=5)
    assert (swept.removed["sessions"], swept.removed["calls"]) == (1, 1)
    assert await pool.fetchval("select array_agg(call_id) from voice_session_calls") == [fresh]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"recording_days": 1}, "the nearest known one is 'recordings_days'"),
        ({"calls_days": -1}, "from 0"),
        ({"calls_days": True}, "whole number"),
        ({"calls_days": 1.5}, "whole number"),
        ({"audit_days": 1}, "unknown key"),
    ],
)
def test_a_row_that_makes_no_sense_says_why(row: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        RetentionChoices().changed(row)
