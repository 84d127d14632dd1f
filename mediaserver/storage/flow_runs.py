"""The table `flow_runs`: which call had which version of a flow, and what those of two versions came to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from mediaserver.storage.records import FlowRun
from mediaserver.storage.sql import Database, Row, text


async def began(connection: Database, record: FlowRun) -> None:
    await connection.execute(
        "insert into flow_runs (call_id, flow, version) values ($1, $2, $3) on conflict do nothing",
        record.call_id, text(record.flow, 100), record.version,
    )  # fmt: skip


async def compared(
    connection: Database, flow: str, versions: Sequence[int], owner: UUID | None = None
) -> list[Row]:
    """What the calls of these versions came to, a row for each in the order of `versions`;
    `owner`: of the calls of this key alone:

    `calls` that are over, `outcomes` by status, `none` (calls without an outcome), `turns` (mean, of the
    caller's), `seconds` (mean, from the answer to the end), `transfers` (calls that somebody else took over),
    `live` (calls that are still up, counted nowhere else). Means are None without calls.
    Versions are counted from 1 again when a flow is removed and made anew: calls from before are left out.
    """
    rows = await connection.fetch(
        """
        with runs as (
            select r.call_id, r.version, c.state, c.answered_at, c.ended_at, o.status,
                (select count(*) from turns t where t.call_id = r.call_id and t.speaker = 'caller') as turns,
                exists (select from events e where e.call_id = r.call_id and e.kind = 'transfer_accepted')
                    as transferred
            from flow_runs r
                join calls c on c.id = r.call_id
                left join outcomes o on o.call_id = r.call_id and o.flow = r.flow
            where r.flow = $1 and r.version = any($2) and ($3::uuid is null or c.owner = $3)
                and r.began_at >= coalesce((select created_at from flows where name = $1), '-infinity')
        ), counted as (
            select version, jsonb_object_agg(status, calls) as outcomes from (
                select version, status, count(*) as calls from runs
                where state = 'ended' and status is not null group by version, status
            ) by_status group by version
        )
        select wanted.version,
            count(runs.call_id) filter (where state = 'ended') as calls,
            count(runs.call_id) filter (where state = 'live') as live,
            count(runs.call_id) filter (where state = 'ended' and status is null) as none,
            avg(turns) filter (where state = 'ended')::float8 as turns,
            avg(extract(epoch from ended_at - answered_at)) filter (where state = 'ended')::float8 as seconds,
            count(*) filter (where state = 'ended' and transferred) as transfers,
            coalesce((select outcomes from counted where counted.version = wanted.version), '{}') as outcomes
        from unnest($2::integer[]) with ordinality as wanted (version, place)
            left join runs on runs.version = wanted.version
        group by wanted.version, place order by place
        """,
        flow, list(versions), owner,
    )  # fmt: skip
    return [{**dict(row), "outcomes": json.loads(row["outcomes"])} for row in rows]
