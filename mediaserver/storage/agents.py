"""The tables `agents` and `routes`. They are read whole: there are few rows, and the directory keeps them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from mediaserver.storage.sql import Database, Row, to_json

CHANNEL = "voiceforge_directory"
"""What is notified, after the commit, when either table changes."""
DEEPEST = 100
"""Brackets that a `turn` may open; settings of turn-taking are flat."""
FIRST_TIME, LAST_TIME = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
"""Far enough from the ends of `datetime` for any time zone."""


async def all_agents(connection: Database) -> list[Row]:
    """The agents by name; `turn`, `insight`, `assistant` and `background` are whatever JSON stands there,
    None when it is beyond reading."""
    rows = await connection.fetch(
        "select id, name, version, kind, flow, prompt, entry, voice, language, stt, tts, llm, turn, "
        "recording, insight, tools, assistant, background, owner from agents order by name"
    )
    return [
        {**dict(row), **{name: _json(row[name]) for name in ("turn", "insight", "assistant", "background")}}
        for row in rows
    ]


async def all_routes(connection: Database) -> list[Row]:
    """The routes, oldest first. Times that no clock of ours will show (infinity, the year 20000) are those
    at the ends of ours."""
    rows = await connection.fetch(
        """
        select id, pattern, priority, agent,
            case when valid_from is not null then least(greatest(valid_from, $1), $2) end as valid_from,
            case when valid_until is not null then least(greatest(valid_until, $1), $2) end as valid_until
        from routes order by id
        """,
        FIRST_TIME, LAST_TIME,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def put_agent(connection: Database, row: Row, owner: UUID | None = None) -> int:
    """Add an agent, or put this one in the place of the one of that name; returns its version. `row`: all
    columns but id, version and owner. `owner`: of one that is added; whose one is that is there already stays
    as it is."""
    version: int = await connection.fetchval(
        "insert into agents "
        "(name, kind, flow, entry, prompt, voice, language, stt, tts, llm, turn, recording, insight, tools, "
        "assistant, background, owner) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) "
        "on conflict (name) do update set kind = excluded.kind, flow = excluded.flow, "
        "entry = excluded.entry, prompt = excluded.prompt, voice = excluded.voice, "
        "language = excluded.language, stt = excluded.stt, tts = excluded.tts, llm = excluded.llm, "
        "turn = excluded.turn, recording = excluded.recording, insight = excluded.insight, "
        "tools = excluded.tools, assistant = excluded.assistant, background = excluded.background "
        "returning version",
        row["name"], row["kind"], row["flow"], row["entry"], row["prompt"], row["voice"], row["language"],
        row["stt"], row["tts"], row["llm"], to_json(row["turn"]), row["recording"],
        to_json(row["insight"]), row["tools"], to_json(row["assistant"]),
        to_json(row["background"]), owner,
    )  # fmt: skip
    return version


async def remove_agent(connection: Database, name: str) -> bool:
    """Remove an agent and the routes that lead to it; False when there is none of that name."""
    return await connection.fetchval("delete from agents where name = $1 returning id", name) is not None


async def put_route(connection: Database, pattern: str, agent: str) -> None:
    """Let an address lead to this agent at any time, and to none that it led to before."""
    await connection.execute("delete from routes where pattern = $1", pattern)
    await connection.execute("insert into routes (pattern, agent) values ($1, $2)", pattern, agent)


def _json(text: str) -> Any:
    if text.count("[") + text.count("{") > DEEPEST:
        return None  # to compare such a thing with another may fail, too
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        return None
