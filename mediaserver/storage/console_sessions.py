"""The table `console_sessions`: browsers that are signed in. The cookie is kept hashed, as keys are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mediaserver.storage.keys import hash_of
from mediaserver.storage.sql import Database, Row, text


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    id: UUID
    hash: bytes
    expires_at: datetime
    key: UUID | None = None
    """With which it signed in; None: it is the operator's."""


async def add_session(
    connection: Database,
    cookie: str,
    lasts_s: float,
    *,
    browser: str = "",
    source: str = "",
    key: UUID | None = None,
) -> ConsoleSession:
    """Signed in from now on, for so long, with this key. What ran out a month ago is forgotten."""
    await connection.execute("delete from console_sessions where expires_at < now() - interval '30 days'")
    row = await connection.fetchrow(
        "insert into console_sessions (hash, browser, source, expires_at, key_id) "
        "values ($1, $2, $3, now() + make_interval(secs => $4), $5) "
        "returning id, hash, expires_at, key_id as key",
        hash_of(cookie), text(browser, 300), text(source, 100), float(lasts_s), key,
    )  # fmt: skip
    return _session(row)


async def living_sessions(connection: Database) -> list[ConsoleSession]:
    """Those that count, for whoever keeps them in memory."""
    rows = await connection.fetch(
        "select id, hash, expires_at, key_id as key from console_sessions "
        "where revoked_at is null and expires_at > now()"
    )
    return [_session(row) for row in rows]


async def shown_sessions(connection: Database, limit: int) -> list[Row]:
    """Those that count, newest first, without what proves them."""
    rows = await connection.fetch(
        "select id, browser, source, created_at, expires_at from console_sessions "
        "where revoked_at is null and expires_at > now() order by created_at desc limit $1",
        limit,
    )
    return [dict(row) for row in rows]


async def revoke_session(connection: Database, session: UUID) -> bool:
    """Signed out. False when there is no such session, or it was."""
    found = await connection.fetchval(
        "update console_sessions set revoked_at = now() where id = $1 and revoked_at is null returning id",
        session,
    )
    return found is not None


async def revoke_sessions_of(connection: Database, key: UUID) -> list[UUID]:
    """Sign out the browsers that signed in with this key; which they were."""
    rows = await connection.fetch(
        "update console_sessions set revoked_at = now() where key_id = $1 and revoked_at is null "
        "returning id",
        key,
    )
    return [row["id"] for row in rows]


def _session(row: Any) -> ConsoleSession:
    return ConsoleSession(**dict(row))
