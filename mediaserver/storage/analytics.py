"""How calls went, summed up over a stretch of time.

Every query begins with the calls that began in it, by their index; whoever asks bounds the stretch and the
time that the database may take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mediaserver.storage.sql import Database, Row


class CallsBy(StrEnum):
    """What figures of calls may be broken down by."""

    DAY = "day"
    AGENT = "agent"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class CallsFilter:
    """Which calls: those that began from `since` on and before `until`. None: any."""

    since: datetime
    until: datetime
    owner: UUID | None = None
    agent: str | None = None
    flow: str | None = None


LATENCY_PARTS = (
    "voice_to_voice", "endpoint", "stt", "llm_first_token", "tts_first_audio", "transport",
)  # fmt: skip
"""Of a turn's latency, in milliseconds; the first is their sum."""

_GROUPS = {CallsBy.DAY: "day", CallsBy.AGENT: "agent", CallsBy.FLOW: "flow"}

_SCOPED = """
    with scoped as (
        select c.id, c.started_at, c.answered_at, c.ended_at, c.ended_by, c.why, c.state,
            (c.started_at at time zone 'utc')::date as day, coalesce(c.agent, '') as agent,
            coalesce(
                (select r.flow from flow_runs r where r.call_id = c.id order by began_at, r.flow limit 1), ''
            ) as flow
        from calls c
        where c.started_at >= $1 and c.started_at < $2 and ($3::uuid is null or c.owner = $3)
            and ($4::text is null or coalesce(c.agent, '') = $4)
            and ($5::text is null or exists (select from flow_runs r where r.call_id = c.id and r.flow = $5))
    )
"""


async def _figures(
    connection: Database, wanted: CallsFilter, by: Sequence[CallsBy], figures: str, source: str, limit: int,
    more: Sequence[str] = (),
) -> list[Row]:  # fmt: skip
    """`figures` of `source` (which joins to `scoped s`) for each group; `more`: further columns to group
    by."""
    columns = [*(f"s.{_GROUPS[each]}" for each in dict.fromkeys(by)), *more]
    shown = "".join(f"{column}, " for column in columns)
    grouped = f"group by {', '.join(columns)} order by {', '.join(columns)}" if columns else ""
    rows = await connection.fetch(
        f"{_SCOPED} select {shown}{figures} from {source} {grouped} limit $6",
        wanted.since, wanted.until, wanted.owner, wanted.agent, wanted.flow, limit + 1,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def summary(connection: Database, wanted: CallsFilter, by: Sequence[CallsBy], limit: int) -> list[Row]:
    """Calls, those that were answered, and how long those were that are over."""
    figures = """
        count(*) as calls, count(s.answered_at) as answered, count(*) filter (where s.state = 'live') as live,
        count(*) filter (where s.state = 'ended' and s.answered_at is null) as unanswered,
        count(*) filter (where s.why in ('failed', 'interrupted')) as failed,
        count(s.answered_at)::float8 / nullif(count(*) filter (where s.state = 'ended' or
            s.answered_at is not null), 0) as answer_rate,
        coalesce(sum(extract(epoch from s.ended_at - s.answered_at)), 0)::float8 as seconds,
        avg(extract(epoch from s.ended_at - s.answered_at))::float8 as mean_seconds
    """
    return await _figures(connection, wanted, by, figures, "scoped s", limit)


async def latency(connection: Database, wanted: CallsFilter, by: Sequence[CallsBy], limit: int) -> list[Row]:
    """Percentiles of what callers waited for an answer, as a whole and in parts: `turns` counted, and
    PART_p50, PART_p95, PART_p99 in milliseconds, None where nothing is known of a part."""
    columns = []
    for part in LATENCY_PARTS:
        value = f"(t.latency->>'{part}')::float8"
        there = f"jsonb_typeof(t.latency->'{part}') = 'number'"
        for percent in (50, 95, 99):
            columns.append(
                f"percentile_cont({percent / 100}) within group (order by {value}) filter (where {there}) "
                f"as {part}_p{percent}"
            )
    source = (
        "scoped s join turns t on t.call_id = s.id and jsonb_typeof(t.latency->'voice_to_voice') = 'number'"
    )
    return await _figures(connection, wanted, by, f"count(*) as turns, {', '.join(columns)}", source, limit)


async def interruptions(
    connection: Database, wanted: CallsFilter, by: Sequence[CallsBy], limit: int
) -> list[Row]:
    """Lines of agents, those that callers cut short, and what came of sounds made while an agent spoke."""
    figures = """
        coalesce(sum(l.lines), 0)::bigint as lines, coalesce(sum(l.interrupted), 0)::bigint as interrupted,
        (sum(l.interrupted) / nullif(sum(l.lines), 0))::float8 as interrupted_rate,
        coalesce(sum(e.taken), 0)::bigint as taken, coalesce(sum(e.dismissed), 0)::bigint as dismissed
    """
    source = """
        scoped s
        left join lateral (
            select count(*) as lines, count(*) filter (where t.interrupted) as interrupted
            from turns t where t.call_id = s.id and t.speaker <> 'caller'
        ) l on true
        left join lateral (
            select count(*) filter (where v.data->>'outcome' = 'taken') as taken,
                count(*) filter (where v.data->>'outcome' <> 'taken') as dismissed
            from events v where v.call_id = s.id and v.kind = 'barge_in'
        ) e on true
    """
    return await _figures(connection, wanted, by, figures, source, limit)


async def confidence(
    connection: Database, wanted: CallsFilter, by: Sequence[CallsBy], limit: int
) -> list[Row]:
    """How surely callers were understood: their lines, those that were, and confidences."""
    figures = """
        count(*) as lines, count(*) filter (where t.understood) as understood,
        (count(*) filter (where t.understood))::float8 / nullif(count(*), 0) as understood_rate,
        avg(t.confidence)::float8 as confidence_mean,
        percentile_cont(0.05) within group (order by t.confidence) as confidence_p5,
        percentile_cont(0.5) within group (order by t.confidence) as confidence_p50
    """
    source = "scoped s join turns t on t.call_id = s.id and t.speaker = 'caller'"
    return await _figures(connection, wanted, by, figures, source, limit)


async def outcomes(connection: Database, wanted: CallsFilter, by: Sequence[CallsBy], limit: int) -> list[Row]:
    """What flows came to: how many calls each `outcome` (a flow's own word) of each flow had. Calls without
    one are not among them."""
    source = "scoped s join outcomes o on o.call_id = s.id"
    by = [each for each in by if each is not CallsBy.FLOW]
    rows = await _figures(
        connection, wanted, by, "count(*) as calls", source, limit, ("o.flow", "o.status")
    )  # fmt: skip
    return [{**row, "outcome": row.pop("status")} for row in rows]


async def quality(connection: Database, wanted: CallsFilter, by: Sequence[CallsBy], limit: int) -> list[Row]:
    """How lines were: legs that are over, and what was measured on them by our own packets."""
    columns = []
    for name, key, percents in (
        ("mos", "mos", (5, 50)), ("jitter_ms", "jitter_ms", (50, 95)), ("rtt_ms", "rtt_ms", (50, 95)),
        ("loss_pct", "loss_pct", (50, 95)),
    ):  # fmt: skip
        value, there = f"(l.stats->>'{key}')::float8", f"jsonb_typeof(l.stats->'{key}') = 'number'"
        for percent in percents:
            columns.append(
                f"percentile_cont({percent / 100}) within group (order by {value}) filter (where {there}) "
                f"as {name}_p{percent}"
            )
    source = "scoped s join legs l on l.call_id = s.id and l.closed_at is not null"
    return await _figures(connection, wanted, by, f"count(*) as legs, {', '.join(columns)}", source, limit)
