"""What every voice's sound goes through on its way to a caller, whichever engine made it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TypeAlias

from pipelines.engines.finish.clauses import clausewise
from pipelines.engines.finish.edges import faded_edges
from pipelines.engines.finish.kept import KeptSpeech
from pipelines.engines.finish.levels import VoiceLevels
from pipelines.engines.protocols import AS_USUAL, SpeechManner, Tts, TtsChunk, in_manner

Sound: TypeAlias = AsyncGenerator[TtsChunk, None]


class Finishing:
    """`levels`: None leaves every voice as loud as it is. `kept`: None makes every text anew."""

    def __init__(self, levels: VoiceLevels | None = None, kept: KeptSpeech | None = None) -> None:
        self.levels = levels
        self.kept = kept

    def speech(
        self,
        engine: Tts,
        text: str,
        voice: str,
        language: str,
        rate: float,
        *,
        manner: SpeechManner = AS_USUAL,
        fixed: bool = False,
        made: Callable[[Sound], Sound] = lambda sound: sound,
    ) -> Sound:
        """A text by one engine: its first clause as soon as it can be had, without clicks, as loud as any.
        `fixed`: it is said in many calls, and its sound may be kept. `made`: sees what the engine makes
        now."""

        sayer = in_manner(engine, manner)

        def speak(part: str) -> Sound:
            return sayer.speak(part, voice=voice, language=language, rate=rate)

        def making() -> Sound:
            by_clause = engine.manifest.whole and not manner.phonemes  # those are of the whole text
            return made(clausewise(speak, text) if by_clause else speak(text))

        name = engine.manifest.name
        if fixed and self.kept is not None:
            more = () if manner == AS_USUAL else (manner.pitch, manner.phonemes)
            stream = self.kept.speech(making, name, voice, language, rate, text, *more)
        else:
            stream = making()
        stream = faded_edges(stream)
        return stream if self.levels is None else self.levels.levelled(stream, (name, voice, language))
