"""The table `outcomes`: what flows achieved. Every write may be repeated without harm."""

from __future__ import annotations

import json
from uuid import UUID

from mediaserver.storage.records import OutcomeMade
from mediaserver.storage.sql import Database, Row, text, to_json


async def made(connection: Database, record: OutcomeMade) -> None:
    await connection.execute(
        """
        insert into outcomes (call_id, flow, status, data) values ($1, $2, $3, $4)
        on conflict (call_id, flow) do update set status = $3, data = $4, saved_at = now()
        """,
        record.call_id, text(record.flow, 100), text(record.status, 100), to_json(record.data),
    )  # fmt: skip


async def of_call(connection: Database, call_id: UUID) -> list[Row]:
    """Flow, status, data and time of each outcome of a call, oldest first."""
    query = "select flow, status, data, saved_at from outcomes where call_id = $1 order by saved_at, flow"
    rows = await connection.fetch(query, call_id)
    return [{**dict(row), "data": json.loads(row["data"])} for row in rows]
