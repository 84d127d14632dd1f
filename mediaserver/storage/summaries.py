"""The table `call_summaries`: what calls came to, and which of them wait to be summarised. Every write may be
repeated without harm.

A row comes with the call and waits in the table, so that a server that is stopped or killed forgets none:
whoever takes one has it for a while, and when nothing came of that, anybody may take it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from uuid import UUID

from mediaserver.storage.records import SummaryMade, SummaryWanted
from mediaserver.storage.sql import Database, Row, changed, text, to_json, whole_number

_SHOWN = (
    "state, mode, summary, outcome, follow_ups, made_by, model, prompt_tokens, completion_tokens, cost, fault"
)


@dataclass(frozen=True, slots=True)
class UnwrittenSummary:
    """A call that is over and was taken to be summarised."""

    call_id: UUID
    mode: str
    llm: tuple[str, ...]
    language: str
    tries: int
    """That failed."""


async def wanted(connection: Database, record: SummaryWanted) -> None:
    await connection.execute(
        """
        insert into call_summaries (call_id, mode, llm, language) values ($1, $2, $3, $4)
        on conflict (call_id) do update set mode = $2, llm = $3, language = $4
            where call_summaries.state = 'wanted'
        """,
        record.call_id, record.mode, [text(name, 100) for name in record.llm], text(record.language, 100),
    )  # fmt: skip


async def made(connection: Database, record: SummaryMade) -> bool:
    """Whether it says something new."""
    cost = record.cost if record.cost is not None and math.isfinite(record.cost) else None
    status = await connection.execute(
        """
        update call_summaries set state = $2, summary = $3, outcome = $4, follow_ups = $5, made_by = $6,
            model = $7, prompt_tokens = $8, completion_tokens = $9, cost = $10, fault = $11, node_id = null,
            saved_at = now()
        where call_id = $1 and (state, summary, outcome, follow_ups, made_by, model, fault)
            is distinct from ($2, $3, $4, $5::jsonb, $6, $7, $11)
        """,
        record.call_id, "made" if record.summary else "failed", text(record.summary, 4000),
        text(record.outcome, 100), to_json(record.follow_ups), text(record.made_by, 100),
        text(record.model, 200), whole_number(record.prompt_tokens), whole_number(record.completion_tokens),
        cost, text(record.fault, 500),
    )  # fmt: skip
    return changed(status)


async def take(
    connection: Database, node: UUID, most: int, *, for_s: float, strangers_after_s: float
) -> list[UnwrittenSummary]:
    """Take calls that are over and wait, oldest first; nobody else does so for `for_s`. Those of other
    servers only when they ended `strangers_after_s` ago: their own may still be writing what was said. One
    that nobody answered is not summarised, and is waited for no more."""
    await connection.execute(
        "delete from call_summaries s using calls c where c.id = s.call_id and s.state = 'wanted' "
        "and c.state = 'ended' and c.answered_at is null"
    )
    rows = await connection.fetch(
        """
        update call_summaries set node_id = $1, not_before = now() + make_interval(secs => $3)
        where call_id in (
            select s.call_id from call_summaries s join calls c on c.id = s.call_id
            where s.state = 'wanted' and s.not_before <= now() and c.state = 'ended'
                and (c.node_id = $1 or c.ended_at < now() - make_interval(secs => $4))
            order by c.ended_at limit $2 for update of s skip locked
        )
        returning call_id, mode, llm, language, tries
        """,
        node, most, for_s, strangers_after_s,
    )  # fmt: skip
    return [
        UnwrittenSummary(r["call_id"], r["mode"], tuple(r["llm"]), r["language"], r["tries"]) for r in rows
    ]


async def put_off(connection: Database, call_id: UUID, for_s: float, fault: str) -> None:
    """It could not be made; it may be tried again then."""
    await connection.execute(
        "update call_summaries set tries = tries + 1, fault = $3, node_id = null, "
        "not_before = now() + make_interval(secs => $2) where call_id = $1 and state = 'wanted'",
        call_id, for_s, text(fault, 500),
    )  # fmt: skip


async def let_go(connection: Database, node: UUID) -> None:
    """What this server had taken, now or when it died, waits for anybody."""
    await connection.execute(
        "update call_summaries set node_id = null, not_before = now() "
        "where node_id = $1 and state = 'wanted'",
        node,
    )


async def of_call(connection: Database, call_id: UUID) -> Row | None:
    """None: none is wanted of this call."""
    row = await connection.fetchrow(f"select {_SHOWN} from call_summaries where call_id = $1", call_id)
    return None if row is None else {**dict(row), "follow_ups": json.loads(row["follow_ups"])}
