"""The table `api_keys`: what proves who asks, kept so that nobody who reads the table can ask.

A key is 256 random bits, so it is kept as a plain SHA-256: a slow hash makes guessing of what people choose
dear, and these cannot be guessed. The text of a key is told once, by whoever makes it, and is nowhere here.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from mediaserver.storage.sql import Database, Row, text, to_json

PREFIX = "vf_"
SHOWN = len(PREFIX) + 6
"""Characters of a key that lists show: 36 of its 256 bits."""
_BYTES = 32
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = 43
"""Digits that 256 bits need in base 62, which a double click selects whole."""
AT_ONCE = 100
"""Rows that are read without a pause."""
LONGEST = 200
"""Characters of what may be a key; nothing longer is hashed."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A row, without its text, which nobody has kept."""

    id: UUID
    name: str
    prefix: str
    hash: bytes
    scopes: tuple[str, ...]
    """Names, also those that only a newer program knows."""
    active: bool
    created_at: datetime
    old_hash: bytes | None = None
    """What it was before `rotate`, until `old_until`."""
    old_until: datetime | None = None
    per_second: float | None = None
    burst: int | None = None
    quota: Mapping[str, float] = field(default_factory=dict)
    """By kind of use, for a calendar month (UTC)."""
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None


def new_secret(prefix: str = PREFIX) -> str:
    """256 random bits, to be told once and kept hashed."""
    number, digits = int.from_bytes(secrets.token_bytes(_BYTES)), ""
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits += _DIGITS[digit]
    return prefix + digits


def hash_of(secret: str) -> bytes:
    """As it is kept. Takes any text, as strangers send it."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).digest()


async def add_key(
    connection: Database,
    name: str,
    secret: str,
    scopes: Collection[str],
    *,
    per_second: float | None = None,
    burst: int | None = None,
    quota: Mapping[str, float] | None = None,
) -> ApiKey:
    row = await connection.fetchrow(
        "insert into api_keys (name, prefix, hash, scopes, per_second, burst, quota) "
        "values ($1, $2, $3, $4, $5, $6, $7) returning *",
        text(name, 100), secret[:SHOWN], hash_of(secret), sorted(scopes), per_second, burst,
        to_json(dict(quota or {})),
    )  # fmt: skip
    return _key(row)


async def one_key(connection: Database, key: UUID) -> ApiKey | None:
    row = await connection.fetchrow("select * from api_keys where id = $1", key)
    return None if row is None else _key(row)


async def key_of(connection: Database, digest: bytes) -> ApiKey | None:
    """The key whose text has this hash now, revoked or not."""
    row = await connection.fetchrow("select * from api_keys where hash = $1", digest)
    return None if row is None else _key(row)


async def living_keys(connection: asyncpg.Connection) -> AsyncGenerator[ApiKey, None]:
    """All that are not revoked, for whoever keeps them in memory; a few at a time, so that the loop is free
    for calls in between (10,000 at once would hold it for 100 ms)."""
    async with connection.transaction(readonly=True):
        async for row in connection.cursor(
            "select * from api_keys where revoked_at is null", prefetch=AT_ONCE
        ):
            yield _key(row)


async def fingerprint(connection: Database) -> str:
    """Differs when keys or sessions do, so that not all is read each time that one looks (`xmin` is a row's
    last change; where it is the same for two, their hashes are not)."""
    found: str = await connection.fetchval(
        "select concat((select sum(hashtextextended(concat(id, xmin), 0)) from api_keys), '/', "
        "(select sum(hashtextextended(concat(id, xmin), 0)) from console_sessions))"
    )
    return found


async def keys_before(
    connection: Database, limit: int, before: tuple[datetime, UUID] | None = None, *, revoked: bool = True
) -> list[Row]:
    """Keys newest first, with `used_at`. `before`: those after this one in that order (its `created_at` and
    id). `revoked`: those too."""
    at, key = before if before is not None else (None, None)
    rows = await connection.fetch(
        """
        select k.*, u.used_at from api_keys k left join api_key_uses u on u.key = k.id
        where ($1::timestamptz is null or k.created_at < $1 or (k.created_at = $1 and k.id > $2))
            and ($4 or k.revoked_at is null)
        order by k.created_at desc, k.id limit $3
        """,
        at, key, limit, revoked,
    )  # fmt: skip
    return [{**dict(row), "quota": json.loads(row["quota"])} for row in rows]


async def one_shown(connection: Database, key: UUID) -> Row | None:
    """One like those of `keys_before`; None when there is none."""
    row = await connection.fetchrow(
        "select k.*, u.used_at from api_keys k left join api_key_uses u on u.key = k.id where k.id = $1", key
    )
    return None if row is None else {**dict(row), "quota": json.loads(row["quota"])}


CHANGEABLE = ("name", "scopes", "active", "per_second", "burst", "quota")


async def change_key(connection: Database, key: UUID, change: Mapping[str, Any]) -> ApiKey | None:
    """Have these columns, of CHANGEABLE, be so; None when there is no such key, or it is revoked."""
    assert change.keys() <= set(CHANGEABLE)
    row = await connection.fetchrow(
        """
        update api_keys set name = coalesce($2, name), scopes = coalesce($3, scopes),
            active = coalesce($4, active), quota = coalesce($5, quota),
            per_second = case when $6 then $7 else per_second end,
            burst = case when $8 then $9 else burst end
        where id = $1 and revoked_at is null returning *
        """,
        key, change.get("name"), sorted(change["scopes"]) if "scopes" in change else None,
        change.get("active"), to_json(dict(change["quota"])) if "quota" in change else None,
        "per_second" in change, change.get("per_second"), "burst" in change, change.get("burst"),
    )  # fmt: skip
    return None if row is None else _key(row)


async def rotate_key(connection: Database, key: UUID, secret: str, grace_s: float = 0.0) -> ApiKey | None:
    """Have this be its text; what it was counts for so long more. None when there is no such key, or it is
    revoked."""
    row = await connection.fetchrow(
        """
        update api_keys set hash = $2, prefix = $3, rotated_at = now(),
            old_hash = case when $4 > 0 then hash end,
            old_until = case when $4 > 0 then now() + make_interval(secs => $4) end
        where id = $1 and revoked_at is null returning *
        """,
        key, hash_of(secret), secret[:SHOWN], float(grace_s),
    )  # fmt: skip
    return None if row is None else _key(row)


async def revoke_key(connection: Database, key: UUID) -> ApiKey | None:
    """For good. None when there is no such key, or it was before."""
    row = await connection.fetchrow(
        "update api_keys set revoked_at = now(), active = false, old_hash = null, old_until = null "
        "where id = $1 and revoked_at is null returning *",
        key,
    )
    return None if row is None else _key(row)


async def used(connection: Database, uses: Mapping[UUID, datetime]) -> None:
    """When keys were used last. One that is not there any more is left out."""
    await connection.execute(
        """
        insert into api_key_uses (key, used_at)
        select k.id, u.used_at from unnest($1::uuid[], $2::timestamptz[]) u (key, used_at)
            join api_keys k on k.id = u.key
        on conflict (key) do update set used_at = greatest(api_key_uses.used_at, excluded.used_at)
        """,
        list(uses), list(uses.values()),
    )  # fmt: skip


def _key(row: Any) -> ApiKey:
    fields = dict(row)
    return ApiKey(**{**fields, "scopes": tuple(fields["scopes"]), "quota": json.loads(fields["quota"])})
