"""The table `audit_log`: who changed what. A line is written in the transaction of the change, so that there
is neither without the other, and never changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mediaserver.storage.records import CallActedOn
from mediaserver.storage.sql import Database, Row, text, to_json


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something."""

    name: str
    how: str
    """By what it is known: 'token', 'key', 'session', or 'command' for the command line."""
    key: UUID | None = None
    """None: the operator."""
    source: str = ""
    """The address that asked."""
    request: str = ""
    """The id of the request."""


async def wrote(
    connection: Database, actor: Actor, action: str, subject: str, change: Mapping[str, Any] | None = None
) -> None:
    """Write a line; `connection` has the transaction of the change. `action`: 'key.revoke', 'trunk.change';
    `subject`: what it was done to, as 'key:UUID'; `change`: what is different now, and no secret."""
    await connection.execute(
        "insert into audit_log (key, actor, how, source, request, action, subject, change) "
        # What a key did is not lost where the key is not known, as in a database restored from before it.
        "values ((select id from api_keys where id = $1), $2, $3, $4, $5, $6, $7, $8)",
        actor.key, text(actor.name, 100), actor.how, text(actor.source, 100), text(actor.request, 100),
        action, text(subject, 300), to_json(dict(change or {})),
    )  # fmt: skip


async def acted(connection: Database, record: CallActedOn) -> None:
    """Write down what was asked of a call. It may be repeated without harm."""
    await connection.execute(
        "insert into audit_log (at, key, actor, how, source, request, action, subject, change, record) "
        "values ($1, (select id from api_keys where id = $2), $3, $4, $5, $6, $7, $8, $9, $10) "
        "on conflict (record) where record is not null do nothing",
        record.at, record.key, text(record.actor, 100), text(record.how, 20), text(record.source, 100),
        text(record.request, 100), text(record.action, 100), f"call:{record.call_id}",
        to_json(dict(record.change)), record.id,
    )  # fmt: skip


async def lines_before(
    connection: Database,
    limit: int,
    before: int | None = None,
    *,
    key: UUID | None = None,
    subject: str = "",
    action: str = "",
) -> list[Row]:
    """Lines newest first, those before this id. `key`, `subject`, `action`: these alone; an action that ends
    in '.' stands for all that begin so."""
    rows = await connection.fetch(
        """
        select id, at, key, actor, how, source, request, action, subject, change from audit_log
        where ($2::bigint is null or id < $2) and ($3::uuid is null or key = $3)
            and ($4 = '' or subject = $4)
            and ($5 = '' or action = $5 or (right($5, 1) = '.' and starts_with(action, $5)))
        order by id desc limit $1
        """,
        limit, before, key, subject, action,
    )  # fmt: skip
    return [{**dict(row), "change": json.loads(row["change"])} for row in rows]
