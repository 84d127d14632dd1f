"""The end of a provider's WebSocket, whichever library holds it. Read by workers: standard library alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any


async def ended(socket: Any, *steps: Coroutine[Any, Any, Any], within_s: float) -> None:
    """Take each step of a polite end, each within so long; then the connection is cut where it still is open:
    a server that goes on sending would not let it be closed. Raises nothing. `socket`: a connection of the
    library websockets, which may go on with a step for seconds after it was cancelled: none is waited for."""
    for step in steps:
        task = asyncio.get_running_loop().create_task(step)
        task.add_done_callback(_seen)
        await asyncio.wait({task}, timeout=within_s)
    with contextlib.suppress(Exception):
        socket.transport.abort()


def _seen(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()
