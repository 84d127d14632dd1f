"""The table `recordings`. Every write may be repeated without harm."""

from __future__ import annotations

from uuid import UUID

from mediaserver.storage.records import RecordingMade
from mediaserver.storage.sql import Database, Row, changed, text


async def made(connection: Database, record: RecordingMade) -> bool:
    """Whether it says something new."""
    status = await connection.execute(
        "insert into recordings (call_id, path, seconds, size_bytes) values ($1, $2, $3, $4) "
        "on conflict (call_id) do update set path = $2, seconds = $3, size_bytes = $4 "
        "where (recordings.path, recordings.seconds, recordings.size_bytes) "
        "is distinct from (excluded.path, excluded.seconds, excluded.size_bytes)",
        record.call_id, text(record.path, 4000), record.seconds, record.size_bytes,
    )  # fmt: skip
    return changed(status)


async def of_call(connection: Database, call_id: UUID) -> Row | None:
    """Path, seconds and size of a call's recording."""
    query = "select path, seconds, size_bytes from recordings where call_id = $1"
    row = await connection.fetchrow(query, call_id)
    return None if row is None else dict(row)
