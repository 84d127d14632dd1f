"""The table `phone_prices`: what minutes of telephone calls cost by trunk, direction and the beginning of a
number, written as a whole by the operator."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from mediaserver.storage.sql import Database, text
from mediaserver.storage.usage_prices import ALWAYS, ANY

_COLUMNS = "trunk, direction, prefix, per_minute, connection, first_s, step_s, since"


@dataclass(frozen=True, slots=True)
class PhonePrice:
    """US dollars."""

    trunk: str
    direction: Literal["in", "out"]
    prefix: str
    """With its `+`; empty: any number."""
    per_minute: float
    connection: float = 0.0
    """For each answered call."""
    first_s: int = 60
    """Seconds that are paid for at least,"""
    step_s: int = 60
    """and at a time after that."""
    since: date = ALWAYS
    """The first day (UTC) that it counts for, until a later one does."""

    def of(self, seconds: float) -> float:
        """What an answered leg of this length costs: steps that were begun are paid."""
        steps = max(0, math.ceil((seconds - self.first_s) / self.step_s))
        return self.connection + self.per_minute * (self.first_s + steps * self.step_s) / 60


async def all_prices(connection: Database) -> list[PhonePrice]:
    """By trunk, direction, prefix and day."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from phone_prices order by trunk, direction, prefix, since"  # noqa: S608 - our own words
    )
    return [PhonePrice(*row) for row in rows]


async def price_of(
    connection: Database, trunk: str, direction: str, number: str, day: date
) -> PhonePrice | None:
    """The price of a leg: its trunk's own before that of any, then the longest prefix, then the latest.
    None: nobody has said."""
    row = await connection.fetchrow(
        f"""
        select {_COLUMNS} from phone_prices
        where trunk in ($1, '{ANY}') and direction = $2 and starts_with($3, prefix) and since <= $4
        order by trunk = $1 desc, length(prefix) desc, since desc limit 1
        """,  # noqa: S608 - our own words
        trunk, direction, number, day,
    )  # fmt: skip
    return None if row is None else PhonePrice(*row)


async def has_price(connection: Database, trunk: str, direction: str) -> bool:
    """Whether anybody has said what calls by it cost."""
    found: bool = await connection.fetchval(
        f"select exists (select from phone_prices where trunk in ($1, '{ANY}') and direction = $2)",  # noqa: S608 - our own words
        trunk, direction,
    )  # fmt: skip
    return found


async def replace_all(connection: Database, prices: Iterable[PhonePrice]) -> None:
    """The table is these now; `connection` has a transaction. Raises asyncpg.UniqueViolationError when two
    are of one trunk, direction, prefix and day."""
    await connection.execute("lock table phone_prices in share row exclusive mode")
    await connection.execute("delete from phone_prices")
    for each in prices:
        await connection.execute(
            f"insert into phone_prices ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)",  # noqa: S608 - our own words
            text(each.trunk, 64), each.direction, each.prefix, each.per_minute, each.connection,
            each.first_s, each.step_s, each.since,
        )  # fmt: skip
