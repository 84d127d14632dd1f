"""The tables `agents` and `routes`, read whole: there are few rows, and the directory keeps them."""

from __future__ import annotations

import json
from typing import Any

from mediaserver.storage.sql import Database, Row

CHANNEL = "voiceforge_directory"
"""What is notified, after the commit, when either table changes."""


async def all_agents(connection: Database) -> list[Row]:
    """The agents by name; `turn` is whatever JSON stands there."""
    rows = await connection.fetch(
        "select id, name, version, kind, flow, prompt, entry, voice, language, stt, tts, llm, turn, "
        "recording from agents order by name"
    )
    return [{**dict(row), "turn": _json(row["turn"])} for row in rows]


async def all_routes(connection: Database) -> list[Row]:
    """The routes, oldest first."""
    rows = await connection.fetch(
        "select id, pattern, priority, agent, valid_from, valid_until from routes order by id"
    )
    return [dict(row) for row in rows]


def _json(text: str) -> Any:
    return json.loads(text)
