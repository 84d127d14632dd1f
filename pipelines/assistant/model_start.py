"""The wait for a language model that is being started while its caller is on the line already.

It is greeted without the model; then fillers pass the time (turn-taking's), with a sentence now and then,
until the model is there, cannot be had, or has kept the caller waiting for too long.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

from mediaserver.errors import EngineError

WITHIN_S = 20.0
"""Of waiting in all; then the caller goes to the row's fallback, or the call ends in words."""
WORDLESS_S = 8.0
"""Where there is no sentence to be said meanwhile: turn-taking bears ten seconds of thought."""


class ModelStart:
    """Of one call."""

    def __init__(
        self,
        starting: Callable[[], Awaitable[None]],
        sentence: Callable[[], str],
        every_s: float,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`starting`: returns once the model is there; raises EngineError when it cannot be had. `sentence`:
        said every so many seconds; empty: there is none in the language that the call goes on in."""
        self._starting = starting
        self._sentence = sentence
        self._every_s = every_s
        self._now = now
        self._left_s = WITHIN_S if sentence() else WORDLESS_S
        self.waited_s = 0.0
        self.over = False
        """It is there, ..."""
        self.failed = ""
        """... or will not be, in time: why."""

    async def wait(self) -> AsyncGenerator[str, None]:
        """What is to be said until it is over or `failed`. An interruption loses nothing but the time."""
        while not self.over and not self.failed:
            began = self._now()
            try:
                async with asyncio.timeout(min(self._left_s, self._every_s)):
                    await self._starting()
                self.over = True
            except TimeoutError:
                pass
            except EngineError as error:
                self.failed = str(error)
            finally:
                waited = self._now() - began
                self.waited_s += waited
                self._left_s -= waited
            if self.over or self.failed:
                return
            if self._left_s <= 0:
                self.failed = f"it was not started within {self.waited_s:.0f} s"
            elif sentence := self._sentence():
                yield sentence
