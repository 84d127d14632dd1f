"""A connection to a provider's recogniser, whoever it is, and those kept open for the next utterance.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Hashable
from typing import Protocol, TypeAlias

from pipelines.engines.stt.streamed.transcript import Flushed, HeardStretch

EarEvent: TypeAlias = HeardStretch | Flushed | None
"""None: the connection is closed."""
KEEP_ALIVE_S = 4.0
"""Providers close a silent connection after ten seconds and more."""


class ProviderEar(Protocol):
    """One connection that hears one utterance at a time."""

    @property
    def alive(self) -> bool:
        """It can hear another utterance."""

    def begin(self) -> None:
        """An utterance begins: times count from here, and what was told of others is no longer told."""

    async def send(self, audio: bytes) -> None:
        """int16 little endian, 16 kHz. Raises RequestError; anything else means that it is cut."""

    async def flush(self) -> None:
        """No more audio: the final words of all of it are wanted now, and then `Flushed`, also where nothing
        was said: one that does not tell is not well."""

    async def event(self) -> EarEvent:
        """What is told next. Raises RequestError when the provider refuses."""

    async def keep_alive(self) -> None: ...

    async def close(self) -> None:
        """Ends it as the provider wants it to be ended. Raises nothing."""


class KeptEars:
    """Connections that were opened and hear nobody now, by what they were opened with."""

    def __init__(self, keep_s: float, most: int = 32) -> None:
        """`keep_s`: so long each is kept; 0: not at all."""
        self._keep_s = keep_s
        self._most = most
        self._kept: dict[Hashable, list[tuple[ProviderEar, asyncio.Task[None]]]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    async def taken(self, key: Hashable, opened: Callable[[], Awaitable[ProviderEar]]) -> ProviderEar:
        """One that is open, else a new one. Raises whatever `opened` does."""
        while kept := self._kept.get(key):
            ear, tending = kept[-1]
            self._leaves(key, ear)
            tending.cancel()
            if ear.alive:
                return ear
            self.end(ear)
        return await opened()

    def give(self, key: Hashable, ear: ProviderEar) -> None:
        """It has heard its utterance."""
        if not ear.alive or self._keep_s <= 0 or sum(map(len, self._kept.values())) >= self._most:
            self.end(ear)
            return
        tending = asyncio.get_running_loop().create_task(self._tended(key, ear))
        self._kept.setdefault(key, []).append((ear, tending))

    def end(self, ear: ProviderEar) -> None:
        """It is of no use any more. Nobody waits for its polite end, least of all who wants an answer."""
        ending = asyncio.get_running_loop().create_task(ear.close())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        kept, self._kept = [each for ears in self._kept.values() for each in ears], {}
        for _, tending in kept:
            tending.cancel()
        for ear, _ in kept:
            self.end(ear)
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def _tended(self, key: Hashable, ear: ProviderEar) -> None:
        left = self._keep_s
        with contextlib.suppress(Exception):  # it is cut: nobody needed it
            while left > 0 and ear.alive:
                await asyncio.sleep(min(left, KEEP_ALIVE_S))
                left -= KEEP_ALIVE_S
                if left > 0 and ear.alive:
                    await ear.keep_alive()
        self._leaves(key, ear)
        await ear.close()

    def _leaves(self, key: Hashable, ear: ProviderEar) -> None:
        """Nothing is kept of a key without connections: each grammar has one, and calls have their own."""
        left = [each for each in self._kept.pop(key, []) if each[0] is not ear]
        if left:
            self._kept[key] = left
