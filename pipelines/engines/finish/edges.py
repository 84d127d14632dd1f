"""No click where an utterance begins or ends: a voice that begins or breaks off in the middle of a sound is
faded over a few milliseconds. Pure.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.protocols import TtsChunk

BEGIN_SAMPLES = 2 * SAMPLES_PER_MS
"""Short: the burst of a p or a t is the beginning of a word."""
END_SAMPLES = 5 * SAMPLES_PER_MS
LOUD = 300
"""A step of this size (int16, -41 dBFS) can be heard."""

Pcm = npt.NDArray[np.int16]


async def faded_edges(stream: AsyncGenerator[TtsChunk, None]) -> AsyncGenerator[TtsChunk, None]:
    """The same speech. Of each chunk the last 5 ms come with the next one: they may be the end."""
    held = np.zeros(0, np.int16)
    begun = False
    async with aclosing(stream):
        async for chunk in stream:
            samples = np.concatenate([held, chunk.samples])
            if not begun and len(samples):
                begun = True
                samples = _faded_in(samples)
            cut = max(0, len(samples) - END_SAMPLES)
            samples, held = samples[:cut], samples[cut:]
            if len(samples) or chunk.words or chunk.instead_of:
                yield replace(chunk, samples=samples)
    if len(held):
        yield TtsChunk(_faded_out(held))


def _faded_in(samples: Pcm) -> Pcm:
    if abs(int(samples[0])) < LOUD:
        return samples
    faded = samples.copy()
    first = faded[:BEGIN_SAMPLES]
    first[:] = first * np.linspace(0, 1, len(first))
    return faded


def _faded_out(samples: Pcm) -> Pcm:
    if abs(int(samples[-1])) < LOUD:
        return samples
    return np.asarray(samples * np.linspace(1, 0, len(samples)), np.int16)
