"""A command that SIGTERM stops as Ctrl-C does: what it started, a server of its own above all, ends first."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

TERMINATED = 128 + signal.SIGTERM
"""Its exit code then, as shells have it."""


def run_stoppable(command: Coroutine[Any, Any, int]) -> int:
    """Run it on a loop of its own; its exit code, or TERMINATED."""

    async def stoppable() -> int:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await command

    try:
        return asyncio.run(stoppable())
    except asyncio.CancelledError:
        return TERMINATED
