"""The table `caller_facts`: what agents keep of their callers. Every write may be repeated without harm."""

from __future__ import annotations

from mediaserver.storage.records import FactLearnt
from mediaserver.storage.sql import Database, Row, text

MOST_OF_CALLER = 30
"""Facts that one agent keeps of one caller; the oldest go first."""


async def learnt(connection: Database, record: FactLearnt) -> None:
    """Nothing happens when the agent is gone: its facts went with it."""
    found = await connection.fetchval(
        """
        insert into caller_facts (agent, caller, topic, fact, call_id)
        select name, $2, $3, $4, $5 from agents where name = $1
        on conflict (agent, caller, topic) do update
            set fact = excluded.fact, call_id = excluded.call_id, saved_at = clock_timestamp()
        returning topic
        """,
        record.agent, record.caller, text(record.topic, 60), text(record.fact, 300), record.call_id,
    )  # fmt: skip
    if found is not None:
        await connection.execute(
            """
            delete from caller_facts where agent = $1 and caller = $2 and topic not in (
                select topic from caller_facts where agent = $1 and caller = $2
                order by saved_at desc, topic limit $3)
            """,
            record.agent, record.caller, MOST_OF_CALLER,
        )  # fmt: skip


async def of_caller(connection: Database, agent: str, caller: str) -> list[Row]:
    """Topic and fact of all that an agent keeps of a caller, oldest first."""
    rows = await connection.fetch(
        "select topic, fact from caller_facts where agent = $1 and caller = $2 order by saved_at, topic",
        agent, caller,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def forget(connection: Database, caller: str, agent: str = "") -> int:
    """Forget a caller: of one agent, or of all; returns how many facts."""
    rows = await connection.fetch(
        "delete from caller_facts where caller = $1 and ($2 = '' or agent = $2) returning topic",
        caller,
        agent,
    )
    return len(rows)
