"""Emptying a server without cutting anybody off: no new calls, and those that are up go on until they are
over, or until a limit. For deploys; what ends a server at once is `Switchboard.stop`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

from mediaserver.calls.call import Call

log = logging.getLogger(__name__)


class Drained(Protocol):
    """The calls of one server."""

    def __iter__(self) -> Iterator[Call]: ...

    def refuse_new(self, refuse: bool) -> None:
        """From now on new calls are refused, or taken again."""

    def emptied(self) -> Coroutine[Any, Any, None]:
        """Wait until no call is up."""

    def end_all(self, goodbye: str, within_s: float) -> Coroutine[Any, Any, None]:
        """Let agents say goodbye for so long, and hang up all that is left."""


def _nobody() -> None:
    return None


class Drain:
    """One for a server. It may be begun again with another limit, and taken back."""

    def __init__(
        self,
        calls: Drained,
        goodbye: str = "",
        goodbye_s: float = 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`goodbye`: what agents say where the limit ends their calls, within so many seconds."""
        self._calls = calls
        self._goodbye = goodbye, goodbye_s
        self._now = now
        self._task: asyncio.Task[None] | None = None
        self._until: float | None = None
        self._stop = False
        self.draining = False
        self.listeners: list[Callable[[bool], None]] = []
        """Told whether new calls are refused, each time that changes."""
        self.stop: Callable[[], None] = _nobody
        """Stop the server; called when all calls are over, where that was asked for."""

    def begin(self, within_s: float | None = None, *, stop: bool = False) -> None:
        """Refuse new calls. `within_s`: calls that are up then are ended; None: they have all the time they
        want. `stop`: the server is stopped afterwards."""
        self._cancel()
        self._until = None if within_s is None else self._now() + within_s
        self._stop = stop
        self._refuse(True)
        left = len(list(self._calls))
        limit = "" if within_s is None else f", for {within_s:g} s at most"
        log.info("draining: new calls are refused, %d go on%s", left, limit)
        self._task = asyncio.create_task(self._run(within_s), name="drain")

    def take_back(self) -> None:
        """Take new calls again; nothing happens when none are refused."""
        self._cancel()
        if self.draining:
            self._refuse(False)
            log.info("not draining any more: calls are taken again")

    async def close(self) -> None:
        """For the end of the server."""
        task = self._cancel()
        if task is not None and task is not asyncio.current_task():
            await asyncio.gather(task, return_exceptions=True)

    def progress(self) -> dict[str, Any]:
        """JSON-ready. `left_s`: until calls that are up are ended; None: no limit. `longest_s`: how long the
        oldest of them has been there."""
        wall = datetime.now(UTC)
        ages = [(wall - call.started).total_seconds() for call in self._calls]
        limited = self.draining and self._until is not None
        return {
            "draining": self.draining,
            "calls": len(ages),
            "longest_s": round(max(ages, default=0.0), 1),
            "left_s": round(max(0.0, (self._until or 0) - self._now()), 1) if limited else None,
            "stop": self.draining and self._stop,
        }

    async def _run(self, within_s: float | None) -> None:
        try:
            async with asyncio.timeout(within_s):
                await self._calls.emptied()
            log.info("drained: no call is up")
        except TimeoutError:
            log.info("drained: %d calls are ended, the limit is over", len(list(self._calls)))
            await self._calls.end_all(*self._goodbye)
        if self._stop:
            self.stop()

    def _refuse(self, refuse: bool) -> None:
        self.draining = refuse
        self._calls.refuse_new(refuse)
        for tell in self.listeners:
            tell(refuse)

    def _cancel(self) -> asyncio.Task[None] | None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        return task
