"""The table `erasures`: callers whose data are removed, how far that is, and which calls are theirs."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from mediaserver.storage.retention import FIRST
from mediaserver.storage.sql import Database, Row, text, to_json

TAIL = 6
"""Digits at the end of a number by which its calls are looked for; each is looked at then."""
_READ = "id, caller, state, asked_by, done_to, left_over, fault, removed, created_at, finished_at"


async def add_erasure(connection: Database, caller: str, asked_by: str) -> Row:
    """Begin to erase a caller (E.164), or go on with what was begun and is not done."""
    row = await connection.fetchrow(
        f"select {_READ} from erasures where caller = $1 and state = 'running'", caller
    )
    if row is None:
        row = await connection.fetchrow(
            f"insert into erasures (caller, asked_by) values ($1, $2) returning {_READ}",
            caller, text(asked_by, 200),
        )  # fmt: skip
    return _row(row)


async def one_erasure(connection: Database, erasure: UUID, *, lock: bool = False) -> Row | None:
    """`lock`: nobody else works on it before the transaction ends; None, too, while somebody does."""
    row = await connection.fetchrow(
        f"select {_READ} from erasures where id = $1 {'for update skip locked' if lock else ''}", erasure
    )
    return None if row is None else _row(row)


async def erasures_before(
    connection: Database, limit: int, before: tuple[datetime, UUID] | None = None
) -> list[Row]:
    """The newest first, those before this time and id."""
    at, erasure = before or (None, None)
    rows = await connection.fetch(
        f"select {_READ} from erasures where $2::timestamptz is null or (created_at, id) < ($2, $3) "
        "order by created_at desc, id desc limit $1",
        limit, at, erasure,
    )  # fmt: skip
    return [_row(row) for row in rows]


async def running_erasures(connection: Database) -> list[UUID]:
    """The oldest first."""
    rows = await connection.fetch("select id from erasures where state = 'running' order by created_at")
    return [row["id"] for row in rows]


async def look_through(
    connection: Database, number: str, after: UUID | None, limit: int
) -> tuple[list[Row], UUID | None]:
    """Calls that may be a number's among so many behind this id, locked: `id`, `state`, `direction`, `agent`,
    `from_uri`, `to_uri`; and the id up to which was looked, None when these were the last."""
    last: UUID | None = await connection.fetchval(
        "select id from (select id from calls where id > $1 order by id limit $2) w order by id desc limit 1",
        after or FIRST, limit,
    )  # fmt: skip
    if last is None:
        return [], None
    rows = await connection.fetch(
        r"""
        select id, state, direction, agent, from_uri, to_uri from calls where id > $1 and id <= $2
            and (regexp_replace(from_uri, '\D', '', 'g') like '%' || $3 || '%'
                or regexp_replace(to_uri, '\D', '', 'g') like '%' || $3 || '%')
        order by id for update
        """,
        after or FIRST, last, number[-TAIL:],
    )  # fmt: skip
    return [dict(row) for row in rows], last


async def ended_of(connection: Database, calls: Collection[UUID]) -> list[UUID]:
    """Those of these calls that are over, locked."""
    rows = await connection.fetch(
        "select id from calls where id = any($1::uuid[]) and state = 'ended' order by id for update",
        list(calls),
    )
    return [row["id"] for row in rows]


async def got_on(
    connection: Database, erasure: UUID, done_to: UUID | None, left_over: int, fault: str,
    removed: Mapping[str, int],
) -> None:  # fmt: skip
    """How far it is."""
    await connection.execute(
        "update erasures set done_to = $2, left_over = $3, fault = $4, removed = $5 where id = $1",
        erasure, done_to, left_over, text(fault, 500), to_json(dict(removed)),
    )  # fmt: skip


async def finished(connection: Database, erasure: UUID, caller: str) -> None:
    """Nothing is left. `caller`: what stays of the number."""
    await connection.execute(
        "update erasures set state = 'done', finished_at = now(), caller = $2, done_to = null, "
        "left_over = 0, fault = '' where id = $1",
        erasure, caller,
    )  # fmt: skip


def _row(row: Any) -> Row:
    return {**dict(row), "removed": json.loads(row["removed"])}
