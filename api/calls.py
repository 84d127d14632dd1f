"""`/api/telephony/calls`: the live and the recent calls, and one call with its transcript."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from typing import Any
from uuid import UUID

import asyncpg
from aiohttp import web

from api.answers import answer
from api.context import CONTEXT, ApiContext
from mediaserver.diagnosis.line_advice import advice
from mediaserver.errors import DatabaseError
from mediaserver.storage import calls as stored
from mediaserver.storage import events, hearing, legs, messages, recordings, summaries, turns
from mediaserver.storage.sql import Row

log = logging.getLogger(__name__)

LIMIT = 200
"""Recent calls at most in one answer."""
HISTORY_S = 1.0
"""A list of calls waits for those of the past no longer."""


async def calls(request: web.Request) -> web.Response:
    """Live calls always; recent ones when the database answers soon, else `database` is "unavailable".
    `?limit=` 1 to 200."""
    context = request.app[CONTEXT]
    recent = await _recent(context, _limit(request))
    board = context.switchboard
    live = board.snapshot() if board is not None else []
    ended = [row for row in recent or () if board is None or not board.is_live(row["id"])]
    database = "unavailable" if recent is None else "ok"
    return answer({"live": live, "recent": ended, "database": database})


async def _recent(context: ApiContext, limit: int) -> list[Row] | None:
    """None when the database is not there, or does not answer soon: who looks for the calls that are up must
    not wait for those that are over."""
    if context.pool is None:
        return None
    reading = asyncio.create_task(_read(context, context.pool, limit))
    try:
        await asyncio.wait({reading}, timeout=HISTORY_S)
        if reading.done():
            return reading.result()
        log.warning("no recent calls to show: the database does not answer within %g s", HISTORY_S)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as trouble:
        log.warning("no recent calls to show: %s", type(trouble).__name__)
    finally:
        if not reading.done():
            # Giving a connection back may take as long as the database hangs: nobody waits for that.
            reading.cancel()
            context.abandoned.add(reading)
            reading.add_done_callback(context.forget)
    return None


async def _read(context: ApiContext, pool: asyncpg.Pool, limit: int) -> list[Row]:
    async with context.reading:
        return await stored.recent(pool, limit)


async def call(request: web.Request) -> web.Response:
    """One call: transcript, legs, events, outcomes, summary, recording, messages
    of the caller's, hearing report."""
    context = request.app[CONTEXT]
    call_id = identity(request)
    pool = require_pool(context)
    row = await stored.one(pool, call_id) or _just_begun(context, call_id)
    if row is None:
        raise web.HTTPNotFound(reason="There is no such call.")
    row["live"] = context.switchboard is not None and context.switchboard.is_live(call_id)
    row["transcript"] = await turns.of_call(pool, call_id)
    row["legs"] = await legs.of_call(pool, call_id)
    row["events"] = await events.of_call(pool, call_id)
    made = await recordings.of_call(pool, call_id)
    # The path is this machine's own business.
    row["recording"] = {key: made[key] for key in ("seconds", "size_bytes")} if made else None
    row["messages"] = [
        {key: each[key] for key in ("index", "at_ms", "seconds", "size_bytes", "transcript")}
        for each in await messages.of_call(pool, call_id)
    ]
    row["hearing"] = await _hearing(pool, call_id)
    row["summary"] = await summaries.of_call(pool, call_id)
    return answer(row)


async def hearing_report(request: web.Request) -> web.Response:
    """How well the agent of a call heard its caller, with advice. Kept when the agent's part is over."""
    context = request.app[CONTEXT]
    call_id = identity(request)
    found = await _hearing(require_pool(context), call_id)
    if found is None:
        live = context.switchboard is not None and context.switchboard.is_live(call_id)
        why = "It is made when the call is over." if live else "No agent heard such a call to its end."
        raise web.HTTPNotFound(reason=f"There is no hearing report. {why}")
    return answer(found)


async def _hearing(pool: asyncpg.Pool, call_id: UUID) -> dict[str, Any] | None:
    report = await hearing.of_call(pool, call_id)
    if report is None:
        return None
    figures = asdict(report)
    del figures["call_id"]
    return figures | {"advice": advice(report)}


def _just_begun(context: ApiContext, call_id: UUID) -> dict[str, Any] | None:
    """A live call whose first record is still on its way to the database."""
    live = context.switchboard.snapshot() if context.switchboard is not None else []
    return next((call for call in live if call["id"] == str(call_id)), None)


def identity(request: web.Request) -> UUID:
    """The call id of the path. Raises HTTPBadRequest."""
    try:
        return UUID(request.match_info["id"])
    except ValueError:
        raise web.HTTPBadRequest(reason="A call id is a UUID.") from None


def require_pool(context: ApiContext) -> asyncpg.Pool:
    """Raises DatabaseError, which becomes 503."""
    if context.pool is None:
        raise DatabaseError("the database is not up yet")
    return context.pool


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", "50")
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= LIMIT):
        raise web.HTTPBadRequest(reason=f"limit is a number from 1 to {LIMIT}.")
    return int(text)
