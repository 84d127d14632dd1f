"""The messages that callers have left, to be listened to. They are guarded like transcripts."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from api.calls import identity, require_pool
from api.context import CONTEXT
from mediaserver.storage import messages as stored

MOST_DIGITS = 6


async def message(request: web.Request) -> web.StreamResponse:
    """The sound of one message: WAV, 16-bit mono at 16 kHz; parts of it by `Range` (:rfc:`9110` 14)."""
    call_id, index = identity(request), request.match_info["index"]
    if not (index.isascii() and index.isdigit() and len(index) <= MOST_DIGITS):
        raise web.HTTPBadRequest(reason="A message is named by its index, from 0.")
    path = await stored.path_of(require_pool(request.app[CONTEXT]), call_id, int(index))
    if path is None:
        raise web.HTTPNotFound(reason="There is no such message.")
    if not await asyncio.to_thread(Path(path).is_file):
        raise web.HTTPNotFound(reason="The file of this message is not on this server any more.")
    return web.FileResponse(path, headers={"Content-Type": "audio/wav"})
