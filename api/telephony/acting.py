"""Around what is asked of a call that is up: whose it is, which server has it, and a line in the audit
log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web

from api.access.asker import asker
from api.asking import Asking
from api.context import CONTEXT
from api.routing.problems import Problem
from api.routing.request_ids import REQUEST_ID
from api.telephony.finding import board_for
from mediaserver.calls.protocols import Switchboard
from mediaserver.errors import DatabaseError, NoSuchCallError
from mediaserver.masked_numbers import without_numbers
from mediaserver.storage import nodes
from mediaserver.storage.records import CallActedOn

NOTED_S = 1.0
"""An action waits no longer for its line to be stored; then that goes by the journal."""
TOLD = frozenset({403, 409, 429, 503})
"""An action that was refused so is written down, too: somebody wanted it, and might have had it."""
LONGEST = 200
"""Characters of a refusal that are kept."""


@asynccontextmanager
async def acting(
    request: web.Request, call_id: UUID, action: str, **change: Any
) -> AsyncIterator[Switchboard]:
    """Around an action: its refusals are told as HTTP says them, and it is written down, when it is done or
    refused. `action`: 'hangup'; `change`: what exactly, JSON-ready: no words, no keys that were pressed.
    Raises Problem, HTTPException."""
    began = datetime.now(UTC)
    try:
        async with asking(request, call_id) as board:
            yield board
    except (Problem, web.HTTPException) as refused:
        if refused.status in TOLD:
            why = refused.message if isinstance(refused, Problem) else refused.reason
            await _noted(request, call_id, began, action, {**change, "refused": why[:LONGEST]})
        raise
    await _noted(request, call_id, began, action, change)


@asynccontextmanager
async def asking(request: web.Request, call_id: UUID) -> AsyncIterator[Switchboard]:
    """Around a question to the switchboard about a call that is up. Raises Problem, HTTPException; 421 where
    another server of this database has it (:rfc:`9110` 15.5.20): nothing was done, and that one may be
    asked."""
    with Asking():
        try:
            yield board_for(request, call_id)
        except NoSuchCallError:
            await not_elsewhere(request, call_id)
            raise


async def not_elsewhere(request: web.Request, call_id: UUID) -> None:
    """Raises Problem (421) where another server has this call, and whoever asks may see it."""
    context = request.app[CONTEXT]
    if context.pool is None:
        return
    holder = await nodes.holder_of(context.pool, call_id)
    if holder is None or holder["id"] == context.node or not asker(request).sees(holder["owner"]):
        return
    raise Problem(
        421,
        "on_another_server",
        f"The server {holder['host']} has this call: ask that one.",
        {"server": str(holder["id"]), "host": holder["host"]},
    )


async def noted(request: web.Request, call_id: UUID, action: str, **change: Any) -> None:
    """Write down what is asked of a call outside of `acting`, as in the middle of a socket."""
    await _noted(request, call_id, datetime.now(UTC), action, change)


async def _noted(
    request: web.Request, call_id: UUID, at: datetime, action: str, change: dict[str, Any]
) -> None:
    """Stored when this returns, unless the database is away: what was done cannot be taken back, and a call
    must be hung up all the same. Then the line waits in the journal on the disk, as all that must not be
    lost."""
    context, who = request.app[CONTEXT], asker(request)
    if context.store is None:
        return
    hidden = {key: without_numbers(each) if isinstance(each, str) else each for key, each in change.items()}
    record = CallActedOn(
        uuid4(), at, call_id, f"call.{action}", who.key, who.name, str(who.how), request.remote or "",
        request.get(REQUEST_ID, ""), hidden,
    )  # fmt: skip
    try:
        await context.store.commit(record, within_s=NOTED_S)
    except DatabaseError:
        if context.sink is not None:
            context.sink.put(record)
