"""What engines of speech were used for, told to whoever counts it: of one call, or of one request.

It is told where the engine of a list is chosen, for only there is it known which one worked.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.protocols import TtsChunk


class SpeechCounter(Protocol):
    """Engines by name. Returns at once and never raises: the media clock waits for it."""

    def spoke(self, engine: str, characters: int) -> None:
        """It has begun to say a text of so many characters."""

    def sounded(self, engine: str, seconds: float) -> None:
        """It has made so much sound."""

    def heard(self, engine: str, seconds: float) -> None:
        """It was given so much sound to recognise."""


async def counted_speech(
    stream: AsyncGenerator[TtsChunk, None], engine: str, text: str, counter: SpeechCounter
) -> AsyncGenerator[TtsChunk, None]:
    """The same stream. The text counts with the first sound: an engine that failed before made nothing."""
    begun = False
    async with aclosing(stream):
        async for chunk in stream:
            if not begun:
                begun = True
                counter.spoke(engine, len(text))
            counter.sounded(engine, len(chunk.samples) / SAMPLE_RATE)
            yield chunk
