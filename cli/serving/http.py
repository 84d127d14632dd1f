"""The socket of the HTTP server, which says in one line why it cannot be opened."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import AsyncExitStack
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from api.app import build_app
from api.connections import HttpConnections, HttpLimits
from api.context import ApiContext
from api.unreadable import HttpRequestHandler
from mediaserver.errors import PortInUseError
from mediaserver.host_port import host_port
from mediaserver.settings.http import HttpSettings

HTTP_LIMITS = HttpLimits()
LINGER_S = 2.0
"""So long the rest of a refused request is read, so that its client sees the answer."""


class _NotTheirs(logging.Filter):
    """aiohttp logs a traceback for each request of others that it cannot read."""

    def filter(self, record: logging.LogRecord) -> bool:
        theirs = (HttpProcessingError, web.RequestPayloadError)
        return not (record.exc_info and isinstance(record.exc_info[1], theirs))


_log = logging.getLogger(f"{__name__}.http")
_log.addFilter(_NotTheirs())


async def open_http(
    settings: HttpSettings, context: ApiContext, undo: AsyncExitStack, limits: HttpLimits = HTTP_LIMITS
) -> str:
    """Serve health and the page from the beginning, so that a start can be watched; the base address."""
    connections = context.connections = HttpConnections(limits)
    runner = web.AppRunner(build_app(context), shutdown_timeout=0.5)
    await runner.setup()
    undo.push_async_callback(runner.cleanup)
    server = runner.server
    assert server is not None

    loop = asyncio.get_running_loop()

    options: dict[str, Any] = {
        "access_log": None,  # aiohttp's, whose types do not know that there may be none
        "logger": _log,
        "keepalive_timeout": limits.idle_s,
        "lingering_time": LINGER_S,
    }

    def handler() -> HttpRequestHandler:
        return HttpRequestHandler(server, loop=loop, **options)

    try:
        listener = await loop.create_server(
            lambda: connections.guarded(handler), settings.host, settings.port
        )
    except OSError as error:
        # asyncio's own text repeats the address and buries the reason.
        known = error.errno is not None and error.errno > 0
        reason = os.strerror(error.errno or 0) if known else error.strerror or str(error)
        raise PortInUseError(
            f"cannot listen on HTTP {host_port(settings.host, settings.port)} ({reason}): "
            "end the process that holds the port, or choose another with http.port"
        ) from None
    undo.callback(listener.close)
    host, port = listener.sockets[0].getsockname()[:2]
    return f"http://{host_port(host, port)}"
