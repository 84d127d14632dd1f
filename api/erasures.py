"""`/api/telephony/erasures`: removing all that is kept of one caller.

It is written down and gone on with until nothing is left, whatever becomes of this server meanwhile.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from mediaserver.storage import erasures as table
from mediaserver.storage import numbers
from mediaserver.storage.sql import Row

routes = ApiRoutes("erasures", "Removing all that is kept of one caller.")

ERASURES = "/api/telephony/erasures"
AT_ONCE_S = 5.0
"""So long whoever asks waits for it; it goes on without them."""


class NewErasure(RequestModel):
    """Whose data are to be removed."""

    caller: OneLine = Field(min_length=3, max_length=40, description="A telephone number: `+441215550100`.")


class ErasureShown(ResponseModel):
    """The removal of one caller's data."""

    id: UUID
    caller: str = Field(description="The number; once nothing is left, its last two digits.")
    state: Literal["running", "done"]
    removed: dict[str, int] = Field(description="So far: how many of each, and `bytes` of files.")
    left_over: int = Field(description="Calls that could not be removed in this round.")
    fault: str = Field(description="Why; it is tried again every five minutes.")
    asked_by: str
    created_at: datetime
    finished_at: datetime | None


@routes.post(ERASURES, scope=Scope.ADMIN, status=201, made_at=f"{ERASURES}/{{id}}", errors=(422,))
async def begin(request: web.Request, body: NewErasure) -> ErasureShown:
    """Remove all that is kept of a caller.

    Calls from and to the number with transcripts, events, outcomes, recordings and messages, and what agents
    have learnt of it. In calls of others that mention it two of its digits are left; where it was rung for
    one, or that was transferred to it, the recording goes, too. The answer comes when it is done, or after
    five seconds; what is left then goes on by itself. Asked for again while it runs, it is the same one."""
    context = request.app[CONTEXT]
    eraser = started(context.eraser)
    caller = eraser.number(body.caller)
    if not caller:
        raise _unfit(f"{body.caller} is no telephone number in full, such as +441215550100")
    async with context.database.acquire() as connection, connection.transaction():
        if await numbers.one_number(connection, caller) is not None:
            raise _unfit(f"{caller} is a number of yours: all who called it would be erased")
        row = await table.add_erasure(connection, caller, asker(request).name)
        await audited(connection, request, "erasure.begin", f"erasure:{row['id']}")
    loop = asyncio.get_running_loop()
    ends = loop.time() + AT_ONCE_S
    return _shown(await eraser.advance(row["id"], lambda: loop.time() >= ends) or row)


@routes.get(ERASURES, scope=Scope.ADMIN)
async def listed(request: web.Request, query: PageQuery) -> Page[ErasureShown]:
    """All of them, newest first."""
    place = place_of(query.cursor, str, str)
    before = None
    if place is not None:
        try:
            before = datetime.fromisoformat(place[0]), UUID(place[1])
        except ValueError:
            raise Problem(400, "bad_cursor", "cursor is no `next` of this list.") from None
    rows = await table.erasures_before(request.app[CONTEXT].database, query.limit + 1, before)
    shown, following = page_of(rows, query.limit, lambda row: (row["created_at"].isoformat(), str(row["id"])))
    return Page[ErasureShown](items=[_shown(row) for row in shown], next=following)


@routes.get(f"{ERASURES}/{{id}}", scope=Scope.ADMIN)
async def one(request: web.Request, id: UUID) -> ErasureShown:
    """How far one is."""
    row = await table.one_erasure(request.app[CONTEXT].database, id)
    if row is None:
        raise Problem(404, "not_found", "There is no such erasure.")
    return _shown(row)


def _unfit(problem: str) -> Problem:
    return Problem(422, "caller_unfit", f"caller: {problem}", [{"field": "caller", "problem": problem}])


def _shown(row: Row) -> ErasureShown:
    return ErasureShown(**{name: row[name] for name in ErasureShown.model_fields})
