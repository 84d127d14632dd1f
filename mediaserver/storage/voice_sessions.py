"""The tables `voice_sessions`, `voice_session_calls` and `own_voices`: conversations that a web application
begins for its visitors."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from uuid import UUID

from mediaserver.storage.sql import Database, Row, changed, text, to_json

KEPT_OPEN = timedelta(minutes=10)
"""A session that nobody is connected to is expired after so long."""
REMEMBERED = 20
"""Messages at most that a session remembers of its calls before."""

_STATE = """
    case
        when s.ended_at is not null then 'ended'
        when exists (
            select from voice_session_calls v join calls c on c.id = v.call_id
            where v.session_id = s.id and c.state = 'live'
        ) then 'live'
        when greatest(
            s.created_at,
            (select max(coalesce(c.ended_at, v.began_at)) from voice_session_calls v
                left join calls c on c.id = v.call_id where v.session_id = s.id)
        ) < now() - $2::interval then 'expired'
        else 'open'
    end as state
"""


def token_hash(token: str) -> str:
    """What is kept of a token: it has so many bits that nothing slower is needed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


async def begun(connection: Database, owner: UUID | None, token: str, settings: Row) -> Row:
    """A new one."""
    row = await connection.fetchrow(
        "insert into voice_sessions (owner, token_hash, settings) values ($1, $2, $3) "
        "returning id, created_at",
        owner,
        token_hash(token),
        to_json(settings),
    )
    return dict(row)


async def one(connection: Database, session_id: UUID) -> Row | None:
    """With its `state` ("open", "live", "ended", "expired") and its `calls`, the oldest first."""
    row = await connection.fetchrow(
        f"""
        select s.*, {_STATE}, array(
            select v.call_id from voice_session_calls v where v.session_id = s.id
            order by v.began_at, v.call_id
        ) as calls
        from voice_sessions s where s.id = $1
        """,
        session_id,
        KEPT_OPEN,
    )
    return None if row is None else {**row, "settings": json.loads(row["settings"])}


async def connected(connection: Database, session_id: UUID, call_id: UUID) -> None:
    """Its visitor has come: this call is its."""
    await connection.execute(
        "insert into voice_session_calls (session_id, call_id) values ($1, $2)", session_id, call_id
    )


async def ended(connection: Database, session_id: UUID) -> bool:
    """It is over for good; False when it was before."""
    status = await connection.execute(
        "update voice_sessions set ended_at = now() where id = $1 and ended_at is null", session_id
    )
    return changed(status)


async def calls_of(connection: Database, session_id: UUID) -> list[Row]:
    """Its calls that are known, `id` and `state`, locked: in a transaction."""
    rows = await connection.fetch(
        "select c.id, c.state from calls c where c.id in "
        "(select call_id from voice_session_calls where session_id = $1) order by c.id for update",
        session_id,
    )
    return [dict(row) for row in rows]


async def removed(connection: Database, session_id: UUID) -> None:
    """Nothing is left of it; its calls are removed before."""
    await connection.execute("delete from voice_sessions where id = $1", session_id)


async def lines(connection: Database, session_id: UUID, last: int | None = None) -> list[Row]:
    """What was said in all its calls, in order; `last`: so many of the last ones."""
    rows = await connection.fetch(
        """
        select t.call_id, t.index, t.speaker, t.text, t.heard, t.started_ms, t.ended_ms, t.confidence,
            t.understood, t.interrupted, t.latency
        from voice_session_calls v join turns t on t.call_id = v.call_id
        where v.session_id = $1 order by v.began_at desc, t.call_id desc, t.index desc limit $2
        """,
        session_id,
        last,
    )
    return [{**row, "latency": json.loads(row["latency"])} for row in reversed(rows)]


async def figures(connection: Database, owner: UUID | None, everybody: bool, since: datetime) -> Row:
    """Of the sessions that began since then: `owner`'s, or `everybody`'s."""
    row = await connection.fetchrow(
        """
        with mine as (
            select s.id from voice_sessions s
            where s.created_at >= $3 and ($2 or s.owner is not distinct from $1)
        ), held as (
            select c.id, c.started_at, c.answered_at, c.ended_at
            from mine m join voice_session_calls v on v.session_id = m.id join calls c on c.id = v.call_id
        ), said as (
            select t.speaker, t.interrupted, (t.latency->>'voice_to_voice')::double precision as waited
            from held h join turns t on t.call_id = h.id
        )
        select
            (select count(*) from mine) as sessions,
            (select count(*) from held) as conversations,
            coalesce((select sum(extract(epoch from coalesce(ended_at, now()) - answered_at)) from held), 0)
                ::double precision as seconds,
            (select count(*) from said where speaker = 'caller') as caller_messages,
            (select count(*) from said where speaker = 'agent') as agent_messages,
            (select count(*) from said where interrupted) as interruptions,
            (select percentile_cont(0.5) within group (order by waited) from said) as end_to_end_p50_ms,
            (select percentile_cont(0.95) within group (order by waited) from said) as end_to_end_p95_ms
        """,
        owner,
        everybody,
        since,
    )
    return dict(row)


async def voices_of(connection: Database, owner: UUID) -> list[Row]:
    """Those that a key owns, the newest first."""
    rows = await connection.fetch(
        "select id, name, language, engine, created_at from own_voices where owner = $1 "
        "order by created_at desc, id",
        owner,
    )
    return [dict(row) for row in rows]


async def keep_voice(
    connection: Database, owner: UUID, voice: str, name: str, language: str, engine: str
) -> tuple[Row, bool]:
    """A key keeps a voice, or calls it something else; the row, and whether it is new."""
    row = await connection.fetchrow(
        "insert into own_voices (owner, id, name, language, engine) values ($1, $2, $3, $4, $5) "
        "on conflict (owner, id) do update set name = $3, language = $4, engine = $5 "
        "returning id, name, language, engine, created_at, xmax = 0 as fresh",
        owner, voice, text(name, 100), text(language, 35), text(engine, 100),
    )  # fmt: skip
    return {key: each for key, each in row.items() if key != "fresh"}, row["fresh"]


async def voice_count(connection: Database, owner: UUID) -> int:
    """How many a key keeps."""
    found: int = await connection.fetchval("select count(*) from own_voices where owner = $1", owner)
    return found


async def remove_voice(connection: Database, owner: UUID, voice: str) -> bool:
    """False when the key owns none of that id."""
    return changed(
        await connection.execute("delete from own_voices where id = $1 and owner = $2", voice, owner)
    )
