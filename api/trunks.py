"""`/api/telephony/trunks`: the rows of trunks, their secrets masked, and how each stands.

A change is written to the database and counts from the next call on; who follows the table hears of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from api.answers import answer
from api.asking import body, done, require_pool
from api.context import CONTEXT, ApiContext
from mediaserver.errors import ConfigError, SealError
from mediaserver.storage import trunks as table
from mediaserver.storage.sql import Row
from sip.trunks.board import TrunkBoard
from sip.trunks.rows import changed, checked, read, shown, written
from sip.trunks.spec import TrunkSpec


async def trunks(request: web.Request) -> web.Response:
    """All rows, by name."""
    context = request.app[CONTEXT]
    rows = await table.all_trunks(require_pool(context))
    return answer({"trunks": [_shown(context, row) for row in rows]})


async def trunk(request: web.Request) -> web.Response:
    """One of them."""
    context = request.app[CONTEXT]
    return answer(_shown(context, await _row(request, context)))


async def add(request: web.Request) -> web.Response:
    """`{"name", "host", ...}`: a new trunk. 201; 409 when there is one of that name."""
    context = request.app[CONTEXT]
    content = await body(request, "name", "host")
    spec = _made(lambda: checked(content))
    settings, secrets = written(spec, _board(context).sealer)
    if not await table.add_trunk(require_pool(context), spec.name, settings, secrets):
        raise web.HTTPConflict(reason=f"There is a trunk {spec.name}: change it with PUT.")
    return answer(shown(spec), 201)


async def change(request: web.Request) -> web.Response:
    """`{"host", ...}`: this in the place of the trunk of that name. A secret that is left out, or sent back
    as its mask, stays; a password does not where the row leads to another server."""
    context = request.app[CONTEXT]
    content = await body(request, "host")
    row = await _row(request, context)
    sealer = _board(context).sealer
    try:
        before = read(row, sealer)
    except (ConfigError, SealError):
        before = TrunkSpec(row["name"], "")  # beyond reading: the new one stands for itself
    spec = _made(lambda: changed(before, content))
    settings, secrets = written(spec, sealer)
    if not await table.change_trunk(require_pool(context), spec.name, settings, secrets):
        raise web.HTTPNotFound(reason="There is no such trunk.")
    return answer(shown(spec))


async def remove(request: web.Request) -> web.Response:
    """Calls that are up go on."""
    name = request.match_info["name"]
    if not await table.remove_trunk(require_pool(request.app[CONTEXT]), name):
        raise web.HTTPNotFound(reason="There is no such trunk.")
    return done()


def _made(make: Callable[[], TrunkSpec]) -> TrunkSpec:
    try:
        return make()
    except ConfigError as error:
        raise web.HTTPBadRequest(reason=" ".join(str(error).split())[:500]) from None


async def _row(request: web.Request, context: ApiContext) -> Row:
    row = await table.one_trunk(require_pool(context), request.match_info["name"])
    if row is None:
        raise web.HTTPNotFound(reason="There is no such trunk.")
    return row


def _board(context: ApiContext) -> TrunkBoard:
    if context.trunks is None:
        raise web.HTTPServiceUnavailable(reason="The server is still starting.")
    return context.trunks


def _shown(context: ApiContext, row: Row) -> dict[str, Any]:
    """A row that makes no sense is its name and what is wrong with it."""
    board = _board(context)
    fault, content = "", {"name": row["name"]}
    try:
        content = shown(read(row, board.sealer))
    except (ConfigError, SealError) as error:
        fault = str(error)
    line = board.line(row["name"])
    now = asyncio.get_running_loop().time()
    return {
        **content,
        "version": row["version"],
        "fault": fault or board.faults.get(row["name"], ""),
        "status": None if line is None else line.as_dict(now),
    }
