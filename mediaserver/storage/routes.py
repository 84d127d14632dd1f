"""The table `routes`: what leads to an agent. It is read whole by the directory, which keeps it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from mediaserver.storage.sql import Database, Row, made_ready, to_json

FIRST_TIME, LAST_TIME = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
"""Far enough from the ends of `datetime` for any time zone."""
COLUMNS = (
    *("pattern", "priority", "agent", "valid_from", "valid_until", "label", "time_zone", "hours", "calendar"),
    *("fallback_agent", "fallback_ring", "fallback_message"),
)
"""What whoever writes a route says of it."""
_READ = """
    id, version, pattern, priority, agent, label, time_zone, hours, calendar, fallback_agent, fallback_ring,
    fallback_message,
    case when valid_from is not null then least(greatest(valid_from, $1), $2) end as valid_from,
    case when valid_until is not null then least(greatest(valid_until, $1), $2) end as valid_until
"""
DEEPEST = 100
"""Brackets that hours may open; a week has fewer."""


async def all_routes(connection: Database) -> list[Row]:
    """The routes, oldest first. Times that no clock of ours will show (infinity, the year 20000) are those
    at the ends of ours; hours beyond reading are False, which is no week."""
    rows = await connection.fetch(f"select {_READ} from routes order by id", FIRST_TIME, LAST_TIME)
    return await made_ready(rows, _row)


async def some_routes(
    connection: Database, after: int, limit: int, owner: UUID | None, *, everybody: bool
) -> list[Row]:
    """A page of them by id, those behind `after`. Unless everybody's are wanted, those that lead to agents of
    this owner or of the operator alone."""
    rows = await connection.fetch(
        f"""
        select {_READ} from routes where id > $3 and ($6 or not exists (select from agents a
            where a.name in (agent, fallback_agent) and a.owner is not null and a.owner is distinct from $5))
        order by id limit $4
        """,
        FIRST_TIME, LAST_TIME, after, limit, owner, everybody,
    )  # fmt: skip
    return [_row(row) for row in rows]


async def one_route(connection: Database, number: int, *, lock: bool = False) -> Row | None:
    """`lock`: nobody changes it before the transaction ends."""
    row = await connection.fetchrow(
        f"select {_READ} from routes where id = $3 {'for update' if lock else ''}",
        FIRST_TIME, LAST_TIME, number,
    )  # fmt: skip
    return None if row is None else _row(row)


async def leading_to(connection: Database, agent: str) -> list[int]:
    """The ids of routes that lead to an agent, now or as a fallback."""
    rows = await connection.fetch(
        "select id from routes where agent = $1 or fallback_agent = $1 order by id", agent
    )
    return [row["id"] for row in rows]


async def add_route(connection: Database, row: Row) -> int:
    """Its id. `row`: `COLUMNS`."""
    found: int = await connection.fetchval(
        f"insert into routes ({', '.join(COLUMNS)}) "
        f"values ({', '.join(f'${at}' for at in range(1, len(COLUMNS) + 1))}) returning id",
        *_values(row),
    )
    return found


async def change_route(connection: Database, number: int, row: Row) -> None:
    """Put this in the place of a route that there is."""
    changes = ", ".join(f"{name} = ${at}" for at, name in enumerate(COLUMNS, 2))
    await connection.execute(f"update routes set {changes} where id = $1", number, *_values(row))


async def remove_route(connection: Database, number: int) -> bool:
    """False when there is none. Numbers that followed it follow the patterns of others."""
    return await connection.fetchval("delete from routes where id = $1 returning id", number) is not None


async def put_route(connection: Database, pattern: str, agent: str) -> None:
    """Let an address lead to this agent at any time, and to none that it led to before."""
    await connection.execute("delete from routes where pattern = $1", pattern)
    await connection.execute("insert into routes (pattern, agent) values ($1, $2)", pattern, agent)


def _values(row: Row) -> list[Any]:
    hours = None if row["hours"] is None else to_json(row["hours"])
    return [{**row, "hours": hours}[name] for name in COLUMNS]


def _row(row: Any) -> Row:
    return {**dict(row), "hours": _hours(row["hours"])}


def _hours(text: str | None) -> Any:
    if text is None:
        return None
    if text.count("[") + text.count("{") > DEEPEST:
        return False
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return False
