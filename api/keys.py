"""`/api/keys`: who may ask for what, and how much.

The text of a key is in one answer, that of its making or its rotation, and is kept nowhere. What is changed
counts with the next request, here and on all servers of the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.quotas import KINDS
from api.access.scopes import Scope, scopes_of
from api.audit import audited
from api.context import CONTEXT
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from mediaserver.key_file import KEY_FILE, read_key, write_key
from mediaserver.seldom import Seldom
from mediaserver.storage import console_sessions
from mediaserver.storage import keys as table
from mediaserver.storage.quotas import months_to_date
from mediaserver.storage.records import UsageKind
from mediaserver.storage.sql import Database, Row

log = logging.getLogger(__name__)
routes = ApiRoutes("keys", "Who may ask for what, and how much.")
LONGEST_GRACE_S = 30 * 86_400
WARNING = (
    "No ADMIN_TOKEN is set: whoever can read api.key in the data folder, or has a key with the scope admin, "
    "manages keys from this machine. Set ADMIN_TOKEN before others reach the server."
)
_warned = Seldom(3600.0)


class KeyRate(RequestModel):
    """A rate limit: a token bucket."""

    per_second: float = Field(gt=0, le=100_000, description="Requests a second in the long run.")
    burst: int | None = Field(
        default=None, ge=1, le=100_000, description="Requests at once; null: twice as many as a second."
    )


class KeyQuota(RequestModel):
    """What may be used up in a calendar month (UTC). What is left out, or null, has no limit."""

    requests: float | None = Field(default=None, ge=0)
    tts_characters: float | None = Field(default=None, ge=0)
    stt_seconds: float | None = Field(default=None, ge=0)
    call_minutes: float | None = Field(default=None, ge=0)
    tokens: float | None = Field(default=None, ge=0)

    def limits(self) -> dict[str, float]:
        return {name: value for name, value in self.model_dump().items() if value is not None}


class NewKey(RequestModel):
    """A key to be made."""

    name: OneLine = Field(min_length=1, max_length=100)
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope), description="What it may do.")
    rate_limit: KeyRate | None = Field(default=None, description="Null: as the settings say.")
    quota: KeyQuota = Field(default_factory=KeyQuota)


class KeyChange(RequestModel):
    """What is to be different; what is left out stays."""

    name: OneLine | None = Field(default=None, min_length=1, max_length=100)
    scopes: list[Scope] | None = Field(default=None, min_length=1, max_length=len(Scope))
    active: bool | None = Field(default=None, description="False: refused until it is true again.")
    rate_limit: KeyRate | None = Field(default=None, description="Null: as the settings say.")
    quota: KeyQuota | None = Field(default=None, description="In the place of the one before.")


class Rotation(RequestModel):
    """How a key is changed for another."""

    grace_s: float = Field(
        default=0.0, ge=0, le=LONGEST_GRACE_S, description="So long the text of before counts, too."
    )


class KeyShown(ResponseModel):
    """A key without its text."""

    id: UUID
    name: str
    prefix: str = Field(description="How it begins.")
    scopes: list[str]
    active: bool
    rate_limit: dict[str, float | None] | None
    quota: dict[str, float]
    used: dict[str, float] = Field(description="Since the month began (UTC), by kind of quota.")
    created_at: datetime
    used_at: datetime | None = Field(description="When it was last used, give or take a minute.")
    rotated_at: datetime | None
    revoked_at: datetime | None


class KeyMade(KeyShown):
    """A key with its text."""

    key: str = Field(description="The key itself. It is told now and never again.")
    warning: str | None = Field(default=None, description="What is to be mended on this server.")


class KeysPage(Page[KeyShown]):
    """A part of the list of keys."""

    warning: str | None = Field(default=None, description="What is to be mended on this server.")


class KeysQuery(PageQuery):
    """Which keys."""

    revoked: bool = Field(default=False, description="Those that were revoked, too.")


@routes.get("/api/keys", scope=Scope.ADMIN)
async def listed(request: web.Request, query: KeysQuery) -> KeysPage:
    """All keys, newest first."""
    database = request.app[CONTEXT].database
    place = place_of(query.cursor, str, str)
    before = None if place is None else _place(*place)
    rows = await table.keys_before(database, query.limit + 1, before, revoked=query.revoked)
    shown, following = page_of(rows, query.limit, lambda row: (row["created_at"].isoformat(), str(row["id"])))
    return KeysPage(items=await _shown(database, shown), next=following, warning=_warning(request))


@routes.post("/api/keys", scope=Scope.ADMIN, status=201, made_at="/api/keys/{id}")
async def make(request: web.Request, body: NewKey) -> KeyMade:
    """Make a key.

    Its text is in this answer and nowhere else."""
    context, secret = request.app[CONTEXT], table.new_secret()
    rate = body.rate_limit
    async with context.database.acquire() as connection, connection.transaction():
        made = await table.add_key(
            connection,
            body.name,
            secret,
            {str(scope) for scope in body.scopes},
            per_second=rate.per_second if rate is not None else None,
            burst=rate.burst if rate is not None else None,
            quota=body.quota.limits(),
        )
        told = body.model_dump(mode="json", exclude_unset=True)
        await audited(connection, request, "key.create", f"key:{made.id}", **told)
    context.access.ring.take(made)
    return KeyMade(**(await _one(request, made.id)).model_dump(), key=secret, warning=_warning(request))


@routes.get("/api/keys/{id}", scope=Scope.ADMIN)
async def one(request: web.Request, id: UUID) -> KeyShown:
    """One key, also one that was revoked."""
    return await _one(request, id)


@routes.patch("/api/keys/{id}", scope=Scope.ADMIN)
async def change(request: web.Request, id: UUID, body: KeyChange) -> KeyShown:
    """Change a key's name, scopes or limits, or switch it off and on.

    One that is switched off, or loses `admin`, signs out the browsers that signed in with it."""
    context, asked = request.app[CONTEXT], body.model_dump(mode="json", exclude_unset=True)
    columns: dict[str, Any] = {
        name: asked[name] for name in ("name", "scopes", "active") if asked.get(name) is not None
    }
    if "rate_limit" in asked:
        columns |= asked["rate_limit"] or {"per_second": None}
        columns.setdefault("burst", None)
    if body.quota is not None:
        columns["quota"] = body.quota.limits()
    async with context.database.acquire() as connection, connection.transaction():
        before = await table.one_key(connection, id)
        changed = await table.change_key(connection, id, columns)
        if before is None or changed is None:
            raise _no_such_key()
        signed_out = list[UUID]()
        lost = scopes_of(before.scopes) - scopes_of(changed.scopes)
        if not changed.active or Scope.ADMIN in lost:
            signed_out = await console_sessions.revoke_sessions_of(connection, id)
        await audited(connection, request, "key.change", f"key:{id}", **asked)
    context.access.ring.take(changed)
    for session in signed_out:
        context.access.ring.drop_session(session)
    return await _one(request, id)


@routes.post("/api/keys/{id}/rotate", scope=Scope.ADMIN)
async def rotate(request: web.Request, id: UUID, body: Rotation | None = None) -> KeyMade:
    """Change a key for another with the same rights.

    What it was counts for `grace_s` more, so that programs can be told one by one."""
    context, secret = request.app[CONTEXT], table.new_secret()
    grace_s = body.grace_s if body is not None else 0.0
    data = context.settings.data
    own = table.hash_of(await asyncio.to_thread(read_key, data))
    async with context.database.acquire() as connection, connection.transaction():
        before = await table.one_key(connection, id)
        changed = await table.rotate_key(connection, id, secret, grace_s)
        if before is None or changed is None:
            raise _no_such_key()
        await audited(connection, request, "key.rotate", f"key:{id}", grace_s=grace_s)
    context.access.ring.take(changed)
    if before.hash == own:  # this machine's own commands go on
        try:
            await asyncio.to_thread(write_key, data, secret)
        except OSError as error:
            log.error("%s still has the key of before: %s", data / KEY_FILE, error.strerror)
    return KeyMade(**(await _one(request, id)).model_dump(), key=secret, warning=_warning(request))


@routes.delete("/api/keys/{id}", scope=Scope.ADMIN)
async def revoke(request: web.Request, id: UUID) -> None:
    """Revoke a key for good.

    What it made stays, and stays its own; browsers that signed in with it are signed out."""
    context = request.app[CONTEXT]
    async with context.database.acquire() as connection, connection.transaction():
        revoked = await table.revoke_key(connection, id)
        if revoked is None:
            raise _no_such_key()
        signed_out = await console_sessions.revoke_sessions_of(connection, id)
        await audited(connection, request, "key.revoke", f"key:{id}")
    context.access.ring.take(revoked)
    for session in signed_out:
        context.access.ring.drop_session(session)


async def _one(request: web.Request, key: UUID) -> KeyShown:
    database = request.app[CONTEXT].database
    row = await table.one_shown(database, key)
    if row is None:
        raise _no_such_key()
    return (await _shown(database, [row]))[0]


async def _shown(database: Database, rows: list[Row]) -> list[KeyShown]:
    """Raises asyncpg errors."""
    used = await months_to_date(database, [row["id"] for row in rows], datetime.now(UTC).date())
    return [_as_shown(row, used.get(row["id"], {})) for row in rows]


def _as_shown(row: Row, used: Mapping[UsageKind, float]) -> KeyShown:
    limited = row["per_second"] is not None
    return KeyShown(
        **{name: row[name] for name in KeyShown.model_fields if name in row},
        rate_limit={"per_second": row["per_second"], "burst": row["burst"]} if limited else None,
        used={
            kind: round(sum(used.get(each, 0.0) * weight for each, weight in parts.items()), 3)
            for kind, parts in KINDS.items()
        },
    )


def _warning(request: web.Request) -> str | None:
    """For a server whose keys have no other guard than this machine."""
    if request.app[CONTEXT].settings.http.admin_token.get_secret_value():
        return None
    if _warned.due(asyncio.get_running_loop().time()) is not None:
        log.warning("keys are managed, and no ADMIN_TOKEN is set: set one before others reach the server")
    return WARNING


def _place(at: str, key: str) -> tuple[datetime, UUID]:
    """Where a page of the list ended. Raises Problem."""
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(key)
    except ValueError:
        raise Problem(
            400, "bad_cursor", "cursor is no `next` of this list: leave it out to begin anew."
        ) from None


def _no_such_key() -> Problem:
    return Problem(404, "not_found", "There is no such key, or it was revoked.")
