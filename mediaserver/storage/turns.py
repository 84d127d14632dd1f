"""The table `turns`: the transcript. Every write may be repeated without harm."""

from __future__ import annotations

import json
from enum import StrEnum
from uuid import UUID

from mediaserver.storage.records import TurnSaid
from mediaserver.storage.sql import Database, Row, text, to_json


class TurnNews(StrEnum):
    """What a written line says that was not known."""

    NOTHING = "nothing"
    NEW = "new"
    """It is new, or was not over."""
    MENDED = "mended"
    """It was over, and says something else now."""


async def said(connection: Database, record: TurnSaid) -> TurnNews:
    """A line that is over is not opened again by one written a second time."""
    row = await connection.fetchrow(
        """
        insert into turns (call_id, index, speaker, text, heard, started_ms, ended_ms, confidence, understood,
            interrupted, latency, open)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict (call_id, index) do update set speaker = $3, text = $4, heard = $5, started_ms = $6,
            ended_ms = $7, confidence = $8, understood = $9, interrupted = $10, latency = $11,
            open = $12, saved_at = now()
        where (turns.open or not $12) and (turns.speaker, turns.text, turns.heard, turns.started_ms,
            turns.ended_ms, turns.confidence, turns.understood, turns.interrupted, turns.latency, turns.open)
            is distinct from (excluded.speaker, excluded.text, excluded.heard, excluded.started_ms,
            excluded.ended_ms, excluded.confidence, excluded.understood, excluded.interrupted,
            excluded.latency, excluded.open)
        returning (select not known.open from turns known
            where known.call_id = $1 and known.index = $2) as over
        """,
        record.call_id, record.index, record.speaker, text(record.text, 100_000),
        text(record.heard, 100_000), record.started_ms, record.ended_ms, record.confidence,
        record.understood, record.interrupted, to_json(record.latency), record.open,
    )  # fmt: skip
    if row is None:
        return TurnNews.NOTHING
    return TurnNews.MENDED if row["over"] else TurnNews.NEW


async def of_call(connection: Database, call_id: UUID) -> list[Row]:
    """The lines of a call in order."""
    query = (
        "select index, speaker, text, heard, started_ms, ended_ms, confidence, understood, interrupted, "
        "latency from turns where call_id = $1 order by index"
    )
    rows = await connection.fetch(query, call_id)
    return [{**dict(row), "latency": json.loads(row["latency"])} for row in rows]
