"""The table `webhooks`: where events are sent to, and with which secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from mediaserver.storage.outbox.table import EventFilter
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Database, Row, text

MOST_EACH = 50
"""Endpoints of one key."""
_SHOWN = (
    "id, owner, url, topics, description, active, created_at, failing_since, fault, delivered_at, "
    "disabled_at, (old_until > now()) is true as rotating"
)


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """One that wants events now."""

    id: UUID
    owner: UUID | None
    topics: tuple[str, ...]
    since: int
    filter: EventFilter = field(init=False)

    def __post_init__(self) -> None:
        which = EventFilter(self.owner is None, self.owner, self.topics)
        object.__setattr__(self, "filter", which)


def sealed_as(endpoint: UUID) -> str:
    """Whose secret it is, for the sealer."""
    return f"webhook:{endpoint}"


async def add(connection: Database, row: Row, secret: str, sealer: Sealer) -> None:
    """`row`: id, owner, url, topics, description, active. Events from now on are sent."""
    await connection.execute(
        """
        insert into webhooks (id, owner, url, topics, description, active, secret, since)
        values ($1, $2, $3, $4, $5, $6, $7, greatest((select max(seq) from outbox),
            (select seq from outbox_swept)))
        """,
        row["id"], row["owner"], row["url"], row["topics"], row["description"], row["active"],
        sealer.seal(secret, sealed_as(row["id"])),
    )  # fmt: skip


async def count(connection: Database, owner: UUID | None) -> int:
    found: int = await connection.fetchval(
        "select count(*) from webhooks where owner is not distinct from $1", owner
    )
    return found


async def one(connection: Database, endpoint: UUID) -> Row | None:
    row = await connection.fetchrow(f"select {_SHOWN} from webhooks where id = $1", endpoint)
    return None if row is None else dict(row)


async def page(
    connection: Database, everything: bool, owner: UUID | None, before: tuple[str, str] | None, most: int
) -> list[Row]:
    """Newest first. `before`: time and id of the last one that was shown."""
    rows = await connection.fetch(
        f"select {_SHOWN} from webhooks where ($1 or owner = $2) "
        "and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid)) "
        "order by created_at desc, id desc limit $5",
        everything, owner, datetime.fromisoformat(before[0]) if before else None,
        UUID(before[1]) if before else None, most,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def change(connection: Database, endpoint: UUID, changes: Row) -> None:
    """`changes`: url, topics, description, active. One that is switched on gets the events from then on, and
    what was wrong before is forgotten."""
    names = [name for name in ("url", "topics", "description", "active") if name in changes]
    sets = [f"{name} = ${n}" for n, name in enumerate(names, 2)]
    if changes.get("active") is True:
        sets.append(
            "since = case when active and disabled_at is null then since else greatest("
            "(select max(seq) from outbox), (select seq from outbox_swept)) end, "
            "disabled_at = null, failing_since = null, fault = ''"
        )
    if sets:
        values: list[Any] = [changes[name] for name in names]
        await connection.execute(f"update webhooks set {', '.join(sets)} where id = $1", endpoint, *values)


async def remove(connection: Database, endpoint: UUID) -> None:
    """With its deliveries."""
    await connection.execute("delete from webhooks where id = $1", endpoint)


async def rotate(connection: Database, endpoint: UUID, secret: str, sealer: Sealer, old_for_s: float) -> None:
    """A new secret; the old one signs beside it for a while."""
    await connection.execute(
        "update webhooks set old_secret = secret, old_until = now() + make_interval(secs => $3), secret = $2 "
        "where id = $1",
        endpoint, sealer.seal(secret, sealed_as(endpoint)), old_for_s,
    )  # fmt: skip


async def wanting(connection: Database) -> list[WebhookEndpoint]:
    """All that want events now."""
    rows = await connection.fetch(
        "select id, owner, topics, since from webhooks where active and disabled_at is null"
    )
    return [WebhookEndpoint(row["id"], row["owner"], tuple(row["topics"]), row["since"]) for row in rows]


async def reached(connection: Database, endpoint: UUID) -> None:
    """Something was delivered."""
    await connection.execute(
        "update webhooks set delivered_at = now(), failing_since = null, fault = '' where id = $1", endpoint
    )


async def missed(
    connection: asyncpg.Connection, endpoint: UUID, fault: str, disable_after_s: float, *, gone: bool
) -> Row | None:
    """A try failed. What is to be told when the endpoint is switched off for that, since it has been so for
    long or wants no more (`gone`): owner, url, failing_since; else None."""
    row = await connection.fetchrow(
        """
        update webhooks set fault = $2, failing_since = coalesce(failing_since, now()), disabled_at = case
            when $4 or failing_since < now() - make_interval(secs => $3) then now() end
        where id = $1 and disabled_at is null
        returning owner, url, failing_since, disabled_at
        """,
        endpoint, text(fault, 500), disable_after_s, gone,
    )  # fmt: skip
    return dict(row) if row is not None and row["disabled_at"] is not None else None


async def disabled(connection: Database) -> int:
    """How many are switched off because nothing reached them."""
    found: int = await connection.fetchval("select count(*) from webhooks where disabled_at is not null")
    return found
