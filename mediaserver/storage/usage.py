"""The tables `usage_counts` and `usage_days`: what keys used. Every write may be repeated without harm.

Each count stands in the first under its id; only one that is new there is added to its day in the second, in
the same statement. So a record that comes twice (the journal says "at least once") counts once, and a month
is summed up from a few rows a day.
"""

from __future__ import annotations

import math
from datetime import datetime
from uuid import UUID

from mediaserver.storage.records import UsageCounted
from mediaserver.storage.sql import Database, text

NOBODY = UUID(int=0)
"""In the place of an owner or a server that has no name."""
KEPT_DAYS = 40
"""Of single counts; a journal that waited for longer may count again what it had half written."""


async def counted(connection: Database, record: UsageCounted, node: UUID | None) -> None:
    """Raises ValueError for an amount that is none."""
    if not (math.isfinite(record.amount) and record.amount >= 0):
        raise ValueError(f"{record.amount} {record.kind} cannot have been used")
    cost = record.cost if record.cost is not None and 0 <= record.cost < math.inf else None
    await connection.execute(
        """
        with fresh as (
            insert into usage_counts (id, at, owner, kind, amount, engine, agent, flow, call_id, cost)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing returning *
        )
        insert into usage_days as known (day, owner, kind, engine, agent, flow, node_id, amount, priced, cost)
        select (at at time zone 'utc')::date, owner, kind, engine, agent, flow, $11, amount,
            case when cost is null then 0 else amount end, coalesce(cost, 0)
        from fresh
        on conflict ((coalesce(owner, '00000000-0000-0000-0000-000000000000')), day, kind, engine, agent,
            flow, node_id)
        do update set amount = known.amount + excluded.amount, priced = known.priced + excluded.priced,
            cost = known.cost + excluded.cost
        """,
        record.id, record.at, record.owner, record.kind, record.amount, text(record.engine, 200),
        text(record.agent, 100), text(record.flow, 100), record.call_id, cost, node or NOBODY,
    )  # fmt: skip


async def forget(connection: Database, before: datetime, most: int) -> int:
    """Single counts from before, at most so many; the days stay. Returns how many there were."""
    gone = await connection.fetch(
        "delete from usage_counts where id in "
        "(select id from usage_counts where at < $1 order by at limit $2) returning 1",
        before, most,
    )  # fmt: skip
    return len(gone)
