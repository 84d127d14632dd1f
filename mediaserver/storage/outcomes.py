"""The table `outcomes`: what flows achieved. Every write may be repeated without harm."""

from __future__ import annotations

import json
from uuid import UUID

from mediaserver.storage.records import OutcomeMade
from mediaserver.storage.sql import Database, Row, changed, text, to_json


async def made(connection: Database, record: OutcomeMade) -> bool:
    """Whether it says something new."""
    status = await connection.execute(
        """
        insert into outcomes (call_id, flow, status, data, flow_version) values ($1, $2, $3, $4, $5)
        on conflict (call_id, flow) do update
            set status = $3, data = $4, flow_version = $5, saved_at = now()
            where (outcomes.status, outcomes.data, outcomes.flow_version)
                is distinct from (excluded.status, excluded.data, excluded.flow_version)
        """,
        record.call_id, text(record.flow, 100), text(record.status, 100), to_json(record.data),
        record.flow_version,
    )  # fmt: skip
    return changed(status)


async def of_call(connection: Database, call_id: UUID) -> list[Row]:
    """Flow, its version, status, data and time of each outcome of a call, oldest first."""
    rows = await connection.fetch(
        "select flow, flow_version, status, data, saved_at from outcomes where call_id = $1 "
        "order by saved_at, flow",
        call_id,
    )
    return [{**dict(row), "data": json.loads(row["data"])} for row in rows]
