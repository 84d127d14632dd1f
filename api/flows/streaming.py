"""Long work whose progress is told as server-sent events, and which ends when nobody listens any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TypeAlias

from aiohttp import web

from api.access.asker import asker
from api.answers import dumps
from api.context import CONTEXT
from api.telephony.events import begin_stream, tell
from mediaserver.storage.sql import Row

HEARTBEAT_S = 2.0
"""A comment after this long without news finds out who has gone."""
News: TypeAlias = AsyncGenerator[tuple[str, Row], None]
"""Kinds of events, and their data."""


async def streamed(request: web.Request, news: News) -> web.StreamResponse:
    """Tell all news. Whoever closes the connection, or loses the right to ask, ends the work: `news` is
    closed."""
    access = request.app[CONTEXT].access
    following: asyncio.Future[tuple[str, Row] | None] | None = None
    try:
        response = await begin_stream(request)
        following = asyncio.ensure_future(anext(news, None))
        with suppress(ConnectionResetError):  # who asked has gone
            while True:
                await asyncio.wait({following}, timeout=HEARTBEAT_S)
                if not access.still_good(asker(request)):
                    break
                if not following.done():
                    await tell(request, response, b": still here\n\n")
                    continue
                if (found := following.result()) is None:
                    break
                kind, data = found
                await tell(request, response, f"event: {kind}\ndata: {dumps(data)}\n\n".encode())
                following = asyncio.ensure_future(anext(news, None))
        return response
    finally:
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        await news.aclose()
