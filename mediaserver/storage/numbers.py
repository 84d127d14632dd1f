"""The table `numbers`: telephone numbers of ours. It is read whole by the directory, which keeps it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from mediaserver.storage.sql import Database, Row, made_ready

COLUMNS = ("label", "trunk", "provider", "agent", "route")
"""What whoever writes a number says of it."""
_READ = f"number, version, {', '.join(COLUMNS)}"


async def all_numbers(connection: Database) -> list[Row]:
    """In order."""
    rows = await connection.fetch(f"select {_READ} from numbers order by number")
    return await made_ready(rows, dict)


async def some_numbers(
    connection: Database, after: str, limit: int, owner: UUID | None = None, *, everybody: bool = True
) -> list[Row]:
    """A page of them, in order: those behind `after`. Unless everybody's are wanted, those that lead to
    nobody, or to agents of this owner or of the operator."""
    rows = await connection.fetch(
        f"select {_READ} from numbers n where number > $1 and ($4 or {_seen_by(3)}) order by number limit $2",
        after, limit, owner, everybody,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def may_see(connection: Database, number: str, owner: UUID | None) -> bool:
    """Whether it is among those that `some_numbers` gives of this owner."""
    found: bool = await connection.fetchval(
        f"select exists (select from numbers n where number = $1 and {_seen_by(2)})", number, owner
    )
    return found


async def one_number(connection: Database, number: str, *, lock: bool = False) -> Row | None:
    """`lock`: nobody changes it before the transaction ends."""
    row: Any = await connection.fetchrow(
        f"select {_READ} from numbers where number = $1 {'for update' if lock else ''}", number
    )
    return None if row is None else dict(row)


async def answered_by(connection: Database, agent: str) -> list[str]:
    """The numbers that lead to an agent themselves."""
    rows = await connection.fetch("select number from numbers where agent = $1 order by number", agent)
    return [row["number"] for row in rows]


async def following(connection: Database, route: int) -> list[str]:
    """The numbers that follow a route."""
    rows = await connection.fetch("select number from numbers where route = $1 order by number", route)
    return [row["number"] for row in rows]


async def add_number(connection: Database, number: str, row: Row) -> bool:
    """False when there is that number. `row`: `COLUMNS`."""
    found = await connection.fetchval(
        f"insert into numbers (number, {', '.join(COLUMNS)}) values ($1, $2, $3, $4, $5, $6) "
        "on conflict (number) do nothing returning number",
        number, *(row[name] for name in COLUMNS),
    )  # fmt: skip
    return found is not None


async def change_number(connection: Database, number: str, row: Row) -> None:
    """Put this in the place of what is said of a number that there is."""
    changes = ", ".join(f"{name} = ${at}" for at, name in enumerate(COLUMNS, 2))
    await connection.execute(
        f"update numbers set {changes} where number = $1", number, *(row[name] for name in COLUMNS)
    )


async def have_answered(connection: Database, number: str, agent: str, provider: str) -> None:
    """This agent answers it from now on; where it is not there yet, it is one of this account's."""
    await connection.execute(
        "insert into numbers (number, agent, provider) values ($1, $2, $3) "
        "on conflict (number) do update set agent = excluded.agent, route = null",
        number, agent, provider,
    )  # fmt: skip


async def remove_number(connection: Database, number: str) -> bool:
    """False when there is none."""
    query = "delete from numbers where number = $1 returning number"
    return await connection.fetchval(query, number) is not None


def _seen_by(owner: int) -> str:
    """It leads to no agent of somebody else than this argument says."""
    return f"""
        not exists (select from agents a left join routes r on r.id = n.route
            where a.name in (n.agent, r.agent, r.fallback_agent) and a.owner is not null
                and a.owner is distinct from ${owner})
    """
