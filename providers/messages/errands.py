"""What goes on behind a request that was answered: minded, so that none fails unheard, and waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import asyncpg

log = logging.getLogger(__name__)

T = TypeVar("T")
TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""Of the database."""
CLOSING_S = 5.0
PAUSES_S = (0.5, 2.0, 10.0, 30.0)
"""Between the tries of what has to be kept."""


class Errands:
    """Of one server's texts."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(_minded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def idle(self) -> None:
        """Return once nothing is going on."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    async def close(self) -> None:
        """What goes on is waited for, for some seconds. Idempotent."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_S)
        for task in self._tasks:
            task.cancel()


async def _minded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except TROUBLE as error:
        log.warning("a text message could not be handled: %r", error)
    except Exception:
        log.exception("a text message could not be handled")


async def insisted(
    work: Callable[[], Awaitable[T]], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> T:
    """Once more, and again, while the database is away for a moment. Raises what the last try did."""
    for pause_s in PAUSES_S:
        try:
            return await work()
        except TROUBLE as error:
            log.info("the database is asked again in %g s: %r", pause_s, error)
        await sleep(pause_s)
    return await work()
