"""The table `calendars`: days on which hours are not as usual. It is read whole by the directory, which keeps
it."""

from __future__ import annotations

import json
from typing import Any

from mediaserver.storage.sql import Database, Row, to_json

_READ = "name, version, label, days"


async def all_calendars(connection: Database) -> list[Row]:
    """By name; `days` is whatever JSON stands there, None when it is beyond reading."""
    return [_row(row) for row in await connection.fetch(f"select {_READ} from calendars order by name")]


async def one_calendar(connection: Database, name: str, *, lock: bool = False) -> Row | None:
    """`lock`: nobody changes it before the transaction ends."""
    row = await connection.fetchrow(
        f"select {_READ} from calendars where name = $1 {'for update' if lock else ''}", name
    )
    return None if row is None else _row(row)


async def used_by(connection: Database, name: str) -> list[int]:
    """The ids of routes that go by a calendar."""
    rows = await connection.fetch("select id from routes where calendar = $1 order by id", name)
    return [row["id"] for row in rows]


async def add_calendar(connection: Database, name: str, label: str, days: list[Row]) -> bool:
    """False when there is one of that name."""
    found = await connection.fetchval(
        "insert into calendars (name, label, days) values ($1, $2, $3) on conflict (name) do nothing "
        "returning name",
        name, label, to_json(days),
    )  # fmt: skip
    return found is not None


async def change_calendar(connection: Database, name: str, label: str, days: list[Row]) -> None:
    """Put this in the place of a calendar that there is."""
    await connection.execute(
        "update calendars set label = $2, days = $3 where name = $1", name, label, to_json(days)
    )


async def remove_calendar(connection: Database, name: str) -> bool:
    """False when there is none of that name. No route goes by it."""
    return await connection.fetchval("delete from calendars where name = $1 returning name", name) is not None


def _row(row: Any) -> Row:
    try:
        days = json.loads(row["days"])
    except (ValueError, RecursionError):
        days = None
    return {**dict(row), "days": days}
