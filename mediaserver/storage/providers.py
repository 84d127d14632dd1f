"""The table `providers`: accounts at telephony providers. It is read whole: there are few rows, and the
server keeps them.

What a row means is `providers.accounts` to know; here it is a name, a kind, JSON, and sealed secrets.
"""

from __future__ import annotations

import json
from typing import Any

from mediaserver.storage.sql import Database, Row, to_json

_READ = "select name, kind, version, settings, secrets from providers"


async def all_providers(connection: Database) -> list[Row]:
    """By name; `settings` is whatever JSON stands there, None when it is beyond reading."""
    return [_row(row) for row in await connection.fetch(f"{_READ} order by name")]


async def one_provider(connection: Database, name: str, *, lock: bool = False) -> Row | None:
    """`lock`: nobody changes it before the transaction ends."""
    row = await connection.fetchrow(f"{_READ} where name = $1" + (" for update" if lock else ""), name)
    return None if row is None else _row(row)


async def add_provider(connection: Database, name: str, kind: str, settings: Row, secrets: str) -> bool:
    """False when there is one of that name. `secrets`: sealed, or empty."""
    found = await connection.fetchval(
        "insert into providers (name, kind, settings, secrets) values ($1, $2, $3, $4) "
        "on conflict (name) do nothing returning name",
        name, kind, to_json(settings), secrets,
    )  # fmt: skip
    return found is not None


async def change_provider(connection: Database, name: str, settings: Row, secrets: str) -> int | None:
    """Put this in the place of the account of that name; its new version, None when there is none."""
    version: int | None = await connection.fetchval(
        "update providers set settings = $2, secrets = $3 where name = $1 returning version",
        name, to_json(settings), secrets,
    )  # fmt: skip
    return version


async def remove_provider(connection: Database, name: str) -> bool:
    """False when there is none of that name."""
    query = "delete from providers where name = $1 returning name"
    return await connection.fetchval(query, name) is not None


def _row(row: Any) -> Row:
    try:
        settings = json.loads(row["settings"])
    except (ValueError, RecursionError):
        settings = None
    return {**dict(row), "settings": settings}
