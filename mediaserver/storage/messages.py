"""The table `messages`. Every write may be repeated without harm."""

from __future__ import annotations

from uuid import UUID

from mediaserver.storage.records import MessageKept
from mediaserver.storage.sql import Database, Row, text

MOST_TEXT = 20_000
"""Characters of a transcript; an hour of speech has three times that, and five minutes 5,000."""


async def kept(connection: Database, record: MessageKept) -> str | None:
    """What is not known of it (of one that a process which died has left) stays as it was. Returns what is to
    be told of it; None when nothing is new."""
    data: str | None = await connection.fetchval(
        """
        insert into messages as m (call_id, index, at_ms, path, seconds, size_bytes, transcript)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (call_id, index) do update set
            at_ms = greatest(m.at_ms, $3), path = $4, seconds = $5, size_bytes = $6,
            transcript = case when $7 = '' then m.transcript else $7 end
        where (m.path, m.seconds, m.size_bytes) is distinct from (excluded.path, excluded.seconds,
            excluded.size_bytes) or excluded.at_ms > m.at_ms
            or (excluded.transcript <> '' and excluded.transcript <> m.transcript)
        returning jsonb_build_object('index', index, 'at_ms', at_ms, 'seconds', seconds,
            'size_bytes', size_bytes, 'transcript', transcript)::text
        """,
        record.call_id, record.index, record.at_ms, text(record.path, 4000), record.seconds,
        record.size_bytes, text(record.transcript, MOST_TEXT),
    )  # fmt: skip
    return data


async def of_call(connection: Database, call_id: UUID) -> list[Row]:
    """A call's messages in their order, with paths."""
    query = (
        "select index, at_ms, path, seconds, size_bytes, transcript from messages "
        "where call_id = $1 order by index"
    )
    return [dict(row) for row in await connection.fetch(query, call_id)]


async def path_of(connection: Database, call_id: UUID, index: int) -> str | None:
    """Where the file of a message is; None: there is no such message."""
    found: str | None = await connection.fetchval(
        "select path from messages where call_id = $1 and index = $2", call_id, index
    )
    return found
