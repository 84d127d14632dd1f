"""The table `trunks`. It is read whole: there are few rows, and the server keeps them.

What a row means is `sip.trunks` to know; here it is a name, JSON, and secrets that are sealed.
"""

from __future__ import annotations

import json
from typing import Any

from mediaserver.storage.sql import Database, Row, to_json


async def all_trunks(connection: Database) -> list[Row]:
    """By name; `settings` is whatever JSON stands there, None when it is beyond reading."""
    rows = await connection.fetch("select name, version, settings, secrets from trunks order by name")
    return [_row(row) for row in rows]


async def one_trunk(connection: Database, name: str, *, lock: bool = False) -> Row | None:
    """`lock`: nobody changes it before the transaction ends."""
    row = await connection.fetchrow(
        "select name, version, settings, secrets from trunks where name = $1"
        + (" for update" if lock else ""),
        name,
    )
    return None if row is None else _row(row)


async def add_trunk(connection: Database, name: str, settings: Row, secrets: str) -> bool:
    """False when there is one of that name. `secrets`: sealed, or empty."""
    found = await connection.fetchval(
        "insert into trunks (name, settings, secrets) values ($1, $2, $3) on conflict (name) do nothing "
        "returning name",
        name, to_json(settings), secrets,
    )  # fmt: skip
    return found is not None


async def change_trunk(connection: Database, name: str, settings: Row, secrets: str) -> bool:
    """Put this in the place of the trunk of that name; False when there is none."""
    found = await connection.fetchval(
        "update trunks set settings = $2, secrets = $3 where name = $1 returning name",
        name, to_json(settings), secrets,
    )  # fmt: skip
    return found is not None


async def remove_trunk(connection: Database, name: str) -> bool:
    """False when there is none of that name."""
    return await connection.fetchval("delete from trunks where name = $1 returning name", name) is not None


def _row(row: Any) -> Row:
    try:
        settings = json.loads(row["settings"])
    except (ValueError, RecursionError):
        settings = None
    return {**dict(row), "settings": settings}
