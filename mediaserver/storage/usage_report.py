"""What was used and what it cost, summed up: reads `usage_days` alone, never the tables that calls write.

A cost that was known when it was counted stays; the rest is priced here, by the day's price of its engine,
else of any engine. What nobody has a price for has no cost: that is null, never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from mediaserver.storage.records import UsageKind
from mediaserver.storage.sql import Database, Row


class UsageBy(StrEnum):
    """What a report may be broken down by; by kind it always is, for units do not add up."""

    DAY = "day"
    KEY = "key"
    AGENT = "agent"
    FLOW = "flow"
    ENGINE = "engine"
    KIND = "kind"


_COLUMNS = {
    UsageBy.DAY: "day", UsageBy.KEY: "owner", UsageBy.AGENT: "agent", UsageBy.FLOW: "flow",
    UsageBy.ENGINE: "engine", UsageBy.KIND: "kind",
}  # fmt: skip


_PRICE = """
    select p.price / p.per from usage_prices p
    where p.kind = {each}.kind and p.engine in ({each}.engine, '*') and p.since <= {day}
    order by p.engine = {each}.engine desc, p.since desc limit 1
"""
"""Of one unit; null: nobody has said."""


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """What a report is of. None: any."""

    since: date
    until: date
    """The last day; both in UTC."""
    owner: UUID | None = None
    agent: str | None = None
    flow: str | None = None
    engine: str | None = None
    kind: UsageKind | None = None


async def report(connection: Database, wanted: UsageFilter, by: Sequence[UsageBy], limit: int) -> list[Row]:
    """Rows with `kind`, the columns of `by`, `amount`, `cost` (US dollars; None: no price is known of any of
    it) and `unpriced` (the part of the amount that has no price), in their order; one more than `limit` when
    there are more."""
    columns = [_COLUMNS[each] for each in dict.fromkeys((*by, UsageBy.KIND))]
    shown = ", ".join(columns)
    rows = await connection.fetch(
        f"""
        with priced as (
            select d.*, ({_PRICE.format(each="d", day="d.day")}) as each
            from usage_days d
            where d.day between $1 and $2
                and ($3::uuid is null or coalesce(d.owner, '00000000-0000-0000-0000-000000000000') = $3)
                and ($4::text is null or d.agent = $4) and ($5::text is null or d.flow = $5)
                and ($6::text is null or d.engine = $6) and ($7::text is null or d.kind = $7)
        )
        select {shown}, sum(amount) as amount,
            sum(case when each is not null then cost + (amount - priced) * each
                when priced > 0 then cost end) as cost,
            coalesce(sum(amount - priced) filter (where each is null), 0) as unpriced
        from priced group by {shown} order by {shown} limit $8
        """,
        wanted.since, wanted.until, wanted.owner, wanted.agent, wanted.flow, wanted.engine,
        wanted.kind, limit + 1,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def of_call(connection: Database, call_id: UUID) -> list[Row]:
    """What one call used: rows like those of `report` by engine, each with the `owner` that it counts for;
    empty when there was no such call, or its counts are no longer kept."""
    rows = await connection.fetch(
        f"""
        with priced as (
            select c.*, ({_PRICE.format(each="c", day="(c.at at time zone 'utc')::date")}) as each
            from usage_counts c where c.call_id = $1
        )
        select owner, engine, kind, sum(amount) as amount, sum(coalesce(cost, amount * each)) as cost,
            coalesce(sum(amount) filter (where cost is null and each is null), 0) as unpriced
        from priced group by owner, engine, kind order by kind, engine
        """,
        call_id,
    )
    return [dict(row) for row in rows]
