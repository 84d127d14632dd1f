"""The table `usage_prices`: what units of usage cost, written as a whole by the operator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mediaserver.storage.records import UsageKind
from mediaserver.storage.sql import Database, text

ANY = "*"
"""In the place of an engine: any that has no price of its own."""
ALWAYS = date(2000, 1, 1)
"""The day that prices count from which say none."""


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """US dollars for `per` units of a kind."""

    kind: UsageKind
    engine: str
    price: float
    per: float = 1.0
    since: date = ALWAYS
    """The first day (UTC) that it counts for, until a later one does."""


async def all_prices(connection: Database) -> list[UnitPrice]:
    """By kind, engine and day."""
    rows = await connection.fetch(
        "select kind, engine, price, per, since from usage_prices order by kind, engine, since"
    )
    return [UnitPrice(UsageKind(row["kind"]), *list(row)[1:]) for row in rows]


async def replace_all(connection: Database, prices: Iterable[UnitPrice]) -> None:
    """The table is these now; `connection` has a transaction, so that nobody sees half of it. Raises
    asyncpg.UniqueViolationError when two are of one kind, engine and day."""
    await connection.execute("lock table usage_prices in share row exclusive mode")
    await connection.execute("delete from usage_prices")
    for each in prices:
        await connection.execute(
            "insert into usage_prices (kind, engine, price, per, since) values ($1, $2, $3, $4, $5)",
            each.kind, text(each.engine, 200), each.price, each.per, each.since,
        )  # fmt: skip
