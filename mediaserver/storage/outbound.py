"""The table `outbound_usage`: what was called out, by minute and server. Every write may be repeated without
harm: a row only grows, and belongs to one server."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from mediaserver.storage.records import OutboundUsed
from mediaserver.storage.sql import Database, Row, text

NOBODY = UUID(int=0)
"""In the place of a server that has no name."""
KEPT_DAYS = 8
_MINUTE = "extract(epoch from minute)::bigint / 60"


async def used(connection: Database, record: OutboundUsed, node: UUID | None) -> None:
    await connection.execute(
        """
        insert into outbound_usage as known (minute, node_id, scope, calls, ms, micros)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (minute, node_id, scope) do update set calls = greatest(known.calls, excluded.calls),
            ms = greatest(known.ms, excluded.ms), micros = greatest(known.micros, excluded.micros)
        """,
        record.minute, node or NOBODY, text(record.scope, 200), record.calls, record.ms, record.micros,
    )  # fmt: skip


async def own(connection: Database, node: UUID, since: datetime) -> list[tuple[int, str, int, int, int]]:
    """What a server used: minutes since 1970, scope, calls, ms, micros; oldest first."""
    rows = await connection.fetch(
        f"select {_MINUTE} as minute, scope, calls, ms, micros from outbound_usage "
        "where node_id = $1 and minute > $2 order by minute",
        node, since,
    )  # fmt: skip
    return [(row["minute"], row["scope"], row["calls"], row["ms"], row["micros"]) for row in rows]


async def of_others(
    connection: Database, node: UUID, day: datetime, hour: datetime, minute: datetime
) -> list[Row]:
    """What all other servers used, by scope, since these times."""
    rows = await connection.fetch(
        """
        select scope, coalesce(sum(calls) filter (where minute >= $4), 0)::bigint as calls_minute,
            coalesce(sum(calls) filter (where minute > $3), 0)::bigint as calls_hour,
            sum(calls)::bigint as calls_day, sum(ms)::bigint as ms_day, sum(micros)::bigint as micros_day
        from outbound_usage where node_id <> $1 and minute > $2 group by scope
        """,
        node, day, hour, minute,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def forget(connection: Database, before: datetime) -> None:
    """What nobody asks for any more."""
    await connection.execute("delete from outbound_usage where minute < $1", before)
