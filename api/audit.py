"""`/api/audit`: who changed what; and the one function that writes it down."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.context import CONTEXT
from api.plain_text import OneLine
from api.routing.models import ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.request_ids import REQUEST_ID
from api.routing.table import ApiRoutes
from mediaserver.storage import audit as table
from mediaserver.storage.audit import Actor
from mediaserver.storage.sql import Database

routes = ApiRoutes("audit", "Who changed what.")


async def audited(
    connection: Database, request: web.Request, action: str, subject: str, **change: Any
) -> None:
    """Write down that whoever asks changes something; `connection` has the transaction of the change, so that
    there is neither without the other. `action`: 'key.revoke'; `subject`: 'key:UUID'; `change`: what is
    different now, JSON-ready, and never a secret."""
    who = asker(request)
    actor = Actor(who.name, str(who.how), who.key, request.remote or "", request.get(REQUEST_ID, ""))
    await table.wrote(connection, actor, action, subject, change)


class AuditLineShown(ResponseModel):
    """One change."""

    id: int
    at: datetime
    key: UUID | None = Field(description="Whose key it was done with; null: the operator did it.")
    actor: str = Field(description="What that one was called then.")
    how: str = Field(
        description="By what it was known: token, key, session, command (the command line), start (the "
        "server)."
    )
    source: str = Field(description="The address that asked.")
    request: str = Field(description="The id of the request, as in the log.")
    action: str = Field(description="As `key.revoke`.")
    subject: str = Field(description="What it was done to, as `key:UUID`.")
    change: dict[str, Any] = Field(description="What is different since. No secrets.")


class AuditQuery(PageQuery):
    """Which lines."""

    key: UUID | None = Field(default=None, description="Done with this key.")
    subject: OneLine = Field(default="", max_length=300, description="Done to this, as `key:UUID`.")
    action: OneLine = Field(
        default="", max_length=100, description="Of this kind; `key.` stands for all that begin so."
    )


@routes.get("/api/audit", scope=Scope.ADMIN)
async def lines(request: web.Request, query: AuditQuery) -> Page[AuditLineShown]:
    """The audit log, newest first."""
    place = place_of(query.cursor, int)
    rows = await table.lines_before(
        request.app[CONTEXT].database, query.limit + 1, place[0] if place is not None else None,
        key=query.key, subject=query.subject, action=query.action,
    )  # fmt: skip
    shown, following = page_of([AuditLineShown(**row) for row in rows], query.limit, lambda line: (line.id,))
    return Page(items=shown, next=following)
