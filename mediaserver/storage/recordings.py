"""The table `recordings`. Every write may be repeated without harm."""

from __future__ import annotations

from uuid import UUID

from mediaserver.storage.records import RecordingMade
from mediaserver.storage.sql import Database, Row, text


async def made(connection: Database, record: RecordingMade) -> None:
    await connection.execute(
        "insert into recordings (call_id, path, seconds, size_bytes) values ($1, $2, $3, $4) "
        "on conflict (call_id) do update set path = $2, seconds = $3, size_bytes = $4",
        record.call_id, text(record.path, 4000), record.seconds, record.size_bytes,
    )  # fmt: skip


async def of_call(connection: Database, call_id: UUID) -> Row | None:
    """Path, seconds and size of a call's recording."""
    query = "select path, seconds, size_bytes from recordings where call_id = $1"
    row = await connection.fetchrow(query, call_id)
    return None if row is None else dict(row)
