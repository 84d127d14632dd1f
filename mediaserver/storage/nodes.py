"""The table `nodes`: the servers that share this database, and when each was seen last."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from mediaserver.storage.outbox.telling import ENDED
from mediaserver.storage.sql import Database, Row, text


async def started(connection: Database, node: UUID, host: str) -> None:
    """A server begins."""
    await connection.execute(
        """
        insert into nodes (id, host) values ($1, $2)
        on conflict (id) do update set host = $2, started_at = now(), seen_at = now()
        """,
        node, text(host, 255),
    )  # fmt: skip


async def seen(connection: Database, node: UUID) -> float | None:
    """A server lives. How many seconds ago it was seen before; None when it was not entered."""
    ago: float | None = await connection.fetchval(
        """
        with before as (select id, seen_at from nodes where id = $1)
        update nodes set seen_at = now() from before where nodes.id = before.id
        returning extract(epoch from now() - before.seen_at)::float8
        """,
        node,
    )
    return ago


async def alive(connection: Database, within_s: float) -> int:
    """How many servers were seen within so many seconds."""
    found: int = await connection.fetchval(
        "select count(*) from nodes where seen_at > now() - make_interval(secs => $1)", within_s
    )
    return found


async def seen_within(connection: Database, days: int) -> list[UUID]:
    """Servers that were seen within so many days."""
    rows = await connection.fetch(
        "select id from nodes where seen_at > now() - make_interval(days => $1)", days
    )
    return [row["id"] for row in rows]


async def holder_of(connection: Database, call_id: UUID) -> Row | None:
    """Which server has a call that is up: `id`, `host`, and the call's `owner`; None where none does."""
    row = await connection.fetchrow(
        "select n.id, n.host, c.owner from calls c join nodes n on n.id = c.node_id "
        "where c.id = $1 and c.state = 'live'",
        call_id,
    )
    return None if row is None else dict(row)


async def silent(connection: Database, for_s: float) -> list[UUID]:
    """Servers that have calls or legs up and were not seen for so many seconds, by the database's own clock.

    Their rows are locked until the transaction ends: one that comes back meanwhile waits, and of several
    servers that look at once one takes each.
    """
    rows = await connection.fetch(
        """
        select id from nodes where seen_at < now() - make_interval(secs => $1)
            and (exists (select from calls where state = 'live' and node_id = nodes.id)
                or exists (select from legs join calls on calls.id = legs.call_id
                    where legs.closed_at is null and calls.node_id = nodes.id))
        for no key update skip locked
        """,
        for_s,
    )
    return [row["id"] for row in rows]


async def others_live(connection: Database, node: UUID, within_s: float) -> bool:
    """Whether another server than this was seen within so many seconds."""
    found: bool = await connection.fetchval(
        "select exists (select from nodes where id <> $1 and seen_at > now() - make_interval(secs => $2))",
        node, within_s,
    )  # fmt: skip
    return found


async def close_calls(connection: Database, node: UUID | None) -> list[tuple[UUID, datetime]]:
    """Close the calls that were live when their server died; they ended at the last sign of life kept. And
    all legs that were up: a call's end may have been stored, and that of its legs not. None: calls that
    belong to no server. Returns the ids of calls that were live and when they began.

    A server closes those that it left itself at its start, after what was spilled has been written.
    """
    rows = await connection.fetch(
        f"""
        with closed as (
            update calls c set state = 'ended', ended_by = 'server', why = 'interrupted',
                detail = 'the process died', ended_at = greatest(started_at, answered_at,
                    (select max(saved_at) from turns where call_id = c.id),
                    (select max(saved_at) from events where call_id = c.id),
                    (select max(saved_at) from outcomes where call_id = c.id),
                    (select max(greatest(opened_at, closed_at)) from legs where call_id = c.id))
            where state = 'live' and node_id is not distinct from $1
            returning c.*
        ), told as (
            insert into outbox (at, owner, topic, call_id, data)
            select c.ended_at, c.owner, 'call.ended', c.id, {ENDED} from closed c order by c.ended_at
        ), over as (
            select id, ended_at from closed
            union all
            select id, ended_at from calls where state = 'ended' and node_id is not distinct from $1
        ), their_legs as (
            update legs set closed_at = greatest(legs.opened_at, over.ended_at) from over
            where legs.call_id = over.id and legs.closed_at is null
        )
        select id, started_at from closed
        """,
        node,
    )
    return [(row["id"], row["started_at"]) for row in rows]
