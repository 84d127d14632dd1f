"""Traces of the server's calls and requests to an OpenTelemetry collector, where the settings name one."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

from api.context import ApiContext
from mediaserver.calls.protocols import Switchboard
from mediaserver.settings.telemetry import TelemetrySettings

if TYPE_CHECKING:
    from mediaserver.telemetry.call_spans import CallSpans

log = logging.getLogger(__name__)

ENDING = "telemetry-end"
LAST_S = 0.8
"""What waits for the collector at the end may take so long; the rest is lost."""


async def open_telemetry(
    settings: TelemetrySettings, board: Switchboard, context: ApiContext, undo: AsyncExitStack
) -> None:
    """From now on, until the server stops. Without a collector nothing is even imported."""
    if not settings.otlp_endpoint:
        return
    from mediaserver.telemetry.call_spans import CallSpans  # half a second that nobody else is to wait for
    from mediaserver.telemetry.exporting import open_provider

    provider = await asyncio.to_thread(open_provider, settings)
    calls = CallSpans(provider.get_tracer("voiceforge.calls"))
    context.request_tracer = provider.get_tracer("voiceforge.api")
    watching = asyncio.create_task(_follow(board, calls), name="call-spans")

    async def close() -> None:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        calls.close()
        context.request_tracer = None
        await _ended(provider.shutdown)

    undo.push_async_callback(close)
    log.info("traces go to %s", settings.otlp_endpoint)


async def _ended(shutdown: Callable[[], None]) -> None:
    """Wait for it, but not for long: in a thread that the process does not wait for at its end either, as it
    does for those of the loop."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def work() -> None:
        shutdown()
        with suppress(RuntimeError):  # the loop is closed: it took too long
            loop.call_soon_threadsafe(over.set)

    threading.Thread(target=work, name=ENDING, daemon=True).start()
    with suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), LAST_S)


async def _follow(board: Switchboard, calls: CallSpans) -> None:
    async for event in board.watch():
        try:
            calls.happened(event)
        except Exception:  # a trace that cannot be made is none; the next one may be
            log.exception("an event could not be traced")
