"""Voices in order of preference behind the protocol of one: another takes over before the first sound of a
text. What a caller hears already is never started anew.
"""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from copy import copy
from dataclasses import replace
from functools import partial

from mediaserver.errors import EngineMissingError, EngineRequestError
from pipelines.engines.circuits import EngineCircuits, reason
from pipelines.engines.counting import SpeechCounter, counted_speech
from pipelines.engines.failover import Preferred
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.protocols import AS_USUAL, Kind, SpeechManner, Tts, TtsChunk, in_manner
from pipelines.voices.routing import addressed, fits, told

FIRST_SOUND_S = 1.2
"""A voice silent for this long is given up while there is another; playout waits twice as long in all."""
NEXT_SOUND_S = 2.5
"""One that falls silent for this long in the middle of a text has failed; playout waits twice as long."""


class PreferredTts(Preferred[Tts]):
    """See pipelines.engines.protocols.Tts. `voice` may be one of the catalogue: each engine is told what it
    can make of it. An engine's own name of a voice means something to the first only that may know it."""

    def __init__(
        self,
        there: Callable[[], Sequence[Tts | None]],
        counter: SpeechCounter | None = None,
        circuits: EngineCircuits | None = None,
        finishing: Finishing | None = None,
    ) -> None:
        """`finishing`: what the sound of each goes through; None: as it is made."""
        super().__init__(Kind.TTS, there, circuits)
        self._counter = counter
        self._finishing = finishing
        self._fixed = False
        self._manner = AS_USUAL
        self._in_call = False
        self._not_had: set[tuple[str, str]] = set()
        """Voices, with the language, that none of the list has."""

    def counted(self, counter: SpeechCounter) -> PreferredTts:
        """The same engines, for a call, which is told what each said."""
        counted = PreferredTts(self._there, counter, finishing=self._finishing)
        counted.same(self)
        counted._in_call = True
        return counted

    def kept_for(self, written: str) -> Tts:
        """Who says a sentence, as it is written: where that is said in every call, the same engines, but what
        they made of it is kept."""
        kept = self._finishing.kept if self._finishing is not None else None
        if kept is None or not kept.knows(written):
            return self
        same = copy(self)
        same._fixed = True
        return same

    def unpaid(self, voice: str, language: str) -> PreferredTts | None:
        """The same engines without those that take money, whichever fails; None where such a one would be
        asked first."""
        order = self.order(language, (voice, language), partial(fits, voice))
        if not order or _paid(order[0]):
            return None
        same, there = copy(self), self._there
        same._there = lambda: [None if each is None or _paid(each) else each for each in there()]
        return same

    def in_manner(self, manner: SpeechManner) -> PreferredTts:
        """The same engines; each that is asked does of it what it can."""
        same = copy(self)
        same._manner = manner
        return same

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        """In a call a voice that nobody has, or not in this language, is left for the usual one: nobody can
        mend it while the caller waits."""
        asked, why, begun = (voice, language), "", False
        if asked in self._not_had:
            voice = ""
        try:
            async with aclosing(self._spoken(text, voice, language, rate)) as chunks:
                async for chunk in chunks:
                    begun = True
                    yield chunk
            return
        except EngineMissingError as error:
            if begun or not voice or not self._in_call or not self.has_none(asked):
                raise
            why = reason(error)
        self._not_had.add(asked)
        async with aclosing(self._spoken(text, "", language, rate)) as chunks:
            async for chunk in chunks:
                if why:
                    failures = [why, *([chunk.instead_of] if chunk.instead_of else [])]
                    chunk, why = _noted(chunk, f"{'; '.join(failures)}; it is said in the usual voice"), ""
                yield chunk

    def _spoken(self, text: str, voice: str, language: str, rate: float) -> AsyncGenerator[TtsChunk, None]:
        meant = self._addressed(voice)

        def begin(engine: Tts) -> AsyncGenerator[TtsChunk, None]:
            named, tongue = told(voice, language, engine.manifest.name, first=engine is meant)
            tongue = engine.manifest.nearest(tongue)
            manner = self._manner.within(engine.manifest)

            def made(stream: AsyncGenerator[TtsChunk, None]) -> AsyncGenerator[TtsChunk, None]:
                if needed and foreign:
                    stream = _unless_mute(stream, text)
                if self._counter is None:
                    return stream
                return counted_speech(stream, engine.manifest.name, text, self._counter)

            if self._finishing is None:
                sayer = in_manner(engine, manner)
                return made(sayer.speak(text, voice=named, language=tongue, rate=rate))
            return self._finishing.speech(
                engine, text, named, tongue, rate, manner=manner, fixed=self._fixed, made=made
            )

        needed = any(character.isalnum() for character in text)
        foreign = not any(map(_latin, text))
        return self.streamed(
            begin,
            _audible,
            FIRST_SOUND_S,
            NEXT_SOUND_S,
            needed=needed,
            language=language,
            noted=_noted,
            about=(voice, language),
            fits=partial(fits, voice),
        )

    def _addressed(self, voice: str) -> Tts | None:
        """To whom a name means something that the catalogue does not have; None while that one is not
        there."""
        there = self._there()
        if not there or there[0] is None:
            return None
        engines = self._engines
        manifests = [engine.manifest for engine in engines]
        meant = addressed(voice, manifests)
        return next(engine for engine, each in zip(engines, manifests, strict=True) if each is meant)


async def _unless_mute(stream: AsyncGenerator[TtsChunk, None], text: str) -> AsyncGenerator[TtsChunk, None]:
    """The same speech. Many voices have no sound for another script: that says nothing about them, and must
    not take them from all other calls. Raises EngineRequestError."""
    heard = False
    async with aclosing(stream):
        async for chunk in stream:
            heard = heard or _audible(chunk)
            yield chunk
    if not heard:
        raise EngineRequestError(f"it has no sound for {text.strip()[:20]!r}")


def _paid(engine: Tts) -> bool:
    return "key" in engine.manifest.needs


def _latin(character: str) -> bool:
    """A letter that every voice can be asked for, or a digit."""
    if character.isascii():
        return character.isalnum()
    return unicodedata.name(character, "").startswith("LATIN ")


def _audible(chunk: TtsChunk) -> bool:
    return bool(chunk.samples.any())


def _noted(chunk: TtsChunk, failures: str) -> TtsChunk:
    return replace(chunk, instead_of=failures)
