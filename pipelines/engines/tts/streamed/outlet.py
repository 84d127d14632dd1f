"""What a provider's voice gives, on its way to the server: to 16 kHz, without silence in front, and not more
than its text can take to say.

Read by workers: standard library and numpy, Python 3.10.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediaserver.errors import ProviderFault
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.cloud.faults import Provider
from pipelines.engines.tts.block_resample import BlockResampler
from pipelines.workers.async_entry import AsyncRequest

Pcm = npt.NDArray[np.int16]
SILENT = 60
"""Samples that are nearer to zero say nothing."""
BEFORE = SAMPLE_RATE // 100
"""Samples kept in front of the first sound."""
LIMIT_S, LIMIT_S_PER_CHARACTER = 10.0, 0.5
"""More than this no text takes to say: a voice that goes on is broken."""


class SpeechOutlet:
    """Of one text."""

    def __init__(self, request: AsyncRequest, provider: Provider, rate: int, characters: int) -> None:
        """`rate`: of what is written, in Hz."""
        self._request = request
        self._provider = provider
        self._rate = rate
        self.most_bytes = round((LIMIT_S + LIMIT_S_PER_CHARACTER * characters) * rate) * 2
        """Of what may be written."""
        self._resampler = BlockResampler(rate) if rate != SAMPLE_RATE else None
        self._limit = round((LIMIT_S + LIMIT_S_PER_CHARACTER * characters) * SAMPLE_RATE)
        self._odd = b""
        self._marks: list[tuple[int, int, int]] = []
        self._dropped = 0
        """Samples of silence in front that were left out."""
        self._sent = 0

    @property
    def begun(self) -> bool:
        """Something can be heard."""
        return self._sent > 0

    def mark(self, start: int, end: int, at_ms: float) -> None:
        """A word of the text, from its first character to behind its last, begins so long after the first
        sample that was written. To be said before the audio that it begins in."""
        self._marks.append((start, end, round(at_ms * SAMPLE_RATE / 1000)))

    async def write(self, pcm: bytes) -> None:
        """int16 little endian; may be cut anywhere. Raises RequestError when there is no end of it."""
        pcm = self._odd + pcm
        whole = len(pcm) // 2 * 2
        self._odd = pcm[whole:]
        samples = np.frombuffer(pcm[:whole], "<i2").astype(np.int16)
        await self._pass(samples if self._resampler is None else self._resampler.process(samples))

    async def end(self) -> None:
        """All was written. Raises RequestError when nothing of it could be heard."""
        if self._resampler is not None:
            await self._pass(self._resampler.flush())
        if not self.begun:
            raise self._provider.fault(ProviderFault.DOWN, "it gave no sound")

    async def _pass(self, samples: Pcm) -> None:
        if not self.begun:
            samples = self._from_sound(samples)
        if not len(samples):
            return
        if self._sent + len(samples) > self._limit:
            raise self._provider.fault(ProviderFault.DOWN, "its voice goes on without an end")
        if self._marks:
            words = [[a, b, max(0, at - self._dropped)] for a, b, at in self._marks]
            self._marks = []
            await self._request.result(words=words)
        self._sent += len(samples)
        await self._request.speech(samples.astype("<i2").tobytes())

    def _from_sound(self, samples: Pcm) -> Pcm:
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > SILENT)
        start = max(0, int(loud[0]) - BEFORE) if len(loud) else len(samples)
        self._dropped += start
        if self._dropped > self._limit:
            raise self._provider.fault(ProviderFault.DOWN, "it gives silence without an end")
        return samples[start:]
