"""A few words in a voice of ours, for when the model can say nothing any more."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import aclosing

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.signals import TROUBLE
from pipelines.engines.protocols import Tts

WITHIN_S = 4.0
"""For all of the text; then it is cut off."""


class OwnVoice:
    """Says one text, once. Without a voice it is three falling notes."""

    def __init__(self, tts: Tts, voice: str, language: str, within_s: float = WITHIN_S) -> None:
        self._within_s = within_s
        self._tts = tts
        self._voice = voice
        self._language = language
        self._samples = bytearray()
        self._task: asyncio.Task[None] | None = None
        self.failed = False
        """No voice could say all of it."""

    @property
    def finished(self) -> bool:
        """All of it has gone out."""
        return self._task is not None and self._task.done() and not self._samples

    def say(self, text: str) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._make(text))

    def play(self, samples: npt.NDArray[np.int16]) -> None:
        """A recording (16 kHz mono) in place of a text."""
        if self._task is None:
            self._samples += samples.tobytes()
            self._task = asyncio.create_task(asyncio.sleep(0))

    def frame(self) -> Frame | None:
        """The next 20 ms; the last are filled up with silence."""
        if not self._samples:
            return None
        piece = bytes(self._samples[: 2 * FRAME_SAMPLES])
        del self._samples[: 2 * FRAME_SAMPLES]
        return np.frombuffer(piece.ljust(2 * FRAME_SAMPLES, b"\0"), np.int16)

    def close(self) -> None:
        self._samples.clear()
        if self._task is not None:
            self._task.cancel()

    async def _make(self, text: str) -> None:
        if text:
            with contextlib.suppress(EngineError, TimeoutError):
                async with (
                    asyncio.timeout(self._within_s),
                    aclosing(self._tts.speak(text, voice=self._voice, language=self._language)) as chunks,
                ):
                    async for chunk in chunks:
                        self._samples += chunk.samples.tobytes()
                return
            self.failed = True
        self._samples += TROUBLE.tobytes()
