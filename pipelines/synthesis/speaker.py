"""Speaks texts that somebody asks for outside of calls: any length, by the voice's own engine or the
next that can, with the time of each word.

Asks each engine alone, never as part of a call's list, and where that is cheap one that no call uses: what a
stranger's text makes of an engine must not be heard by callers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError, EngineMissingError
from mediaserver.media.time import SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.engines.batch_work import as_batch_work
from pipelines.engines.circuits import all_failed
from pipelines.engines.finish.levels import amplified
from pipelines.engines.protocols import Kind, Manifest, TtsChunk, WordMark, in_manner
from pipelines.engines.running import Engines
from pipelines.spoken.ssml import FASTEST, SLOWEST
from pipelines.synthesis.script import PAUSE_MS, Portion, SpokenScript, of_ssml, of_text
from pipelines.voices.catalogue import catalogue
from pipelines.voices.routing import VoiceRoute, route, routes

START_S = 10.0
"""An engine that takes longer to start keeps no text waiting."""
FIRST_SOUND_S = 20.0
"""Nobody is on a line: a large model may take its time."""
NEXT_SOUND_S = 30.0
_NO_MARK = WordMark(0, 0, 0)


@dataclass(frozen=True, slots=True)
class TimedWord:
    text: str
    text_start: int
    """Index of its first character in the text."""
    text_end: int
    start_ms: int
    """Since the beginning of the audio."""
    end_ms: int


@dataclass(frozen=True, slots=True)
class SpokenPiece:
    samples: npt.NDArray[np.int16]
    """16 kHz, mono; perhaps none."""
    words: tuple[TimedWord, ...] = ()
    """Those whose end is known by now; each comes once, in order."""


Able: TypeAlias = Callable[[], Awaitable[Sequence[Manifest]]]
"""The engines that have what they need to speak, best first, whether they have started or not."""


class TextSpeaker:
    """`engines`: by an engine's name, where it is. `voice`, `language`: of texts for which nobody names
    one."""

    def __init__(self, engines: Callable[[str], Engines], able: Able, voice: str, language: str) -> None:
        self._engines = engines
        self._able = able
        self._voice = voice
        self._language = language

    async def names(self) -> list[str]:
        """The engines that may be asked for."""
        return [manifest.name for manifest in await self._able()]

    def expect(self, names: Sequence[str]) -> None:
        """These will be asked for: have them started by then. Returns at once."""
        for name in names:
            self._engines(name).tts((name,))

    async def speak(
        self,
        text: str,
        *,
        voice: str = "",
        language: str = "",
        rate: float = 1.0,
        engine: str = "",
        ssml: bool = False,
    ) -> TextSpeech:
        """Returns with the first sound. `engine`: this one alone. `ssml`: the text is SSML; else nothing in
        it is markup. Raises EngineMissingError when the voice or the language cannot be had,
        EngineWarmingError when who could speak loads its model, EngineError, and ValueError for SSML that
        cannot be said."""
        script = of_ssml(text, language or self._language) if ssml else of_text(text)
        usual = not voice and not engine
        voice, language = voice or (self._voice if usual else ""), language
        if not language and catalogue().find(voice) is None:
            language = self._language
        able = [each for each in await self._able() if engine in ("", each.name)]
        ways = routes(voice, language, able)
        if not ways:
            route(voice, language, able)  # says why
        failures, errors = list[str](), list[EngineError]()
        for way in ways:
            knows = next(each for each in able if each.name == way.engine).speaks
            speech = TextSpeech(self._engines(way.engine), way, script, rate, knows)
            try:
                await self._engines(way.engine).started(Kind.TTS, (way.engine,), START_S)
                await speech.begin()
                return speech
            except EngineMissingError:
                if way.engine_voice and catalogue().find(voice) is None:
                    raise  # a name that it does not know is a mistake, no failure
                failures.append(f"{way.engine} lacks what it needs")
            except EngineError as error:
                failures.append(f"{way.engine}: {error}")
                errors.append(error)
        raise all_failed("; ".join(failures), errors)


class TextSpeech:
    """One text that is being spoken. Close it (`aclose`)."""

    def __init__(
        self,
        engines: Engines,
        way: VoiceRoute,
        script: SpokenScript,
        rate: float,
        knows: Callable[[str], bool],
    ) -> None:
        """`knows`: whether its engine speaks a language."""
        self.way = way
        self.text = script.text
        """The words as they are written."""
        self.made = 0
        """Samples so far."""
        self._engine = engines.tts((way.engine,))
        self._rate = rate
        self._knows = knows
        self._portions = script.portions
        self._end = script.end
        self._stream: AsyncGenerator[TtsChunk, None] | None = None
        self._first: TtsChunk | None = None

    async def begin(self) -> None:
        """Wait for the first sound. Raises EngineError."""
        self._stream = self._opened(self._portions[0])
        self._first = await self._next(self._stream, FIRST_SOUND_S)

    async def pieces(self) -> AsyncGenerator[SpokenPiece, None]:
        """All of it, as it comes; a short silence where there is nothing to be said. Raises EngineError."""
        for place, portion in enumerate(self._portions):
            if portion.pause_ms:
                yield self._silence(portion.pause_ms)
            if place:
                self._stream, self._first = self._opened(portion), None
            assert self._stream is not None
            async with aclosing(self._stream) as stream:
                async for piece in self._portion(stream, portion, FIRST_SOUND_S if place else NEXT_SOUND_S):
                    yield piece
        if self._end:
            yield self._silence(self._end)
        if not self.made:
            # Dots alone, for one. A file of nothing is no file: players take it for a fault.
            yield self._silence(PAUSE_MS)

    async def aclose(self) -> None:
        if self._stream is not None:
            await self._stream.aclose()

    @property
    def seconds(self) -> float:
        return self.made / SAMPLE_RATE

    def _silence(self, ms: int) -> SpokenPiece:
        silence = np.zeros(ms * SAMPLES_PER_MS, np.int16)
        self.made += len(silence)
        return SpokenPiece(silence)

    async def _portion(
        self, stream: AsyncGenerator[TtsChunk, None], portion: Portion, first_s: float
    ) -> AsyncGenerator[SpokenPiece, None]:
        began, open_mark, offset = self.made, _NO_MARK, portion.start
        chunk, self._first = self._first or await self._next(stream, first_s), None
        while chunk is not None:
            words = []
            for mark in chunk.words if portion.literal else ():
                if open_mark is not _NO_MARK:
                    words.append(self._word(open_mark, offset, began, mark.sample))
                open_mark = mark
            self.made += len(chunk.samples)
            samples = chunk.samples
            if portion.gain_db:
                samples = amplified(samples, portion.gain_db, portion.gain_db)
            yield SpokenPiece(samples, tuple(words))
            chunk = await self._next(stream, NEXT_SOUND_S)
        if open_mark is not _NO_MARK:
            last = self._word(open_mark, offset, began, self.made - began)
            yield SpokenPiece(np.zeros(0, np.int16), (last,))
        elif not portion.literal and portion.end > offset:  # its words are not those that were said
            whole = self._word(WordMark(0, portion.end - offset, 0), offset, began, self.made - began)
            yield SpokenPiece(np.zeros(0, np.int16), (whole,))

    def _word(self, mark: WordMark, offset: int, began: int, end: int) -> TimedWord:
        start, stop = offset + mark.text_start, offset + mark.text_end
        return TimedWord(
            self.text[start:stop],
            start,
            stop,
            (began + mark.sample) // SAMPLES_PER_MS,
            (began + max(mark.sample, end)) // SAMPLES_PER_MS,
        )

    def _opened(self, portion: Portion) -> AsyncGenerator[TtsChunk, None]:
        """A language that the engine does not speak is said as the rest is."""
        language, voice = self.way.language, self.way.engine_voice
        if portion.language and portion.language != language and self._knows(portion.language):
            language, voice = portion.language, ""
        rate = min(max(self._rate * portion.rate, SLOWEST), FASTEST)
        sayer = in_manner(self._engine, portion.manner)
        return sayer.speak(portion.said, voice=voice, language=language, rate=rate)

    async def _next(self, stream: AsyncGenerator[TtsChunk, None], within_s: float) -> TtsChunk | None:
        try:
            with as_batch_work():
                async with asyncio.timeout(within_s):
                    return await anext(stream, None)
        except TimeoutError:
            raise EngineError(f"{self.way.engine} gave no sound within {within_s:g} s") from None
