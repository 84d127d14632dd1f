"""The table `provider_calls`: calls that telephony providers carry. Every write may be repeated without harm:
what has ended stays ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mediaserver.storage.records import ProviderCallKept, ProviderCallTold
from mediaserver.storage.sql import LARGEST_INTEGER, Database, Row, text

KEPT_DAYS = 8
"""Of those that nobody took; the others go with their calls."""
INTERRUPTED = "interrupted"
"""Phase of a call whose server died while it was up."""
LONGEST_REF = 200


async def kept(connection: Database, record: ProviderCallKept, node: UUID | None) -> None:
    await connection.execute(
        """
        insert into provider_calls as known (session, account, kind, ref, direction, call_id, node_id, phase,
            state, code, answered_by, cost, currency, began_at, answered_at, ended_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict (session) do update set
            ref = case when known.ref = '' then excluded.ref else known.ref end,
            call_id = coalesce(known.call_id, excluded.call_id), phase = excluded.phase,
            state = excluded.state, code = coalesce(excluded.code, known.code),
            answered_by = case when excluded.answered_by = '' then known.answered_by
                else excluded.answered_by end,
            cost = coalesce(excluded.cost, known.cost),
            currency = case when excluded.currency = '' then known.currency else excluded.currency end,
            answered_at = coalesce(known.answered_at, excluded.answered_at),
            ended_at = coalesce(known.ended_at, excluded.ended_at), changed_at = now()
        """,
        record.session, text(record.account, 64), text(record.kind, 32), text(record.ref, LONGEST_REF),
        record.direction, record.call_id, node, text(record.phase, 32), text(record.state, 32),
        _code(record.code), text(record.answered_by, 32), _cost(record.cost), text(record.currency, 8),
        record.began, record.answered, record.ended,
    )  # fmt: skip


async def told(connection: Database, record: ProviderCallTold) -> None:
    """Of a call that no server has in its memory: an end stays as it was told first."""
    await connection.execute(
        """
        update provider_calls set
            state = case when ended_at is null and $4 <> '' then $4 else state end,
            phase = case when ended_at is null and $5 then 'over' else phase end,
            answered_by = case when $6 = '' then answered_by else $6 end,
            cost = coalesce($7, cost), currency = case when $8 = '' then currency else $8 end,
            ended_at = case when $5 then coalesce(ended_at, now()) else ended_at end, changed_at = now()
        where account = $1 and (($2 <> '' and ref = $2) or ($2 = '' and session = $3))
        """,
        text(record.account, 64), text(record.ref, LONGEST_REF), record.session, text(record.state, 32),
        record.over, text(record.answered_by, 32), _cost(record.cost), text(record.currency, 8),
    )  # fmt: skip


async def of_call(connection: Database, call_id: UUID) -> list[Row]:
    """What providers said of a call's legs, the oldest first."""
    rows = await connection.fetch(
        "select session, account, kind, ref, direction, phase, state, code, answered_by, cost, currency, "
        "began_at, answered_at, ended_at from provider_calls where call_id = $1 order by began_at",
        call_id,
    )
    return [dict(row) for row in rows]


async def recorded_call(connection: Database, account: str, ref: str) -> Row | None:
    """The call that a provider's call was part of: `call_id`, `started_at`, `recorded`."""
    row = await connection.fetchrow(
        "select c.id as call_id, c.started_at, "
        "exists (select from recordings r where r.call_id = c.id) as recorded "
        "from provider_calls p join calls c on c.id = p.call_id where p.account = $1 and p.ref = $2",
        account, ref,
    )  # fmt: skip
    return None if row is None else dict(row)


async def left_open(connection: Database, account: str, node: UUID | None, silent_s: float) -> list[Row]:
    """Calls of an account that have no end and whose server is this one or lives no more: `session`, `ref`,
    `node_id`, `phase`."""
    rows = await connection.fetch(
        """
        select p.session, p.ref, p.node_id, p.phase, p.direction, p.call_id from provider_calls p
        where p.account = $1 and p.ended_at is null and (p.node_id is not distinct from $2
            or not exists (select from nodes n where n.id = p.node_id
                and n.seen_at > now() - make_interval(secs => $3)))
        """,
        account, node, silent_s,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def ended(
    connection: Database,
    account: str,
    refs: Sequence[str],
    sessions: Sequence[UUID],
    node: UUID | None,
    silent_s: float,
    for_s: float,
) -> list[Row]:
    """Of these calls of an account, by the provider's ids or ours, those that have ended for us for so many
    seconds, and whose server is this one or lives no more: `session`, `ref`, `phase`."""
    rows = await connection.fetch(
        """
        select p.session, p.ref, p.phase from provider_calls p
        where p.account = $1 and (p.ref = any($2::text[]) or p.session = any($3::uuid[]))
            and p.ended_at < now() - make_interval(secs => $6) and (p.node_id is not distinct from $4
            or not exists (select from nodes n where n.id = p.node_id
                and n.seen_at > now() - make_interval(secs => $5)))
        """,
        account, list(refs), list(sessions), node, silent_s, for_s,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def taken_back(connection: Database, sessions: Sequence[UUID], node: UUID | None) -> list[UUID]:
    """Of these calls, which this server has up, those that another took for interrupted; they are open
    again."""
    rows = await connection.fetch(
        "update provider_calls set phase = 'up', ended_at = null, node_id = $3, changed_at = now() "
        "where session = any($1::uuid[]) and phase = $2 and ended_at is not null returning session",
        list(sessions), INTERRUPTED, node,
    )  # fmt: skip
    return [row["session"] for row in rows]


async def interrupted(connection: Database, sessions: Sequence[UUID]) -> None:
    """Their server died, and they are over."""
    await connection.execute(
        "update provider_calls set phase = $2, ended_at = coalesce(ended_at, now()), changed_at = now() "
        "where session = any($1::uuid[]) and ended_at is null",
        list(sessions), INTERRUPTED,
    )  # fmt: skip


async def outlived(
    connection: Database, before: datetime, but: Sequence[UUID], node: UUID | None, silent_s: float
) -> int:
    """Ends those that began before, are not among `but`, which this server has up, and whose server is this
    one or lives no more: how many. The phase of one stays, which says whether it went on without us."""
    rows = await connection.fetch(
        """
        update provider_calls p set ended_at = now(), changed_at = now()
        where p.ended_at is null and p.began_at < $1 and p.session <> all($2::uuid[])
            and (p.node_id is not distinct from $3 or not exists (select from nodes n where n.id = p.node_id
                and n.seen_at > now() - make_interval(secs => $4)))
        returning p.session
        """,
        before, list(but), node, silent_s,
    )  # fmt: skip
    return len(rows)


async def without_cost(connection: Database, account: str, since: datetime, most: int) -> list[Row]:
    """Calls that ended after `since` and whose cost nobody has told: `session`, `ref`."""
    rows = await connection.fetch(
        "select session, ref from provider_calls where account = $1 and ended_at > $2 and cost is null "
        "and answered_at is not null and ref <> '' order by ended_at limit $3",
        account, since, most,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def forget(connection: Database, before: datetime) -> None:
    """Those that nobody took."""
    await connection.execute("delete from provider_calls where call_id is null and began_at < $1", before)


def _code(code: int | None) -> int | None:
    return None if code is None else max(-LARGEST_INTEGER, min(code, LARGEST_INTEGER))


def _cost(cost: float | None) -> float | None:
    return cost if cost is not None and math.isfinite(cost) else None
