"""The table `events`. Every write may be repeated without harm."""

from __future__ import annotations

import json
from uuid import UUID

from mediaserver.storage.records import EventHappened
from mediaserver.storage.sql import Database, Row, changed, text, to_json


async def happened(connection: Database, record: EventHappened) -> bool:
    """Whether it was not known."""
    status = await connection.execute(
        "insert into events (call_id, at_ms, kind, data) values ($1, $2, $3, $4) on conflict do nothing",
        record.call_id, record.at_ms, text(record.kind, 100), to_json(record.data),
    )  # fmt: skip
    return changed(status)


async def of_call(connection: Database, call_id: UUID) -> list[Row]:
    """What else happened in a call, in order."""
    query = "select at_ms, kind, data from events where call_id = $1 order by at_ms, id"
    rows = await connection.fetch(query, call_id)
    return [{**dict(row), "data": json.loads(row["data"])} for row in rows]
