"""The five pools of work, each with a limit of its own over all engines that belong to it."""

from __future__ import annotations

import asyncio
import enum
import itertools
from bisect import insort
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from mediaserver.errors import EngineBusyError
from pipelines.workers.urgency import Priority, urgency

CALLS_LATELY_S = 600.0
"""Where a call asked within this time, a place is kept free of batch work."""


class WorkPool(enum.StrEnum):
    """Which kind of work an engine's requests are."""

    STT = "stt"
    TTS = "tts"
    HF_TTS = "hf-tts"
    """Voices of a model hub's, which are larger and slower."""
    LLM = "llm"
    CLONE = "clone"
    """Voices made after a sample of somebody's, of packages that ask for it (`EngineEntry.pool`)."""


class WorkGate:
    """How many requests of one pool of work run at once, whichever engines they are for."""

    def __init__(self, most: int | None = None) -> None:
        """`most`: None lets all in."""
        self.most = most
        self._members: list[tuple[Callable[[], int], Callable[[], None]]] = []
        self._placed = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        """Who waits for a place of its own, by priority, and in order."""
        self._numbers = itertools.count()
        self._call_at = float("-inf")
        """When a call last asked."""
        self._calls_only = False

    @property
    def inside(self) -> int:
        """Requests that run now."""
        return self._placed + sum(load() for load, _ in self._members)

    @property
    def open(self) -> bool:
        return self.most is None or self.inside < self.most

    def admits(self, priority: Priority) -> bool:
        """Whether a request may begin now. Batch work leaves a place for a call, where there have been any
        lately, and while places are given away it comes after the calls of all engines."""
        if priority is Priority.CALL:
            self._call_at = asyncio.get_running_loop().time()
            return self.open
        if self.most is None:
            return True
        kept = self.most > 1 and asyncio.get_running_loop().time() - self._call_at < CALLS_LATELY_S
        return not self._calls_only and self.inside < self.most - kept

    def join(self, load: Callable[[], int], room: Callable[[], None]) -> None:
        """`load`: the requests of one engine. `room` is called when another's may have left."""
        if (load, room) not in self._members:
            self._members.append((load, room))

    def leave(self, load: Callable[[], int], room: Callable[[], None]) -> None:
        """That engine is gone."""
        if (load, room) in self._members:
            self._members.remove((load, room))

    def left(self) -> None:
        """A request is over: whoever waits may have its place."""
        if self.most is None or self._calls_only:
            return
        self._calls_only = True
        try:
            self._offer()
        finally:
            self._calls_only = False
        self._offer()

    def _offer(self) -> None:
        for _, room in list(self._members):
            room()
        self._let_in()

    @asynccontextmanager
    async def place(self, within_s: float) -> AsyncIterator[None]:
        """A place for a request of an engine without workers, a call's before a job's. Raises EngineBusyError
        when none is free in time."""
        priority = urgency().priority
        first = not self._waiting or priority < self._waiting[0][0]
        if self.admits(priority) and first:
            self._placed += 1
        else:
            await self._wait(within_s)
        try:
            yield
        finally:
            self._placed -= 1
            self.left()

    async def _wait(self, within_s: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (int(urgency().priority), next(self._numbers), future)
        insort(self._waiting, entry)
        try:
            async with asyncio.timeout(within_s):
                await future
        except BaseException as error:
            if entry in self._waiting:
                self._waiting.remove(entry)
            if future.done() and not future.cancelled():
                self._placed -= 1  # let in at the same moment
                self.left()
            if isinstance(error, TimeoutError):
                raise EngineBusyError(
                    f"{self.most} requests of this kind run already, which is the limit (engines.pools)"
                ) from None
            raise

    def _let_in(self) -> None:
        while self._waiting and self.admits(Priority(self._waiting[0][0])):
            _, _, future = self._waiting.pop(0)
            if not future.done():
                self._placed += 1
                future.set_result(None)
