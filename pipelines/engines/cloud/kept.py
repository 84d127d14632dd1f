"""Connections to a provider that were opened and serve nobody now, kept for whoever comes next.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, Protocol, TypeVar

KEEP_ALIVE_S = 4.0
"""Providers close a silent connection after ten seconds and more."""
MOST = 32
"""Users may name what a connection is opened with (voices, words of a grammar): all together are few."""


class Keepable(Protocol):
    @property
    def alive(self) -> bool:
        """It can be used once more."""

    async def keep_alive(self) -> None: ...

    async def close(self) -> None:
        """Ends it as the provider wants it to be ended. Raises nothing."""


C = TypeVar("C", bound=Keepable)


class KeptConnections(Generic[C]):
    """By what they were opened with."""

    def __init__(self, keep_s: float, most: int = MOST) -> None:
        """`keep_s`: so long each is kept; 0: not at all. `most`: of all together."""
        self._keep_s = keep_s
        self._most = most
        self._kept: dict[Hashable, list[tuple[C, asyncio.Task[None]]]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    async def taken(self, key: Hashable, opened: Callable[[], Awaitable[C]]) -> C:
        """One that is open, else a new one. Raises whatever `opened` does."""
        while kept := self._kept.get(key):
            one, tending = kept[-1]
            self._leaves(key, one)
            tending.cancel()
            if one.alive:
                return one
            self.end(one)
        return await opened()

    def give(self, key: Hashable, one: C) -> None:
        """It is used no more for now."""
        if not one.alive or self._keep_s <= 0:
            self.end(one)
            return
        if sum(map(len, self._kept.values())) >= self._most:  # the one that was given first is the oldest
            oldest, (other, tending) = next((each, kept[0]) for each, kept in self._kept.items())
            self._leaves(oldest, other)
            tending.cancel()
            self.end(other)
        tending = asyncio.get_running_loop().create_task(self._tended(key, one))
        self._kept.setdefault(key, []).append((one, tending))

    def end(self, one: C) -> None:
        """It is of no use any more. Nobody waits for its polite end, least of all who wants an answer."""
        ending = asyncio.get_running_loop().create_task(one.close())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        kept, self._kept = [each for ones in self._kept.values() for each in ones], {}
        for one, tending in kept:
            tending.cancel()
            self.end(one)
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def _tended(self, key: Hashable, one: C) -> None:
        left = self._keep_s
        with contextlib.suppress(Exception):  # it is cut: nobody needed it
            while left > 0 and one.alive:
                await asyncio.sleep(min(left, KEEP_ALIVE_S))
                left -= KEEP_ALIVE_S
                if left > 0 and one.alive:
                    await one.keep_alive()
        self._leaves(key, one)
        self.end(one)

    def _leaves(self, key: Hashable, one: C) -> None:
        """Nothing is kept of a key without connections."""
        left = [each for each in self._kept.pop(key, []) if each[0] is not one]
        if left:
            self._kept[key] = left
