"""What is old enough to be removed, and its removal, a few rows at a time, and never of a call that is up.

Whoever removes locks the calls first and passes over those that another server has locked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mediaserver.storage.sql import Database, Row

FIRST = UUID(int=0)
"""Before all ids."""
GONE_DAYS = 7
"""A server that was not seen for so long does not come back for its files."""


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What ended before is old, by agent; None: nothing is."""

    usual: datetime | None
    agents: Mapping[str, datetime | None]
    """Those whose rows say otherwise."""

    def __bool__(self) -> bool:
        return self.usual is not None or any(at is not None for at in self.agents.values())

    @property
    def arguments(self) -> tuple[list[str], list[datetime | None], datetime | None]:
        """Of `_CUTOFF`."""
        return list(self.agents), list(self.agents.values()), self.usual


_CUTOFF = """
    case when c.agent = any($1::text[]) then ($2::timestamptz[])[array_position($1::text[], c.agent)]
        else $3::timestamptz end
"""
_OLD = f"c.state = 'ended' and c.ended_at < {_CUTOFF}"


async def old_files(connection: Database, table: str, cutoffs: Cutoffs, after: UUID, limit: int) -> list[Row]:
    """Files of `recordings` or `messages` of old calls behind this id, in the order of their ids, locked:
    `call_id`, `index` (None of a recording), `path`, `size_bytes`, `node_id`, `others` (the file lies on the
    disk of another server that is alive)."""
    return await _files(connection, table, _OLD, after, limit, cutoffs.arguments)


async def files_of(connection: Database, calls: Sequence[UUID]) -> list[tuple[str, Row]]:
    """All files of these calls, as those of `old_files`, with their tables."""
    return [
        (table, row)
        for table in ("recordings", "messages")
        for row in await connection.fetch(
            f"select f.call_id, {_index(table)} as index, f.path, f.size_bytes, c.node_id "
            f"from {table} f join calls c on c.id = f.call_id where f.call_id = any($1::uuid[])",
            list(calls),
        )
    ]


async def forget_files(connection: Database, table: str, files: Sequence[Row]) -> None:
    """These files are gone: remove their rows."""
    topic = "recording" if table == "recordings" else "message"
    await _untell(connection, [file["call_id"] for file in files], (topic,))
    if table == "recordings":
        await connection.execute(
            "delete from recordings where call_id = any($1::uuid[])", [file["call_id"] for file in files]
        )
        return
    await connection.execute(
        "delete from messages m using unnest($1::uuid[], $2::integer[]) as gone (call_id, index) "
        "where m.call_id = gone.call_id and m.index = gone.index",
        [file["call_id"] for file in files], [file["index"] for file in files],
    )  # fmt: skip


async def old_calls(
    connection: Database, cutoffs: Cutoffs, after: UUID, limit: int, having: str = ""
) -> list[UUID]:
    """Ids of old calls behind this one, in order, locked. `having`: "transcripts" or "events": those that
    have any."""
    rows = await connection.fetch(
        f"select c.id from calls c where c.id > $4 and {_OLD} {_HAVING[having]} "
        "order by c.id limit $5 for update of c skip locked",
        *cutoffs.arguments, after, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def remove_transcripts(connection: Database, calls: Sequence[UUID]) -> dict[str, int]:
    """How many rows of each kind were removed."""
    await _untell(connection, calls, ("turn", "summary", "outcome"))
    return {
        "turns": await _removed(connection, "delete from turns where call_id = any($1::uuid[])", calls),
        "summaries": await _removed(
            connection, "delete from call_summaries where call_id = any($1::uuid[])", calls
        ),
        "outcomes": await _removed(connection, "delete from outcomes where call_id = any($1::uuid[])", calls),
    }


async def remove_events(connection: Database, calls: Sequence[UUID]) -> dict[str, int]:
    await _untell(connection, calls, ("dtmf", "transfer"))
    return {"events": await _removed(connection, "delete from events where call_id = any($1::uuid[])", calls)}


async def remove_calls(connection: Database, calls: Sequence[UUID]) -> dict[str, int]:
    """With all that refers to them. Their files are removed before."""
    counts = {
        **await remove_transcripts(connection, calls),
        **await remove_events(connection, calls),
        "sessions": await _removed(connection, _SESSIONS, calls),
        "calls": await _removed(
            connection, "delete from calls where id = any($1::uuid[]) and state = 'ended'", calls
        ),
    }
    return counts


async def old_sessions(connection: Database, cutoffs: Cutoffs, limit: int) -> list[UUID]:
    """Sessions in which nothing happened since, locked."""
    when = _CUTOFF.replace("c.agent", "s.settings->>'agent'")
    rows = await connection.fetch(
        f"""
        select s.id from voice_sessions s where greatest(s.created_at, s.ended_at,
            (select max(coalesce(c.ended_at, v.began_at)) from voice_session_calls v
                left join calls c on c.id = v.call_id where v.session_id = s.id)) < {when}
            and not exists (select from voice_session_calls v join calls c on c.id = v.call_id
                where v.session_id = s.id and c.state = 'live')
        limit $4 for update of s skip locked
        """,  # noqa: S608 - our own words
        *cutoffs.arguments, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def remove_sessions(connection: Database, sessions: Sequence[UUID]) -> int:
    """Their conversations stay: those are calls."""
    return await _removed(connection, "delete from voice_sessions where id = any($1::uuid[])", sessions)


async def remove_facts(
    connection: Database, agent: str | None, others: Sequence[str], before: datetime, limit: int
) -> int:
    """Facts of an agent (None: of all but `others`) that were learnt before."""
    return await _removed(
        connection,
        "delete from caller_facts where ctid in (select ctid from caller_facts where saved_at < $1 "
        "and case when $2::text is null then agent <> all($3::text[]) else agent = $2 end limit $4)",
        before, agent, list(others), limit,
    )  # fmt: skip


async def remove_audit(connection: Database, before: datetime, limit: int) -> int:
    """The oldest lines of the audit log."""
    return await _removed(
        connection,
        "delete from audit_log where id in (select id from audit_log where at < $1 order by id limit $2)",
        before, limit,
    )  # fmt: skip


async def remove_usage(connection: Database, before: datetime, limit: int) -> int:
    """The oldest days of figures of usage."""
    return await _removed(
        connection,
        "delete from usage_days where ctid in (select ctid from usage_days where day < $1::date limit $2)",
        before.date(), limit,
    )  # fmt: skip


async def lives_elsewhere(connection: Database, nodes: Sequence[UUID], own: UUID | None) -> set[UUID]:
    """Which of these servers are others that were seen of late."""
    rows = await connection.fetch(
        "select id from nodes where id = any($1::uuid[]) and id is distinct from $2 "
        "and seen_at > now() - make_interval(days => $3)",
        list(nodes), own, GONE_DAYS,
    )  # fmt: skip
    return {row["id"] for row in rows}


_SESSIONS = """
    with gone as (
        delete from voice_session_calls where call_id = any($1::uuid[]) returning session_id
    )
    delete from voice_sessions s where s.id in (select session_id from gone)
        and not exists (select from voice_session_calls v
            where v.session_id = s.id and v.call_id <> all($1::uuid[]))
"""
"""A session goes with the last of its conversations."""
_HAVING = {
    "": "",
    "transcripts": "and (exists (select from turns t where t.call_id = c.id) "
    "or exists (select from call_summaries s where s.call_id = c.id) "
    "or exists (select from outcomes o where o.call_id = c.id))",
    "events": "and exists (select from events e where e.call_id = c.id)",
}


def _index(table: str) -> str:
    return "null::integer" if table == "recordings" else "f.index"


async def _files(
    connection: Database, table: str, which: str, after: UUID, limit: int, arguments: tuple[Any, ...]
) -> list[Row]:
    rows = await connection.fetch(
        f"select f.call_id, {_index(table)} as index, f.path, f.size_bytes, c.node_id "
        f"from {table} f join calls c on c.id = f.call_id where f.call_id > $4 and {which} "
        "order by f.call_id limit $5 for update of f skip locked",
        *arguments, after, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def _untell(connection: Database, calls: Sequence[UUID], topics: Sequence[str]) -> None:
    """Events of these topics go with what they tell of, and so does what is sent of them: an agent may have
    what its calls leave kept for a shorter time than events are."""
    for table in ("webhook_deliveries", "outbox"):
        await connection.execute(
            f"delete from {table} where call_id = any($1::uuid[]) and topic = any($2::text[])",  # noqa: S608 - our own words
            list(calls), list(topics),
        )  # fmt: skip


async def _removed(connection: Database, query: str, *arguments: Any) -> int:
    """How many rows a statement removed."""
    return int((await connection.execute(query, *arguments)).rpartition(" ")[2])
