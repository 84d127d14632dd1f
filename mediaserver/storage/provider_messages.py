"""The tables `provider_messages` and `erased_texts`: texts that came and went by accounts at providers, and
what is known again of those that came and were removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from mediaserver.storage import opt_outs
from mediaserver.storage.digests import Digests
from mediaserver.storage.sql import Database, Row, text

_READ = (
    "id, account, direction, ref, number, ours, body, segments, state, detail, agent, call_id, owner, key, "
    "at, changed_at"
)
_KNOWN_BY = "account, direction, ref"
_BEHIND = {"queued": (), "sent": ("queued",), "delivered": ("queued", "sent", "undelivered", "failed"),
           "undelivered": ("queued", "sent"), "failed": ("queued", "sent")}  # fmt: skip
"""State -> those that it comes after. Reports come late and out of order; what was delivered stays so."""


@dataclass(frozen=True, slots=True)
class NewText:
    """A row that is to be made."""

    account: str
    direction: str
    number: str
    ours: str
    body: str
    segments: int
    state: str
    ref: str = ""
    agent: str = ""
    call_id: UUID | None = None
    owner: UUID | None = None
    key: str | None = None


async def add(connection: Database, new: NewText, digests: Digests) -> UUID | None:
    """Its id; None when there is one of this `ref`, or this `key`, or there was: one that came in and was
    removed comes no more."""
    came = digests.text(new.account, new.ref) if new.direction == "in" and new.ref else None
    found: UUID | None = await connection.fetchval(
        "insert into provider_messages (account, direction, ref, number, ours, body, segments, state, agent, "
        "call_id, owner, key) select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 "
        "where not exists (select 1 from erased_texts where digest = $13) "
        "on conflict do nothing returning id",
        text(new.account, 64), new.direction, text(new.ref, 200), text(new.number, 64), text(new.ours, 64),
        text(new.body, 8000), new.segments, new.state, text(new.agent, 64), new.call_id, new.owner,
        text(new.key, 200) if new.key else None, came,
    )  # fmt: skip
    if found is not None and came is not None:
        # It may have waited for the very erasure that has removed it, and seen none of what that left.
        gone = await connection.fetchval(
            "delete from provider_messages where id = $1 "
            "and exists (select 1 from erased_texts where digest = $2) returning id",
            found, came,
        )  # fmt: skip
        return None if gone is not None else found
    return found


async def of_key(connection: Database, key: str) -> Row | None:
    row = await connection.fetchrow(f"select {_READ} from provider_messages where key = $1", key)
    return None if row is None else dict(row)


async def claim(connection: Database, message: UUID) -> bool:
    """Somebody is to be told of a message that has come in. False: another server tells them."""
    return (
        await connection.fetchval(
            "update provider_messages set state = 'taken', changed_at = now() "
            "where id = $1 and state = 'received' returning id",
            message,
        )
        is not None
    )


async def unclaim(connection: Database, message: UUID) -> None:
    """Nobody was told of it after all."""
    await connection.execute(
        "update provider_messages set state = 'received', changed_at = now() "
        "where id = $1 and state = 'taken' and call_id is null",
        message,
    )


async def unclaimed(connection: Database, since: datetime) -> list[Row]:
    """What came in since and nobody was told of, the oldest first."""
    rows = await connection.fetch(
        f"select {_READ} from provider_messages where state = 'received' and at >= $1 order by at, id", since
    )
    return [dict(row) for row in rows]


async def settled(
    connection: Database,
    message: UUID,
    *,
    state: str,
    detail: str = "",
    agent: str = "",
    call_id: UUID | None = None,
    owner: UUID | None = None,
    body: str | None = None,
) -> None:
    """What became of a message that came in. `owner`: whose conversation it belongs to. `body`: what is kept
    of it, where that is not all."""
    await connection.execute(
        "update provider_messages set state = $2, detail = $3, agent = $4, call_id = $5, "
        "body = coalesce($6, body), owner = $7, changed_at = now() where id = $1",
        message, state, text(detail, 500), text(agent, 64), call_id,
        None if body is None else text(body, 8000), owner,
    )  # fmt: skip


async def went(
    connection: Database, message: UUID, state: str, *, ref: str = "", ours: str = "", detail: str = ""
) -> None:
    """What the provider said when it was given a message of ours. A report may have been faster."""
    await connection.execute(
        "update provider_messages set ref = case when $3 = '' then ref else $3 end, "
        "ours = case when $4 = '' then ours else $4 end, changed_at = now(), "
        "state = case when state = 'queued' then $2 else state end, "
        "detail = case when state = 'queued' then $5 else detail end where id = $1",
        message, state, text(ref, 200), text(ours, 64), text(detail, 500),
    )  # fmt: skip


async def reported(
    connection: Database, account: str, ref: str, state: str, detail: str, *, message: UUID | None = None
) -> bool:
    """A delivery report. `message`: our id, if it names one: it tells which message has this `ref` where the
    provider's answer has not, or was lost. False: the message is not known (yet)."""
    ref = text(ref, 200)
    if message is not None:
        await connection.execute(
            "update provider_messages set ref = $3, changed_at = now() "
            "where id = $1 and account = $2 and direction = 'out' and ref = '' and not exists "
            "(select 1 from provider_messages where account = $2 and direction = 'out' and ref = $3)",
            message, account, ref,
        )  # fmt: skip
    row = await connection.fetchval(
        "update provider_messages set state = $3, detail = $4, changed_at = now() "
        "where account = $1 and direction = 'out' and ref = $2 and state = any($5::text[]) returning id",
        account, ref, state, text(detail, 500), list(_BEHIND.get(state, ())),
    )  # fmt: skip
    if row is not None:
        return True
    known = "select 1 from provider_messages where account = $1 and direction = 'out' and ref = $2"
    return await connection.fetchval(known, account, ref) is not None


async def newest(
    connection: Database,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
    *,
    account: str = "",
    number: str = "",
    ours: str = "",
    owner: UUID | None = None,
) -> list[Row]:
    """The newest first, those before this time and id. `owner`: of this key alone."""
    at, message = before or (None, None)
    rows = await connection.fetch(
        f"select {_READ} from provider_messages where ($2::timestamptz is null or (at, id) < ($2, $3)) "
        "and ($4 = '' or account = $4) and ($5 = '' or number = $5) and ($6 = '' or ours = $6) "
        "and ($7::uuid is null or owner = $7) order by at desc, id desc limit $1",
        limit, at, message, account, number, ours, owner,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def one(connection: Database, message: UUID) -> Row | None:
    row = await connection.fetchrow(f"select {_READ} from provider_messages where id = $1", message)
    return None if row is None else dict(row)


# -- how many went out


async def went_out(connection: Database, account: str, owner: UUID | None) -> Row:
    """Texts of the last minute, hour and day: `all_minute`, `account_hour`, `owner_day` and so on. Those of
    the operator (no owner) are counted as nobody's own; what nobody was asked to send (no segments) is not
    counted."""
    scopes = {"all": "true", "account": "account = $1", "owner": "owner = $2"}
    counts = ", ".join(
        f"count(*) filter (where {whose} and at > now() - interval '1 {window}') as {name}_{window}"
        for name, whose in scopes.items()
        for window in ("minute", "hour", "day")
    )
    row = await connection.fetchrow(
        f"select {counts} from provider_messages "
        "where direction = 'out' and segments > 0 and at > now() - interval '1 day'",
        account, owner,
    )  # fmt: skip
    return dict(row)


async def free_again(
    connection: Database, window: str, limit: int, account: str | None, owner: UUID | None
) -> float:
    """Seconds until fewer than so many texts (of an account, of an owner, of all) went out in the last
    `window` ("minute", "hour", "day")."""
    seconds = await connection.fetchval(
        "select extract(epoch from at + $1::text::interval - now()) from provider_messages "
        "where direction = 'out' and segments > 0 and ($3::text is null or account = $3) "
        "and ($4::uuid is null or owner = $4) "
        "order by at desc offset $2 limit 1",
        f"1 {window}", limit - 1, account, owner,
    )  # fmt: skip
    return max(0.0, float(seconds or 0.0))


# -- what is old, and erasures


async def remove_old(connection: asyncpg.Connection, before: datetime, limit: int, digests: Digests) -> int:
    """Messages before then, with what they are known again by in their place, both or neither; returns how
    many. Who wants none is kept: it is a wish, not a message."""
    async with connection.transaction():
        rows = await connection.fetch(
            "delete from provider_messages where ctid in "
            f"(select ctid from provider_messages where at < $1 limit $2) returning {_KNOWN_BY}",
            before, limit,
        )  # fmt: skip
        await _remember(connection, rows, digests)
    return len(rows)


async def forget(connection: Database, number: str, digests: Digests) -> int:
    """All that was written with a number (E.164), in the open transaction; returns how many rows. That it
    wants none is kept as a digest: who is forgotten is not written to again."""
    rows = await connection.fetch(
        f"delete from provider_messages where number = $1 returning {_KNOWN_BY}", number
    )
    await _remember(connection, rows, digests)
    return len(rows) + await opt_outs.forget(connection, number, digests)


async def _remember(connection: Database, rows: Sequence[Any], digests: Digests) -> None:
    """Most providers sign no time: whoever has kept the request that told of a text may send it for ever."""
    known = [
        digests.text(row["account"], row["ref"]) for row in rows if row["direction"] == "in" and row["ref"]
    ]
    await connection.execute(
        "insert into erased_texts (digest) select unnest($1::bytea[]) on conflict do nothing", known
    )
