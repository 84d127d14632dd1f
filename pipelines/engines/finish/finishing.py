"""What every voice's sound goes through on its way to a caller, whichever engine made it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from pipelines.engines.finish.clauses import clausewise
from pipelines.engines.finish.edges import faded_edges
from pipelines.engines.finish.levels import VoiceLevels
from pipelines.engines.protocols import Tts, TtsChunk


class Finishing:
    """`levels`: None leaves every voice as loud as it is."""

    def __init__(self, levels: VoiceLevels | None = None) -> None:
        self.levels = levels

    def speech(
        self, engine: Tts, text: str, voice: str, language: str, rate: float
    ) -> AsyncGenerator[TtsChunk, None]:
        """A text by one engine: its first clause as soon as it can be had, without clicks, as loud as any."""

        def speak(part: str) -> AsyncGenerator[TtsChunk, None]:
            return engine.speak(part, voice=voice, language=language, rate=rate)

        stream = clausewise(speak, text) if engine.manifest.whole else speak(text)
        stream = faded_edges(stream)
        if self.levels is None:
            return stream
        return self.levels.levelled(stream, (engine.manifest.name, voice, language))
