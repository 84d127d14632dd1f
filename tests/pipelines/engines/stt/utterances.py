"""Calls of tests to a recogniser: what it tells of an utterance."""

from __future__ import annotations

import asyncio
import contextlib

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import FRAME_SAMPLES
from pipelines.engines.protocols import Grammar, Stt, SttResult


class Caller:
    """One call."""

    def __init__(self, stt: Stt, *, language: str = "en", among: tuple[str, ...] = ()) -> None:
        self.results: list[SttResult] = []
        self._told = asyncio.Event()
        self.session = stt.session(self._hear, language=language, among=among)

    def _hear(self, result: SttResult) -> None:
        self.results.append(result)
        self._told.set()

    def say(self, audio: npt.NDArray[np.int16]) -> None:
        """All of it at once."""
        for at in range(0, len(audio) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            self.session.feed(audio[at : at + FRAME_SAMPLES])

    async def final(self, epoch: int) -> SttResult:
        """The answer to the flush of this epoch."""
        while not (self.results and self.results[-1].final and self.results[-1].epoch == epoch):
            self._told.clear()
            await self._told.wait()
        return self.results[-1]

    async def told_within(self, seconds: float) -> None:
        """Returns at the next result, or when none came in this time."""
        self._told.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), seconds)

    async def whole(
        self, audio: npt.NDArray[np.int16], grammar: Grammar | None = None, epoch: int = 1
    ) -> SttResult:
        """The final of one utterance."""
        self.session.begin(epoch, grammar)
        self.say(audio)
        self.session.flush(epoch + 1)
        return await self.final(epoch + 1)
