"""The table `turns`: the transcript. Every write may be repeated without harm."""

from __future__ import annotations

import json
from uuid import UUID

from mediaserver.storage.records import TurnSaid
from mediaserver.storage.sql import Database, Row, text, to_json


async def said(connection: Database, record: TurnSaid) -> None:
    await connection.execute(
        """
        insert into turns (call_id, index, speaker, text, heard, started_ms, ended_ms, confidence, understood,
            interrupted, latency)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (call_id, index) do update set speaker = $3, text = $4, heard = $5, started_ms = $6,
            ended_ms = $7, confidence = $8, understood = $9, interrupted = $10, latency = $11,
            saved_at = now()
        """,
        record.call_id, record.index, record.speaker, text(record.text, 100_000),
        text(record.heard, 100_000), record.started_ms, record.ended_ms, record.confidence,
        record.understood, record.interrupted, to_json(record.latency),
    )  # fmt: skip


async def of_call(connection: Database, call_id: UUID) -> list[Row]:
    """The lines of a call in order."""
    query = (
        "select index, speaker, text, heard, started_ms, ended_ms, confidence, understood, interrupted, "
        "latency from turns where call_id = $1 order by index"
    )
    rows = await connection.fetch(query, call_id)
    return [{**dict(row), "latency": json.loads(row["latency"])} for row in rows]
