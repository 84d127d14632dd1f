"""The table `outbox`: events by a number that follows the order of commits.

Whoever writes events does it as the last thing in its transaction: from then to the commit all others who
write events wait (see the migration). Whoever has read up to a number has read everything up to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID

from mediaserver.glob import fits
from mediaserver.storage.outbox.telling import OutboxEntry
from mediaserver.storage.sql import Database

CHANNEL = "voiceforge_events"
WINDOW = 20_000
"""Numbers that one query looks at, at most: a filter that lets nothing through reads no whole table."""
PATTERN = re.compile(r"[a-z_.*]{1,100}")
"""Of topics: letters, points, and * for anything."""


@dataclass(frozen=True)
class OutboxEvent:
    """One event as it was written."""

    seq: int
    at: datetime
    owner: UUID | None
    topic: str
    call_id: UUID | None
    data: str
    """JSON."""

    @cached_property
    def text(self) -> str:
        """As everybody is shown it, in JSON: seq, at, topic, call, data. Made once for all who watch."""
        call = f'"{self.call_id}"' if self.call_id is not None else "null"
        at = self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return f'{{"seq":{self.seq},"at":"{at}","topic":"{self.topic}","call":{call},"data":{self.data}}}'


@dataclass(frozen=True)
class EventFilter:
    """Which events somebody is to see."""

    everything: bool = False
    """Also others' and the operator's; else those of `owner` alone."""
    owner: UUID | None = None
    topics: tuple[str, ...] = ()
    """With * for anything; empty: all."""
    call_id: UUID | None = None

    @property
    def likes(self) -> list[str] | None:
        """The topics as patterns of SQL's `like`."""
        if not self.topics:
            return None
        return [topic.replace("_", r"\_").replace("*", "%") for topic in self.topics]

    def sees(self, owner: UUID | None) -> bool:
        """Whether what belongs to this owner is to be seen; None: the operator's."""
        return self.everything or (owner is not None and owner == self.owner)

    def lets(self, event: OutboxEvent) -> bool:
        return (
            self.sees(event.owner)
            and (self.call_id is None or event.call_id == self.call_id)
            and (not self.topics or any(fits(topic, event.topic) for topic in self.topics))
        )


async def append(connection: Database, events: Sequence[OutboxEntry]) -> None:
    """Write events, in their order; the last thing in a transaction. Those of calls that are gone are not."""
    if not events:
        return
    await connection.execute(
        """
        insert into outbox (at, owner, topic, call_id, data)
        select coalesce(t.at, clock_timestamp()), coalesce(c.owner, t.owner), t.topic, t.call_id,
            t.data::jsonb
        from unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::uuid[], $5::text[]) with ordinality
            as t (at, owner, topic, call_id, data, place)
        left join calls c on c.id = t.call_id
        where t.call_id is null or c.id is not null
        order by t.place
        """,
        [e.at for e in events], [e.owner for e in events], [e.topic for e in events],
        [e.call_id for e in events], [e.data for e in events],
    )  # fmt: skip


async def mend_turn(connection: Database, mended: OutboxEntry, index: int) -> None:
    """What was told of a line before says what is told now, and so does what is sent of it: a name may have
    been left out. In a transaction."""
    rows = await connection.fetch(
        "update outbox set data = $3::jsonb "
        "where call_id = $1 and topic = 'turn' and data->'index' = to_jsonb($2::integer) returning seq",
        mended.call_id, index, mended.data,
    )  # fmt: skip
    await connection.execute(
        """
        update webhook_deliveries set body = jsonb_set(body::jsonb, '{data}', $3::jsonb)::text
        where call_id = $1 and seq = any($2::bigint[]) and body <> '' and body::jsonb->'data' <> 'null'
        """,
        mended.call_id, [row["seq"] for row in rows], mended.data,
    )  # fmt: skip


async def head(connection: Database) -> int:
    """The last number there is; 0: none."""
    query = "select greatest((select max(seq) from outbox), (select seq from outbox_swept))"
    found: int = await connection.fetchval(query)
    return found


async def swept(connection: Database) -> int:
    """Events up to this number may be gone."""
    found: int = await connection.fetchval("select seq from outbox_swept")
    return found


async def after(
    connection: Database, seq: int, upto: int, most: int, which: EventFilter, *, held: bool = False
) -> tuple[list[OutboxEvent], int]:
    """Events behind `seq` and not behind `upto` (a `head`), in order; and the number up to which was looked,
    where to go on. `held`: nobody mends them before the transaction ends."""
    upto = min(upto, seq + WINDOW) if which.everything and which.call_id is None else upto
    rows = await connection.fetch(
        f"""
        select seq, at, owner, topic, call_id, data::text as data from outbox
        where seq > $1 and seq <= $2 and ($3 or owner = $4) and ($5::uuid is null or call_id = $5)
            and ($6::text[] is null or topic like any ($6))
        order by seq limit $7 {"for share" if held else ""}
        """,  # noqa: S608 - our own words
        seq, upto, which.everything, which.owner, which.call_id, which.likes, most,
    )  # fmt: skip
    found = [OutboxEvent(*row) for row in rows]
    return found, found[-1].seq if len(found) == most else max(upto, seq)


async def sweep(connection: Database, before: datetime, most: int = 5000) -> int:
    """Throw away at most so many of the oldest events, as far as they were written before a time; returns how
    many went. Call again until it is less than `most`."""
    gone: int = await connection.fetchval(
        """
        with old as (
            select seq from (select seq, at from outbox order by seq limit $2) oldest where at < $1
        ), gone as (
            delete from outbox using old where outbox.seq = old.seq returning outbox.seq
        ), noted as (
            update outbox_swept set seq = greatest(seq, (select max(seq) from gone))
            where exists (select from gone)
        )
        select count(*) from gone
        """,
        before, most,
    )  # fmt: skip
    return gone
