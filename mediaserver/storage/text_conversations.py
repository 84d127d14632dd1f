"""Conversations by text, read from `provider_messages`: all that was written between a number of ours and one
of theirs. Whose a message is (`owner`) is the key's that began the conversation; null: the operator's."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from mediaserver.storage.sql import Database, Row

_READ = "id, account, direction, number, ours, body, state, detail, agent, owner, key, at"


async def earlier(
    connection: Database,
    account: str,
    number: str,
    ours: str,
    since: datetime,
    limit: int,
    *,
    owner: UUID | None,
    but: UUID,
) -> list[Row]:
    """What was written with somebody since then, the oldest first: the last so many of this owner, without
    the message `but`."""
    rows = await connection.fetch(
        f"select {_READ} from provider_messages where account = $1 and number = $2 and ours = $3 "
        "and at >= $4 and state <> 'failed' and owner is not distinct from $6 "
        "and id <> $7 order by at desc, id desc limit $5",
        account, number, ours, since, limit, owner, but,
    )  # fmt: skip
    return [dict(row) for row in reversed(rows)]


async def begun(connection: Database, account: str, number: str, ours: str, since: datetime) -> Row | None:
    """The last text since then that a call or the API had sent there: what is written back belongs to it."""
    row = await connection.fetchrow(
        f"select {_READ} from provider_messages where account = $1 and number = $2 and ours = $3 "
        "and at >= $4 and direction = 'out' and key is not null and state <> 'failed' "
        "order by at desc, id desc limit 1",
        account, number, ours, since,
    )  # fmt: skip
    return None if row is None else dict(row)


async def anothers_for(
    connection: Database,
    account: str,
    number: str,
    ours: str,
    owner: UUID,
    *,
    answered: timedelta,
    idle: timedelta,
) -> float:
    """Seconds for which what they write back is not this key's, if nobody writes any more; 0: it is. It is
    somebody else's for `answered` after a text that one had sent there, and for `idle` after a message of
    theirs of which another's agent was told."""
    seconds = await connection.fetchval(
        "select extract(epoch from "
        "max(at + case direction when 'out' then $5::interval else $6::interval end) - now()) "
        "from provider_messages where account = $1 and number = $2 and ours = $3 "
        "and owner is distinct from $4 and at > now() - greatest($5::interval, $6::interval) "
        "and (state = 'taken' or (direction = 'out' and key is not null and state <> 'failed'))",
        account, number, ours, owner, answered, idle,
    )  # fmt: skip
    return max(0.0, float(seconds or 0.0))


async def newest(
    connection: Database,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
    *,
    account: str = "",
    number: str = "",
    owner: UUID | None = None,
) -> list[Row]:
    """A row for each conversation, by its last message, the newest first: that message (as `body`), who was
    named last (`agent`, `call_id`), and how many there are. `number`: any part of theirs. `owner`: of this
    key's messages alone."""
    at, message = before or (None, None)
    mine = "($6::uuid is null or {}.owner = $6)"
    rows = await connection.fetch(
        f"""
        with last as (
            select * from provider_messages m
            where ($2::timestamptz is null or (m.at, m.id) < ($2, $3)) and ($4 = '' or m.account = $4)
                and ($5 = '' or position($5 in m.number) > 0) and {mine.format("m")}
                and not exists (
                    select 1 from provider_messages n
                    where n.account = m.account and n.number = m.number and n.ours = m.ours
                        and (n.at, n.id) > (m.at, m.id) and {mine.format("n")}
                )
            order by m.at desc, m.id desc limit $1
        )
        select last.id, last.account, last.number, last.ours, last.at, last.direction, last.body, last.state,
            last.detail, of.agent, of.call_id, of.messages, of.failed,
            exists (
                select 1 from opt_outs o where o.account in (last.account, '') and o.number = last.number
                    and o.channel in ('text', 'all')
            ) as opted_out
        from last cross join lateral (
            select count(*) as messages,
                count(*) filter (where direction = 'out' and state in ('failed', 'undelivered')) as failed,
                coalesce((array_agg(agent order by at desc, id desc) filter (where agent <> ''))[1], '')
                    as agent,
                (array_agg(call_id order by at desc, id desc) filter (where call_id is not null))[1]
                    as call_id
            from provider_messages n
            where n.account = last.account and n.number = last.number and n.ours = last.ours
                and {mine.format("n")}
        ) of
        order by last.at desc, last.id desc
        """,
        limit, at, message, account, number, owner,
    )  # fmt: skip
    return [dict(row) for row in rows]
