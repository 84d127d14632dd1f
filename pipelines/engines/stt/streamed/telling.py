"""What the connections to all streaming providers do alike: what was told waits to be asked for, and a flush
that is not answered is insisted on.

A provider need not answer a flush where it finds nothing to tell; the end of a connection it always answers,
with all that it has heard. So a flush without an answer ends the connection: that costs the next utterance a
new one, and no word.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

import asyncio
import contextlib

from pipelines.engines.stt.streamed.ears import EarEvent
from pipelines.engines.stt.streamed.transcript import Flushed
from pipelines.workers.async_entry import RequestError

LIKELY_S, UNLIKELY_S = 0.6, 0.3
"""So long an answer to a flush is waited for: where there is something to tell, and where there is hardly
anything."""


class TellingEar:
    """Of `pipelines.engines.stt.streamed.ears.ProviderEar` what is the same for all."""

    def __init__(self) -> None:
        self.alive = False
        self._told: asyncio.Queue[EarEvent | RequestError] = asyncio.Queue()
        self._patience: asyncio.TimerHandle | None = None
        self._insisting: asyncio.Task[None] | None = None
        """Ends the connection, for what the provider says then."""
        self._flushing = False

    def begin(self) -> None:
        self._told = asyncio.Queue()
        self._flushing = False
        if not self.alive:
            self._told.put_nowait(None)

    async def event(self) -> EarEvent:
        told = await self._told.get()
        if isinstance(told, RequestError):
            raise told
        return told

    async def _finish(self) -> None:
        """Asks the provider to end the connection: all that it has heard follows, and then `_whole`."""
        raise NotImplementedError

    def _tell(self, event: EarEvent) -> None:
        self._told.put_nowait(event)

    def _end(self, why: RequestError | None) -> None:
        """The connection is closed. `why`: None when it was cut."""
        self.alive = False
        self._told.put_nowait(why)

    def _flushed(self, *, likely: bool) -> None:
        """The provider was asked for its final words. `likely`: it has some to tell."""
        self._flushing = True
        after_s = LIKELY_S if likely else UNLIKELY_S
        self._patience = asyncio.get_running_loop().call_later(after_s, self._insist)

    def _whole(self) -> None:
        """All final words of the utterance were told."""
        self._patient()
        if self._flushing:
            self._flushing = False
            self._tell(Flushed())

    def _patient(self) -> None:
        """No answer is waited for."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _insist(self) -> None:
        if self.alive:
            self.alive = False  # for other utterances
            self._insisting = asyncio.get_running_loop().create_task(self._insisted())

    async def _insisted(self) -> None:
        with contextlib.suppress(Exception):  # it is cut, which is told as such
            await self._finish()
