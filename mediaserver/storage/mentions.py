"""Where texts of calls stand that may mention a telephone number: found by its last digits a window of calls
at a time, read, and written again without it.

Numbers stand in calls of others, too: in which they were rung, to which they were transferred, in which
somebody said them. Such a call stays, and its rows say no more whose number it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mediaserver.storage.sql import Database, to_json

TakenOut = Callable[[Any], Any]
"""What is left of a text or a value."""


@dataclass(frozen=True, slots=True)
class MentioningTable:
    """A table whose rows may mention numbers. `call` is its column with the id of a call."""

    name: str
    keys: tuple[str, ...]
    texts: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    """JSON."""
    written_json: tuple[str, ...] = ()
    """JSON that is kept as a text."""
    call: str = "call_id"


TABLES = (
    MentioningTable("calls", ("id",), ("from_uri", "to_uri", "detail"), ("about",), call="id"),
    MentioningTable("legs", ("id",), ("ref", "remote", "number"), ("stats",)),
    MentioningTable("turns", ("call_id", "index"), ("text", "heard")),
    MentioningTable("events", ("id",), (), ("data",)),
    MentioningTable("messages", ("call_id", "index"), ("transcript",)),
    MentioningTable("outcomes", ("call_id", "flow"), (), ("data",)),
    MentioningTable("call_summaries", ("call_id",), ("summary", "fault"), ("follow_ups",)),
    MentioningTable("outbox", ("seq",), (), ("data",)),
    MentioningTable("webhook_deliveries", ("id",), ("fault",), (), ("body",)),
)
PARTY = frozenset({"legs", "events"})
"""Tables in which a number that is mentioned was more than talked of: it was rung, or transferred to."""


@dataclass(frozen=True, slots=True)
class CallWindow:
    """Calls behind an id, up to another, but for some."""

    after: UUID
    last: UUID
    without: Collection[UUID] = ()


async def take_out(
    connection: Database, table: MentioningTable, window: CallWindow, tail: str, left: TakenOut
) -> tuple[set[UUID], set[UUID]]:
    """Write the rows of these calls again without a number that ends in `tail`. The calls of those that have
    changed, and those that are up: they are left as they are, for more may be written of them."""
    columns = [*table.texts, *table.values, *table.written_json]
    shown = ", ".join(f"t.{column}::text as {column}" for column in columns)
    digits = f"concat_ws(' ', {', '.join(f't.{column}' for column in columns)})"
    rows = await connection.fetch(
        rf"""
        select t.{table.call} as of_call, c.state = 'ended' as over,
            {", ".join(f"t.{key} as key_{key}" for key in table.keys)}, {shown}
        from {table.name} t join calls c on c.id = t.{table.call}
        where c.id > $1 and c.id <= $2 and c.id <> all($3::uuid[])
            and regexp_replace({digits}, '\D', '', 'g') like '%' || $4 || '%'
        for update of t
        """,  # noqa: S608 - our own words
        window.after, window.last, list(window.without), tail,
    )  # fmt: skip
    written: set[UUID] = set()
    up: set[UUID] = set()
    for row in rows:
        if changes := dict(_changes(table, row, left)):
            (written if row["over"] else up).add(row["of_call"])
            if row["over"]:
                await _write(connection, table, [row[f"key_{key}"] for key in table.keys], changes)
    return written, up


async def take_out_of_facts(connection: Database, tail: str, left: TakenOut) -> int:
    """The same of what agents have learnt of others, of sessions and of text messages; how many rows."""
    count = 0
    for table in (
        MentioningTable("caller_facts", ("agent", "caller", "topic"), ("fact",)),
        MentioningTable("voice_sessions", ("id",), (), ("settings",)),
        MentioningTable("provider_messages", ("id",), ("body",)),
    ):
        (column,) = (*table.texts, *table.values)
        rows = await connection.fetch(
            rf"""
            select {", ".join(f"{key} as key_{key}" for key in table.keys)}, {column}::text as {column}
            from {table.name} where regexp_replace({column}::text, '\D', '', 'g') like '%' || $1 || '%'
            """,  # noqa: S608 - our own words
            tail,
        )
        for row in rows:
            if changes := dict(_changes(table, row, left)):
                await _write(connection, table, [row[f"key_{key}"] for key in table.keys], changes)
                count += 1
    return count


def _changes(table: MentioningTable, row: Any, left: TakenOut) -> Iterator[tuple[str, str]]:
    for column in table.texts:
        if (mended := left(row[column])) != row[column]:
            yield column, mended
    for column in (*table.values, *table.written_json):
        if row[column]:
            value = json.loads(row[column])
            if (mended := left(value)) != value:
                yield column, to_json(mended) if column in table.values else json.dumps(mended)


async def _write(
    connection: Database, table: MentioningTable, keys: list[Any], changes: dict[str, str]
) -> None:
    sets = ", ".join(
        f"{column} = ${number}{'::jsonb' if column in table.values else ''}"
        for number, column in enumerate(changes, 1)
    )
    which = " and ".join(f"{key} = ${number}" for number, key in enumerate(table.keys, len(changes) + 1))
    if table.name == "events":
        # Two events that differ in the number alone are one without it.
        await connection.execute(
            "delete from events e using events same where e.id = $2 and same.id <> e.id "
            "and same.call_id = e.call_id and same.at_ms = e.at_ms and same.kind = e.kind "
            "and same.data = $1::jsonb",
            *changes.values(), *keys,
        )  # fmt: skip
    await connection.execute(
        f"update {table.name} set {sets} where {which}",  # noqa: S608 - our own words
        *changes.values(), *keys,
    )  # fmt: skip
