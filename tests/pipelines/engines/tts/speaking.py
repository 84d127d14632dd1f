"""For the slow tests of voices: an engine made as the server makes it, on weights of the test's own, in its
real environment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.protocols import TtsChunk
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.neural.engine import NeuralEngine, NeuralTts

TEXT = "Thank you for calling. I have two tables on Friday evening, at seven or at half past eight."


@asynccontextmanager
async def started(
    engine: NeuralEngine[Any], home: Path, weights: Path, **settings: Any
) -> AsyncIterator[NeuralTts]:
    tts = engine.make(EngineOptions(home=home, settings={"weights": str(weights), **settings}))
    await tts.start()
    try:
        yield tts
    finally:
        await tts.stop()


async def heard(tts: NeuralTts, text: str = TEXT, **how: Any) -> list[TtsChunk]:
    async with aclosing(tts.speak(text, **how)) as stream:
        return [chunk async for chunk in stream]


def audio(chunks: list[TtsChunk]) -> npt.NDArray[np.int16]:
    return np.concatenate([chunk.samples for chunk in chunks])


def seconds(chunks: list[TtsChunk]) -> float:
    return sum(len(chunk.samples) for chunk in chunks) / SAMPLE_RATE


def assert_speech(chunks: list[TtsChunk], least_s: float, most_s: float) -> None:
    """Sound from its first samples on, of a length that the text may have, neither faint nor all clipped."""
    wave = audio(chunks)
    assert least_s < len(wave) / SAMPLE_RATE < most_s
    assert np.abs(wave[:320].astype(np.int32)).max() > 30
    assert 300 < float(np.sqrt(np.mean(np.square(wave.astype(np.float64))))) < 20_000
