"""Finds the call that a request is for, as whoever asks may see it: another key's call is not there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiohttp import web

from api.access.asker import Asker, asker
from api.asking import switchboard
from api.context import CONTEXT
from api.routing.problems import Problem
from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Switchboard
from mediaserver.storage import calls as stored
from mediaserver.storage.sql import Row

CALLS = "/api/telephony/calls"
CALL = CALLS + "/{id}"
NOBODYS = UUID(int=0)
"""The owner of no call."""


def whose(who: Asker) -> UUID | None:
    """Whose calls somebody sees in lists; None: everybody's."""
    return None if who.admin else who.key or NOBODYS


def board_for(request: web.Request, call_id: UUID) -> Switchboard:
    """The switchboard, to be asked for something of this call; whether it lives, that one says. Raises
    Problem (404) when it is another key's."""
    board = switchboard(request)
    call = board.get(call_id)
    if call is not None and not asker(request).sees(call.owner):
        raise Problem(404, "not_found", "There is no such call, or it has ended.")
    return board


def live_call(request: web.Request, call_id: UUID) -> Call | None:
    """A call that is up, or ended a short while ago; None where there is none. Raises Problem (404) when it
    is another key's."""
    board = request.app[CONTEXT].switchboard
    return None if board is None else board_for(request, call_id).get(call_id)


async def row_of(request: web.Request, call_id: UUID) -> Row:
    """A call that is up or over, as `storage.calls` shows it. Raises Problem (404), DatabaseError."""
    call = live_call(request, call_id)
    row = await stored.one(request.app[CONTEXT].database, call_id)
    if row is None and call is not None:
        row = in_memory(call)  # its first record is still on its way to the database
    if row is None or not asker(request).sees(row["owner"]):
        raise Problem(404, "not_found", "There is no such call.")
    return row


def in_memory(call: Call) -> dict[str, Any]:
    """A call that this server has, with what of its row it knows itself."""
    ended = call.termination
    return {
        "id": call.id,
        "direction": call.direction,
        "from_uri": call.from_uri,
        "to_uri": call.to_uri,
        "app": call.app,
        "agent": call.agent or None,
        "agent_version": call.agent_version,
        "owner": call.owner,
        "about": dict(call.about),
        "started_at": call.started,
        "state": str(call.state),
        "live": ended is None,
        "elapsed_ms": call.elapsed_ms() if ended is None else None,
    } | (
        {}
        if ended is None
        else {"ended_by": str(ended.by), "why": str(ended.why), "code": ended.code, "detail": ended.detail}
    )


def as_it_is(board: Switchboard | None, row: Row) -> dict[str, Any]:
    """A row with what this server knows better: how its own call is at the moment."""
    call = board.get(row["id"]) if board is not None else None
    if call is not None:
        return row | in_memory(call)
    if row["state"] == "ended":
        return row | {"live": False}
    return row | {"live": True, "state": "answered" if row["answered_at"] is not None else "ringing"}
