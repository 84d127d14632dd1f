"""`GET /api/telephony/calls`: calls that are up and calls of the past in one list, the newest first.

Those that are up come from memory: whoever looks for them waits for no database.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from aiohttp import web
from pydantic import AfterValidator, AwareDatetime, Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.context import CONTEXT, ApiContext
from api.plain_text import OneLine
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.finding import CALLS, as_it_is, in_memory, whose
from api.telephony.models import CallShown
from mediaserver.storage import call_pages
from mediaserver.storage.call_pages import CallsWanted, Place
from mediaserver.storage.call_words import LONGEST, spoken_words
from mediaserver.storage.sql import Row
from mediaserver.storage.trouble import is_trouble

log = logging.getLogger(__name__)

HISTORY_S = 1.0
"""A list of calls waits for those of the past no longer;"""
SEARCH_S = 5.0
"""one for which all of them may have to be looked through, so long."""

routes = ApiRoutes("calls", "Calls: those that are up, those of the past, and what can be done with them.")


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("it is beyond the years 1 to 9999") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class CallsQuery(PageQuery):
    """Which calls, and which part of their list."""

    state: Literal["live", "ended"] | None = Field(default=None, description="Up, or over.")
    direction: Literal["inbound", "outbound"] | None = None
    agent: OneLine = Field(default="", max_length=100, description="The name of whom they began with.")
    sender: OneLine = Field(
        default="", alias="from", max_length=200, description="A part of the address they come from."
    )
    to: OneLine = Field(default="", max_length=200, description="A part of the address they go to.")
    since: Moment | None = Field(default=None, description="Began then or later (RFC 3339).")
    until: Moment | None = Field(default=None, description="Began before.")
    outcome: OneLine = Field(
        default="", max_length=100, description="A status that a flow came to in them, e.g. `confirmed`."
    )

    q: OneLine = Field(
        default="",
        max_length=LONGEST,
        description='Words that were said in them, by their beginnings, and "phrases"; all of them.',
    )

    def wanted(self, owner: UUID | None) -> CallsWanted:
        live = None if self.state is None else self.state == "live"
        return CallsWanted(
            owner, live, self.direction or "", self.agent, self.sender, self.to, self.since, self.until,
            self.outcome, spoken_words(self.q),
        )  # fmt: skip


class CallPage(Page[CallShown]):
    """A part of the list of calls."""

    database: Literal["ok", "unavailable"] = Field(
        description="`unavailable`: it does not answer just now, and calls of the past are left out."
    )


@routes.get(CALLS, scope=Scope.CALLS_READ)
async def calls(request: web.Request, query: CallsQuery) -> CallPage:
    """Calls, the newest first.

    Those that are up on this server are listed also while the database does not answer; `database` says so.
    """
    context = request.app[CONTEXT]
    wanted, after = query.wanted(whose(asker(request))), _place(query.cursor)
    rows = await _stored(context, wanted, after, query.limit + 1)
    found = _merged(context, wanted, after, rows or [])
    shown, following = page_of(
        found, query.limit, lambda row: (row["started_at"].isoformat(), str(row["id"]))
    )
    return CallPage(
        items=[CallShown.model_validate(row) for row in shown],
        next=following,
        database="unavailable" if rows is None else "ok",
    )


def _merged(
    context: ApiContext, wanted: CallsWanted, after: Place | None, rows: list[Row]
) -> list[dict[str, Any]]:
    """Rows of the database and calls in memory, which may not be there yet, in their order."""
    board = context.switchboard
    found = {row["id"]: as_it_is(board, row) for row in rows}
    for call in board if board is not None else ():
        place = call.started, call.id
        if (
            call.id not in found
            and not wanted.outcome
            and not wanted.words
            and (after is None or place < after)
        ):
            row = in_memory(call)
            if wanted.fits(row):
                found[call.id] = row
    still = [row for row in found.values() if wanted.live is None or row["live"] is wanted.live]
    return sorted(still, key=lambda row: (row["started_at"], row["id"]), reverse=True)


async def _stored(
    context: ApiContext, wanted: CallsWanted, after: Place | None, limit: int
) -> list[Row] | None:
    """None when the database is not there, or does not answer soon: who looks for the calls that are up must
    not wait for those that are over."""
    if context.pool is None:
        return None
    searches = bool(wanted.sender or wanted.to or wanted.outcome or wanted.words)
    within_s = SEARCH_S if searches else HISTORY_S
    place = context.searching if searches else context.reading
    reading = asyncio.create_task(_read(place, context.pool, wanted, after, limit))
    try:
        await asyncio.wait({reading}, timeout=within_s)
        if reading.done():
            return reading.result()
        log.warning("no calls of the past to show: the database does not answer within %g s", within_s)
    except Exception as trouble:
        if not is_trouble(trouble):
            raise
        log.warning("no calls of the past to show: %s", type(trouble).__name__)
    finally:
        if not reading.done():
            # Giving a connection back may take as long as the database hangs: nobody waits for that.
            reading.cancel()
            context.abandoned.add(reading)
            reading.add_done_callback(context.forget)
    return None


async def _read(
    place: asyncio.Semaphore, pool: asyncpg.Pool, wanted: CallsWanted, after: Place | None, limit: int
) -> list[Row]:
    async with place:
        return await call_pages.page(pool, wanted, after, limit)


def _place(cursor: str) -> Place | None:
    """Raises Problem."""
    place = place_of(cursor, str, str)
    if place is None:
        return None
    try:
        began = datetime.fromisoformat(place[0])
        if began.tzinfo is not None:
            return began.astimezone(UTC), UUID(place[1])
    except (ValueError, OverflowError):
        pass
    raise Problem(400, "bad_cursor", "cursor is no `next` of this list: leave it out to begin anew.")
