"""The table `legs`. Every write may be repeated without harm."""

from __future__ import annotations

import json
from uuid import UUID

from mediaserver.storage.records import LegClosed, LegOpened
from mediaserver.storage.sql import Database, Row, known, text, to_json


async def opened(connection: Database, record: LegOpened) -> None:
    await connection.execute(
        """
        insert into legs (id, call_id, kind, ref, remote, codec, opened_at, direction, trunk, number)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (id) do update set ref = $4, remote = $5, codec = $6
        """,
        record.leg_id, record.call_id, text(record.kind, 100), text(record.ref, 1000),
        text(record.remote, 1000), text(record.codec, 100), record.at, record.direction,
        text(record.trunk, 64), text(record.number, 100),
    )  # fmt: skip


async def closed(connection: Database, record: LegClosed) -> None:
    query = "update legs set closed_at = $2, stats = $3 where id = $1 returning id"
    saved = await connection.fetchval(query, record.leg_id, record.at, to_json(record.stats))
    known(saved, "leg", record.leg_id)


async def of_call(connection: Database, call_id: UUID) -> list[Row]:
    """The legs of a call, oldest first."""
    query = (
        "select id, kind, ref, remote, codec, opened_at, closed_at, stats "
        "from legs where call_id = $1 order by opened_at"
    )
    rows = await connection.fetch(query, call_id)
    return [{**dict(row), "stats": json.loads(row["stats"])} for row in rows]
