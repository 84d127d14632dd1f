"""All SQL of the server, as named functions over an asyncpg connection or pool. The tables: schema.sql.

Every write may be repeated without harm (a lost connection hides whether a commit went through).
"""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Protocol, assert_never
from uuid import UUID

from mediaserver.errors import DatabaseError
from mediaserver.storage.records import (
    BookingMade,
    CallAnswered,
    CallEnded,
    CallStarted,
    EventHappened,
    LegClosed,
    LegOpened,
    Record,
    RecordingMade,
    TurnSaid,
)

SCHEMA = Path(__file__).resolve().parents[2] / "schema.sql"
SCHEMA_VERSION = 1
_SCHEMA_LOCK = 0x566F696365  # any number; two servers starting on one database take turns

Row = dict[str, Any]


class Connection(Protocol):
    """What the functions use of asyncpg's Connection and Pool."""

    async def execute(self, query: str, *args: Any) -> str: ...

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...

    async def fetchrow(self, query: str, *args: Any) -> Any: ...

    async def fetchval(self, query: str, *args: Any) -> Any: ...


class OrphanError(ValueError):
    """A record changes a call or leg that the database does not know."""


async def apply_schema(connection: Connection) -> None:
    """Make or complete the tables. Raises DatabaseError when the database is newer than this program."""
    try:
        schema = SCHEMA.read_text()
    except OSError as error:
        raise DatabaseError(
            f"cannot read {SCHEMA}: {error.strerror}; install from a whole checkout"
        ) from None
    # One simple query is one transaction, so the lock ends with it.
    await connection.execute(f"select pg_advisory_xact_lock({_SCHEMA_LOCK});\n{schema}")
    version = int(await connection.fetchval("select value from meta where key = 'schema_version'"))
    if version > SCHEMA_VERSION:
        raise DatabaseError(
            f"the database has schema {version}, this program knows {SCHEMA_VERSION}: update VoiceForge"
        )


async def left_open(connection: Connection) -> list[tuple[UUID, datetime]]:
    """Id and start of the calls that `close_interrupted` will close."""
    rows = await connection.fetch("select id, started_at from calls where state = 'live'")
    return [(row["id"], row["started_at"]) for row in rows]


async def close_interrupted(connection: Connection) -> int:
    """Close the calls that were live when the process died; they ended at the last sign of life kept.

    Returns how many. Run at start, after what was spilled has been written.
    """
    done = await connection.execute(
        """
        update calls set state = 'ended', ended_by = 'server', why = 'interrupted',
            detail = 'the process died', ended_at = greatest(started_at, answered_at,
                (select max(saved_at) from turns where call_id = calls.id),
                (select max(saved_at) from events where call_id = calls.id),
                (select max(saved_at) from bookings where call_id = calls.id),
                (select max(greatest(opened_at, closed_at)) from legs where call_id = calls.id))
        where state = 'live'
        """
    )
    return int(done.split()[-1])


async def save(connection: Connection, record: Record) -> None:
    """Write one record. Raises asyncpg errors, ValueError (bad value) and OrphanError."""
    match record:
        case CallStarted():
            await _save_call_started(connection, record)
        case CallAnswered():
            query = "update calls set answered_at = coalesce(answered_at, $2) where id = $1 returning id"
            _known(await connection.fetchval(query, record.call_id, record.at), "call", record.call_id)
        case CallEnded():
            await _save_call_ended(connection, record)
        case LegOpened():
            await _save_leg_opened(connection, record)
        case LegClosed():
            query = "update legs set closed_at = $2, stats = $3 where id = $1 returning id"
            saved = await connection.fetchval(query, record.leg_id, record.at, _json(record.stats))
            _known(saved, "leg", record.leg_id)
        case TurnSaid():
            await _save_turn(connection, record)
        case EventHappened():
            await connection.execute(
                "insert into events (call_id, at_ms, kind, data) values ($1, $2, $3, $4) "
                "on conflict do nothing",
                record.call_id, record.at_ms, _text(record.kind, 100), _json(record.data),
            )  # fmt: skip
        case RecordingMade():
            await connection.execute(
                "insert into recordings (call_id, path, seconds, size_bytes) values ($1, $2, $3, $4) "
                "on conflict (call_id) do update set path = $2, seconds = $3, size_bytes = $4",
                record.call_id, _text(record.path, 4000), record.seconds, record.size_bytes,
            )  # fmt: skip
        case BookingMade():
            await _save_booking(connection, record)
        case _:
            assert_never(record)


async def _save_call_started(connection: Connection, record: CallStarted) -> None:
    await connection.execute(
        """
        insert into calls (id, direction, from_uri, to_uri, app, started_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do nothing
        """,
        record.call_id, record.direction, _text(record.from_uri, 2000), _text(record.to_uri, 2000),
        _text(record.app, 100), record.at,
    )  # fmt: skip


async def _save_call_ended(connection: Connection, record: CallEnded) -> None:
    # It may find the call closed as interrupted (it was spilled, then read again): the truth replaces that.
    saved = await connection.fetchval(
        """
        update calls set state = 'ended', ended_at = $2, ended_by = $3, why = $4, code = $5, detail = $6
        where id = $1 returning id
        """,
        record.call_id, record.at, _text(record.ended_by, 100), _text(record.why, 200), record.code,
        _text(record.detail, 2000),
    )  # fmt: skip
    _known(saved, "call", record.call_id)


async def _save_leg_opened(connection: Connection, record: LegOpened) -> None:
    await connection.execute(
        """
        insert into legs (id, call_id, kind, sip_call_id, remote, codec, opened_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (id) do update set sip_call_id = $4, remote = $5, codec = $6
        """,
        record.leg_id, record.call_id, _text(record.kind, 100), _text(record.sip_call_id, 1000),
        _text(record.remote, 1000), _text(record.codec, 100), record.at,
    )  # fmt: skip


async def _save_turn(connection: Connection, record: TurnSaid) -> None:
    await connection.execute(
        """
        insert into turns (call_id, index, speaker, text, heard, started_ms, ended_ms, confidence, understood,
            interrupted, latency)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (call_id, index) do update set speaker = $3, text = $4, heard = $5, started_ms = $6,
            ended_ms = $7, confidence = $8, understood = $9, interrupted = $10, latency = $11,
            saved_at = now()
        """,
        record.call_id, record.index, record.speaker, _text(record.text, 100_000),
        _text(record.heard, 100_000), record.started_ms, record.ended_ms, record.confidence,
        record.understood, record.interrupted, _json(record.latency),
    )  # fmt: skip


async def _save_booking(connection: Connection, record: BookingMade) -> None:
    await connection.execute(
        """
        insert into bookings (call_id, place, day, time, minutes, people, status)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (call_id) do update set place = $2, day = $3, time = $4, minutes = $5, people = $6,
            status = $7, saved_at = now()
        """,
        record.call_id, _text(record.place, 200), date.fromisoformat(record.day),
        time.fromisoformat(record.time), record.minutes, record.people, record.status,
    )  # fmt: skip


async def recent_calls(connection: Connection, limit: int = 50) -> list[Row]:
    """The newest calls with their booking and whether they were recorded."""
    rows = await connection.fetch(
        """
        select c.*, (select count(*) from turns t where t.call_id = c.id) as turns,
            r.call_id is not null as recorded, b.place, b.day, b.time, b.minutes, b.people, b.status
        from calls c left join bookings b on b.call_id = c.id left join recordings r on r.call_id = c.id
        order by c.started_at desc limit $1
        """,
        limit,
    )
    return [_call(row) for row in rows]


async def call(connection: Connection, call_id: UUID) -> Row | None:
    """One call like those of `recent_calls`; None when it is not known."""
    row = await connection.fetchrow(
        """
        select c.*, (select count(*) from turns t where t.call_id = c.id) as turns,
            r.call_id is not null as recorded, b.place, b.day, b.time, b.minutes, b.people, b.status
        from calls c left join bookings b on b.call_id = c.id left join recordings r on r.call_id = c.id
        where c.id = $1
        """,
        call_id,
    )
    return None if row is None else _call(row)


async def transcript(connection: Connection, call_id: UUID) -> list[Row]:
    """The lines of a call in order."""
    query = (
        "select index, speaker, text, heard, started_ms, ended_ms, confidence, understood, interrupted, "
        "latency from turns where call_id = $1 order by index"
    )
    rows = await connection.fetch(query, call_id)
    return [{**dict(row), "latency": json.loads(row["latency"])} for row in rows]


async def legs(connection: Connection, call_id: UUID) -> list[Row]:
    """The legs of a call, oldest first."""
    query = (
        "select id, kind, sip_call_id, remote, codec, opened_at, closed_at, stats "
        "from legs where call_id = $1 order by opened_at"
    )
    rows = await connection.fetch(query, call_id)
    return [{**dict(row), "stats": json.loads(row["stats"])} for row in rows]


async def events(connection: Connection, call_id: UUID) -> list[Row]:
    """What else happened in a call, in order."""
    query = "select at_ms, kind, data from events where call_id = $1 order by at_ms, id"
    rows = await connection.fetch(query, call_id)
    return [{**dict(row), "data": json.loads(row["data"])} for row in rows]


async def recording(connection: Connection, call_id: UUID) -> Row | None:
    """Path, seconds and size of a call's recording."""
    query = "select path, seconds, size_bytes from recordings where call_id = $1"
    row = await connection.fetchrow(query, call_id)
    return None if row is None else dict(row)


async def booking(connection: Connection, call_id: UUID) -> Row | None:
    """What a call booked: place, day (ISO), time (HH:MM), minutes, people, status."""
    query = "select place, day, time, minutes, people, status from bookings where call_id = $1"
    row = await connection.fetchrow(query, call_id)
    return None if row is None else _booking(row)


def _call(row: Any) -> Row:
    result = dict(row)
    has_booking = result["status"] is not None
    result["booking"] = _booking(row) if has_booking else None
    for key in ("place", "day", "time", "minutes", "people", "status"):
        del result[key]
    return result


def _booking(row: Any) -> Row:
    return {
        "place": row["place"],
        "day": row["day"].isoformat(),
        "time": row["time"].strftime("%H:%M"),
        "minutes": row["minutes"],
        "people": row["people"],
        "status": row["status"],
    }


def _known(found: UUID | None, what: str, identity: UUID) -> None:
    if found is None:
        raise OrphanError(f"there is no {what} {identity}")


def _text(text: str, limit: int) -> str:
    """Text that PostgreSQL takes: no NUL, no lone surrogates (headers may hold any bytes), not too long."""
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")[:limit]


def _json(value: Any) -> str:
    return json.dumps(_clean(value))


def _clean(value: Any) -> Any:
    match value:
        case str():
            return _text(value, 100_000)
        case float():
            return value if math.isfinite(value) else None
        case bool() | int() | None:
            return value
        case dict():
            return {_text(str(key), 1000): _clean(item) for key, item in value.items()}
        case list() | tuple():
            return [_clean(item) for item in value]
        case _:
            return _text(str(value), 1000)
