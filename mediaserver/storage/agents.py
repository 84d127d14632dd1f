"""The table `agents`. It is read whole: there are few rows, and the directory keeps them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from mediaserver.storage.sql import Database, Row, made_ready, to_json

CHANNEL = "voiceforge_directory"
"""What is notified, after the commit, when a table that leads calls changes."""
DEEPEST = 100
"""Brackets that a `turn` may open; settings of turn-taking are flat."""
OBJECTS = ("turn", "insight", "assistant", "background", "retention", "redaction")
"""Columns of JSON objects, which stand for settings that differ from the usual."""
COLUMNS = (
    *("name", "kind", "flow", "entry", "prompt", "voice", "language", "stt", "tts", "llm", "recording"),
    *("tools", *OBJECTS),
)
"""What whoever writes an agent says of it."""
_READ = f"id, version, owner, {', '.join(COLUMNS)}"
_INSERT = f"""
    insert into agents ({", ".join(COLUMNS)}, owner)
    values ({", ".join(f"${number}" for number in range(1, len(COLUMNS) + 2))})
"""


async def all_agents(connection: Database) -> list[Row]:
    """The agents by name; `OBJECTS` are whatever JSON stands there, None when it is beyond reading."""
    return await made_ready(await connection.fetch(f"select {_READ} from agents order by name"), _row)


async def some_agents(
    connection: Database, after: str, limit: int, owner: UUID | None, *, everybody: bool = False
) -> list[Row]:
    """A page of them by name, those behind `after`: of this owner and the operator's, or everybody's."""
    rows = await connection.fetch(
        f"select {_READ} from agents where name > $1 and ($4 or owner is null or owner = $3) "
        "order by name limit $2",
        after, limit, owner, everybody,
    )  # fmt: skip
    return [_row(row) for row in rows]


async def directory_state(connection: Database) -> tuple[Any, ...]:
    """What differs when any row of the directory was added, changed or removed since."""
    # A row has a new xmin with each change, and no other its ctid; hashes, added up, need no order.
    parts = ", ".join(
        f"(select count(*) from {table}), "
        f"(select coalesce(sum(hashtextextended(xmin::text || ctid::text, 0)), 0) from {table})"
        for table in ("agents", "routes", "numbers", "calendars")
    )
    return tuple(await connection.fetchrow(f"select {parts}"))


async def one_agent(connection: Database, name: str, *, lock: bool = False) -> Row | None:
    """`lock`: nobody changes it, or leads a route to it, before the transaction ends."""
    row = await connection.fetchrow(
        f"select {_READ} from agents where name = $1 {'for update' if lock else ''}", name
    )
    return None if row is None else _row(row)


async def put_agent(connection: Database, row: Row, owner: UUID | None = None) -> int:
    """Add an agent, or put this one in the place of the one of that name; returns its version. `row`:
    `COLUMNS`, of which objects that are left out are empty. `owner`: of one that is added; whose one is that
    is there already stays as it is."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "name")
    version: int = await connection.fetchval(
        f"{_INSERT} on conflict (name) do update set {changes} returning version", *_values(row), owner
    )
    return version


async def add_agent(connection: Database, row: Row, owner: UUID | None = None) -> int | None:
    """Its version; None when there is one of that name."""
    version: int | None = await connection.fetchval(
        f"{_INSERT} on conflict (name) do nothing returning version", *_values(row), owner
    )
    return version


async def remove_agent(connection: Database, name: str) -> bool:
    """Remove an agent and the routes that lead to it; False when there is none of that name."""
    return await connection.fetchval("delete from agents where name = $1 returning id", name) is not None


def _values(row: Row) -> list[Any]:
    return [to_json(row.get(name, {})) if name in OBJECTS else row[name] for name in COLUMNS]


def _row(row: Any) -> Row:
    return {**dict(row), **{name: _json(row[name]) for name in OBJECTS}}


def _json(text: str) -> Any:
    if text.count("[") + text.count("{") > DEEPEST:
        return None  # to compare such a thing with another may fail, too
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        return None
