"""The table `calls`. Every write may be repeated without harm."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from mediaserver.storage.outbox.telling import ENDED
from mediaserver.storage.records import CallAnswered, CallEnded, CallStarted
from mediaserver.storage.sql import Database, Row, changed, known, text, to_json

SHOWN = """
    select c.*, (select count(*) from turns t where t.call_id = c.id) as turns,
        exists (select from recordings r where r.call_id = c.id) as recorded,
        (select count(*) from messages m where m.call_id = c.id) as messages_left,
        (select coalesce(jsonb_agg(jsonb_build_object('flow', o.flow, 'status', o.status, 'data', o.data)
            order by o.saved_at, o.flow), '[]') from outcomes o where o.call_id = c.id) as outcomes,
        (select coalesce(jsonb_agg(jsonb_build_object('flow', r.flow, 'version', r.version)
            order by r.began_at, r.flow), '[]') from flow_runs r where r.call_id = c.id) as flows,
        (select sum((e.data->'cost')::float8) filter (where jsonb_typeof(e.data->'cost') = 'number')
            from events e where e.call_id = c.id and e.kind = 'llm') as llm_cost,
        (select s.summary from call_summaries s where s.call_id = c.id) as summary
    from calls c
"""
"""Calls with their outcomes, flows, how many lines they have and whether they were recorded."""


async def started(connection: Database, record: CallStarted, node: UUID | None) -> bool:
    """Whether it was not known."""
    # A server or key that is not entered (its row was deleted) must not lose the call for that.
    status = await connection.execute(
        """
        insert into calls (id, direction, from_uri, to_uri, app, started_at, node_id, agent, agent_version,
            about, owner)
        values ($1, $2, $3, $4, $5, $6, (select id from nodes where id = $7), $8, $9, $10,
            (select id from api_keys where id = $11))
        on conflict (id) do nothing
        """,
        record.call_id, record.direction, text(record.from_uri, 2000), text(record.to_uri, 2000),
        text(record.app, 100), record.at, node,
        None if record.agent_version is None else text(record.agent, 100), record.agent_version,
        to_json(record.about), record.owner,
    )  # fmt: skip
    return changed(status)


async def answered(connection: Database, record: CallAnswered) -> bool:
    """Whether it was not known. Raises OrphanError."""
    row = await connection.fetchrow(
        "update calls c set answered_at = coalesce(answered_at, $2) where id = $1 "
        "returning id, (select before.answered_at is null from calls before where before.id = c.id) as new",
        record.call_id, record.at,
    )  # fmt: skip
    known(row and row["id"], "call", record.call_id)
    return bool(row["new"])


async def ended(connection: Database, record: CallEnded) -> str | None:
    """What is to be told of it (`outbox.telling.ENDED`); None when it was known. Raises OrphanError."""
    # It may find the call closed as interrupted (it was spilled, then read again): the truth replaces that.
    row = await connection.fetchrow(
        f"""
        update calls c set state = 'ended', ended_at = $2, ended_by = $3, why = $4, code = $5, detail = $6
        where id = $1 returning id, {ENDED} as data, (
            select (before.state, before.ended_at, before.ended_by, before.why, before.code, before.detail)
                is distinct from (c.state, c.ended_at, c.ended_by, c.why, c.code, c.detail)
            from calls before where before.id = c.id) as new
        """,
        record.call_id, record.at, text(record.ended_by, 100), text(record.why, 200), record.code,
        text(record.detail, 2000),
    )  # fmt: skip
    known(row and row["id"], "call", record.call_id)
    return row["data"] if row["new"] else None


async def talked_to(connection: Database, name: str, since: datetime | None, limit: int) -> list[Row]:
    """The calls that are over and were answered by an agent of this name, or ran a flow of it, newest first:
    id, `answered_at`, and what their agent was told of them. `since`: none before."""
    rows = await connection.fetch(
        """
        select id, answered_at, direction, from_uri, about from calls c
        where state = 'ended' and answered_at is not null and ($2::timestamptz is null or started_at >= $2)
            and (agent = $1 or exists (select from flow_runs r where r.call_id = c.id and r.flow = $1)
                or exists (select from outcomes o where o.call_id = c.id and o.flow = $1))
        order by started_at desc limit $3
        """,
        name, since, limit,
    )  # fmt: skip
    return [{**dict(row), "about": json.loads(row["about"])} for row in rows]


async def one(connection: Database, call_id: UUID) -> Row | None:
    """One call, as `SHOWN` has it; None when it is not known."""
    row = await connection.fetchrow(f"{SHOWN} where c.id = $1", call_id)
    return None if row is None else shown(row)


def shown(row: Any) -> Row:
    """A row of `SHOWN`, its JSON read."""
    return {**dict(row), **{name: json.loads(row[name]) for name in ("outcomes", "flows", "about")}}
