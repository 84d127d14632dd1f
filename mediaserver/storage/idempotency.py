"""The table `idempotency_keys`: requests that may be sent again are done once, for a day
(draft-ietf-httpapi-idempotency-key-header).

A row is written in the transaction of what the request did, so that there is one if and only if it was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from mediaserver.errors import VoiceForgeError
from mediaserver.storage.sql import Database, text

_EVERYBODYS = "'00000000-0000-0000-0000-000000000000'::uuid"
_FORGET_AT_ONCE = 100


class DoneAlreadyError(VoiceForgeError):
    """A request with this key was done in the meantime, here or by another server."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Whose key, and for what."""

    owner: UUID | None
    """None: the operator's."""
    route: str
    """Method and path."""
    key: str
    request: bytes
    """SHA-256 of what was asked for."""


@dataclass(frozen=True, slots=True)
class AnswerBefore:
    """What the first such request was answered."""

    request: bytes
    status: int
    content: str
    """JSON."""


async def answer_to(connection: Database, asked: IdempotencyKey) -> AnswerBefore | None:
    """What a request with this key was answered within the last day, whatever it asked for."""
    row = await connection.fetchrow(
        f"select request, status, answer from idempotency_keys where coalesce(owner, {_EVERYBODYS}) = "  # noqa: S608 - our own words
        f"coalesce($1, {_EVERYBODYS}) and route = $2 and key = $3 and made_at > now() - interval '1 day'",
        asked.owner, asked.route, asked.key,
    )  # fmt: skip
    return None if row is None else AnswerBefore(row["request"], row["status"], row["answer"])


async def keep_answer(connection: Database, asked: IdempotencyKey, status: int, content: str) -> None:
    """In the transaction of what was done. Waits for another that does the same; raises DoneAlreadyError when
    that one came to its end."""
    ours = await connection.fetchval(
        f"""
        insert into idempotency_keys as k (owner, route, key, request, status, answer)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (coalesce(owner, {_EVERYBODYS}), route, key) do update
            set request = $4, status = $5, answer = $6, made_at = now()
            where k.made_at <= now() - interval '1 day'
        returning true
        """,  # noqa: S608 - our own words
        asked.owner, text(asked.route, 200), asked.key, asked.request, status, content,
    )  # fmt: skip
    if ours is None:
        raise DoneAlreadyError("a request with this Idempotency-Key was done in the meantime")
    await connection.execute(
        "delete from idempotency_keys where ctid in (select ctid from idempotency_keys "
        "where made_at <= now() - interval '1 day' limit $1 for update skip locked)",
        _FORGET_AT_ONCE,
    )
