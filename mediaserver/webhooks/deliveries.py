"""The table `webhook_deliveries`: what is sent where, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from mediaserver.jobs.queue import NewJob, enqueue
from mediaserver.storage.outbox.table import OutboxEvent
from mediaserver.storage.sql import Database, Row, text

JOB = "webhook.deliver"
LARGEST = 200_000
"""Characters of what is sent; of an event that is longer only its number is (`/api/events` has it whole)."""
_SHOWN = "id, webhook_id, seq, topic, call_id, state, tries, status, fault, took_ms, created_at, tried_at"


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One that waits, with what its try needs."""

    id: UUID
    webhook_id: UUID
    body: str
    tries: int
    """That were made."""
    url: str
    secret: str
    """Sealed, like the next."""
    old_secret: str | None
    """None: there is none that is still valid."""
    wanted: bool
    """The endpoint is switched on."""
    owner: UUID | None
    """The key whose endpoint it is; None: the operator's."""


def body_of(event: OutboxEvent) -> str:
    """What an endpoint is sent: type, timestamp, seq, call, data (Standard Webhooks, "payload structure")."""
    call = f'"{event.call_id}"' if event.call_id is not None else "null"
    at = event.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    data = event.data if len(event.data) <= LARGEST else "null"
    return f'{{"type":"{event.topic}","timestamp":"{at}","seq":{event.seq},"call":{call},"data":{data}}}'


async def make(connection: asyncpg.Connection, made: Sequence[tuple[UUID, OutboxEvent]]) -> int:
    """Deliveries of events to endpoints, each with its job: in the transaction that is open. What was made
    before, or belongs to an endpoint or a call that is gone meanwhile, is left out. Returns how many."""
    if not made:
        return 0
    rows = await connection.fetch(
        """
        insert into webhook_deliveries (webhook_id, seq, topic, call_id, body)
        select t.* from unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::text[])
            as t (webhook_id, seq, topic, call_id, body)
        join webhooks w on w.id = t.webhook_id
        where t.call_id is null or exists (select from calls c where c.id = t.call_id)
        on conflict (webhook_id, seq) do nothing returning id
        """,
        [endpoint for endpoint, _ in made], [event.seq for _, event in made],
        [event.topic for _, event in made], [event.call_id for _, event in made],
        [body_of(event) for _, event in made],
    )  # fmt: skip
    await enqueue(connection, *(_job(row["id"]) for row in rows))
    return len(rows)


async def ping(connection: asyncpg.Connection, endpoint: UUID) -> Row:
    """A message that says nothing, to try an endpoint with."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    body = json.dumps({"type": "ping", "timestamp": now, "seq": None, "call": None, "data": {}})
    row = await connection.fetchrow(
        "insert into webhook_deliveries (webhook_id, topic, body) values ($1, 'ping', $2) "
        f"returning {_SHOWN}",
        endpoint, body,
    )  # fmt: skip
    await enqueue(connection, _job(row["id"]))
    return dict(row)


async def waiting(connection: Database, delivery: UUID) -> WebhookDelivery | None:
    """None: it is over, or gone."""
    row = await connection.fetchrow(
        """
        select d.id, d.webhook_id, d.body, d.tries, w.url, w.secret,
            case when w.old_until > now() then w.old_secret end as old_secret,
            w.active and w.disabled_at is null or d.topic = 'ping' as wanted, w.owner
        from webhook_deliveries d join webhooks w on w.id = d.webhook_id
        where d.id = $1 and d.state = 'waiting'
        """,
        delivery,
    )
    return None if row is None else WebhookDelivery(*row)


async def tried(
    connection: Database, delivery: UUID, state: str, status: int | None, fault: str, took_ms: int | None
) -> None:
    """What came of a try; `state` it is in from now on. What was delivered is not kept a second time: its
    event has it."""
    await connection.execute(
        "update webhook_deliveries set state = $2, tries = tries + 1, status = $3, fault = $4, took_ms = $5, "
        "tried_at = now(), body = case when $2 = 'delivered' then '' else body end where id = $1",
        delivery, state, status, text(fault, 500), took_ms,
    )  # fmt: skip


async def page(
    connection: Database, endpoint: UUID, state: str | None, before: tuple[str, str] | None, most: int
) -> list[Row]:
    """Newest first."""
    rows = await connection.fetch(
        f"select {_SHOWN} from webhook_deliveries where webhook_id = $1 and ($2::text is null or state = $2) "
        "and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid)) "
        "order by created_at desc, id desc limit $5",
        endpoint, state, datetime.fromisoformat(before[0]) if before else None,
        UUID(before[1]) if before else None, most,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def replay(
    connection: asyncpg.Connection,
    endpoint: UUID,
    *,
    delivery: UUID | None = None,
    since: datetime | None = None,
    most: int = 1000,
) -> int:
    """Dead letters are tried again from the beginning, under the same id: one, or the oldest of all that were
    made since then. Returns how many."""
    rows = await connection.fetch(
        """
        update webhook_deliveries set state = 'waiting', tries = 0, fault = '' where id in (
            select id from webhook_deliveries where webhook_id = $1 and state = 'dead'
                and ($2::uuid is null or id = $2) and ($3::timestamptz is null or created_at >= $3)
            order by created_at limit $4 for update skip locked)
        returning id
        """,
        endpoint, delivery, since, most,
    )  # fmt: skip
    await enqueue(connection, *(_job(row["id"]) for row in rows))
    return len(rows)


async def sweep(connection: Database, before: datetime, most: int = 5000) -> int:
    """Throw away at most so many that are over and were made before a time; returns how many."""
    rows = await connection.fetch(
        "delete from webhook_deliveries where id in (select id from webhook_deliveries "
        "where state <> 'waiting' and created_at < $1 limit $2) returning 1",
        before, most,
    )  # fmt: skip
    return len(rows)


def _job(delivery: UUID) -> NewJob:
    return NewJob(JOB, {"delivery": str(delivery)})
