"""Calls that are long over, with all that may belong to one, in the real tables and on disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def past_call(
    pool: asyncpg.Pool,
    folder: Path,
    days: float,
    agent: str | None = "demo",
    *,
    caller: str = "sip:+15550100@h",
    direction: str = "inbound",
    node: UUID | None = None,
    state: str = "ended",
) -> UUID:
    """One that ended so many days ago, with a line, an event, an outcome, a summary, a recording and two
    messages."""
    call, ended = uuid4(), NOW - timedelta(days=days)
    ends = (caller, "sip:demo@h") if direction == "inbound" else ("demo", caller)
    over = (ended, "caller") if state == "ended" else (None, None)
    await pool.execute(
        "insert into calls (id, direction, from_uri, to_uri, app, state, started_at, ended_at, ended_by, "
        "agent, agent_version, node_id) values ($1, $2, $3, $4, 'x', $5, $6, $7, $8, $9, $10, $11)",
        call, direction, *ends, state, ended, *over, agent, 1 if agent else None, node,
    )  # fmt: skip
    await pool.execute(
        "insert into turns (call_id, index, speaker, text, heard, started_ms, ended_ms, understood, "
        "interrupted) values ($1, 0, 'caller', 'hello', 'hello', 0, 1, true, false)",
        call,
    )
    await pool.execute("insert into events (call_id, at_ms, kind) values ($1, 0, 'hold')", call)
    await pool.execute("insert into outcomes (call_id, flow, status) values ($1, 'booking', 'held')", call)
    await pool.execute("insert into call_summaries (call_id, mode, language) values ($1, 'auto', 'en')", call)
    day = folder / f"{ended:%Y-%m-%d}"
    day.mkdir(parents=True, exist_ok=True)
    for part in ("", "-message-0", "-message-1"):
        (day / f"{call}{part}.wav").write_bytes(b"x" * 10)
    await pool.execute(
        "insert into recordings (call_id, path, seconds, size_bytes) values ($1, $2, 1, 10)",
        call, str(day / f"{call}.wav"),
    )  # fmt: skip
    for index in range(2):
        await pool.execute(
            "insert into messages (call_id, index, at_ms, path, seconds, size_bytes) "
            "values ($1, $2, 0, $3, 1, 10)",
            call, index, str(day / f"{call}-message-{index}.wav"),
        )  # fmt: skip
    return call


async def count(pool: asyncpg.Pool, table: str, call: UUID) -> int:
    """Rows of a call."""
    column = "id" if table == "calls" else "call_id"
    found: int = await pool.fetchval(f"select count(*) from {table} where {column} = $1", call)
    return found


def lose_files(folder: Path) -> None:
    """Somebody has removed them by hand."""
    for file in folder.rglob("*.wav"):
        file.unlink()


def files(folder: Path, call: UUID) -> int:
    return len(list(folder.rglob(f"{call}*.wav")))
