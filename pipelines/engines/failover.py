"""Engines in order of preference behind the protocol of one: what fails is left for the next in the list.

A voice changes before its first sound, a model also in the middle of an answer; what a caller already hears
is never started anew (recognisers: pipelines.engines.stt.failover). An engine that failed is passed over
until it has been tried in the background, so that no turn pays for it again.

This is the door to foreign code: whatever an engine raises leaves here as EngineError.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from contextlib import aclosing
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Generic, TypeVar

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.circuits import EngineCircuits, in_a_word, reason, says_nothing_of_it
from pipelines.engines.counting import SpeechCounter, counted_speech
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.llm.continuation import MOST_SAID, Continuation, carried_on
from pipelines.engines.protocols import (
    AS_USUAL,
    Engine,
    Kind,
    Llm,
    LlmEvent,
    LlmMessage,
    LlmText,
    LlmTool,
    LlmToolCall,
    LlmUsage,
    Manifest,
    SpeechManner,
    Tts,
    TtsChunk,
    in_manner,
)
from pipelines.engines.trying import attempt
from pipelines.voices.routing import addressed, fits, told
from pipelines.workers.urgency import with_patience
from pipelines.workers.work_pool import WorkGate

log = logging.getLogger(__name__)

REASK_S = 0.4
"""So long a request waits for a place on an engine's workers, or for one that is being started again, while
there is another engine."""
FIRST_SOUND_S = 1.2
"""A voice silent for this long is given up while there is another; playout waits twice as long in all."""
NEXT_SOUND_S = 2.5
"""One that falls silent for this long in the middle of a text has failed; playout waits twice as long."""
FIRST_WORD_S = 4.0
"""Likewise for a language model; turn-taking bears ten seconds of thought."""
NEXT_WORD_S = 6.0
PLACE_S = 4.0
"""So long a question waits for a place where the pool of language models has a limit."""

MOST_UNFIT = 256

E = TypeVar("E", bound=Engine)
T = TypeVar("T")


class Preferred(Generic[E]):
    """The engines of a list, shared by all calls that name the same list."""

    def __init__(
        self, kind: Kind, there: Callable[[], Sequence[E | None]], circuits: EngineCircuits | None = None
    ) -> None:
        """`there`: the list as it is now; None stands for an engine that is not there (yet). `circuits`: of
        all lists of these engines."""
        self._kind = kind
        self._there = there
        self._circuits = circuits if circuits is not None else EngineCircuits(attempt)
        self._unfit: dict[tuple[int, Hashable], None] = {}
        """What was asked of an engine that has it not (a voice): the last few."""

    @property
    def manifest(self) -> Manifest:
        """Of the first that is there."""
        for engine in self._engines:
            return engine.manifest
        return Manifest("none", self._kind, "no engine of the list can be had", (), "")

    @property
    def ready(self) -> bool:
        return any(engine.ready for engine in self._engines)

    @property
    def restarts(self) -> int:
        return sum(engine.restarts for engine in self._engines)

    @property
    def load(self) -> int:
        return sum(engine.load for engine in self._engines)

    async def start(self) -> None:
        """Each is started by whoever made it."""

    async def stop(self) -> None:
        """Likewise: others may use the same engines."""

    def order(
        self, language: str = "", about: Hashable = None, fits: Callable[[Manifest], bool] | None = None
    ) -> list[E]:
        """Those to try now: the ready and sound ones as preferred, then the rest. `language`: only those that
        speak it, unless none does. `about`: what an engine may have been found not to have. `fits`: which of
        the sound ones come first."""

        def doubtful(engine: E) -> tuple[bool, bool]:
            broken = (
                not _ready(engine) or bool(self._circuits.open(engine)) or (id(engine), about) in self._unfit
            )
            return broken, fits is not None and not fits(engine.manifest)

        there = self._engines
        speaking = [engine for engine in there if engine.manifest.speaks(language)]
        return sorted(speaking or there, key=doubtful)

    def failed(self, engine: E, why: str, error: Exception | None = None, about: Hashable = None) -> None:
        """Pass it over until it works again. `error`: what it raised. `about`: what it was asked for."""
        if len(self._engines) < 2:
            return
        name = engine.manifest.name
        log.warning("%s failed (%s); the next engine takes over", name, why)
        self._circuits.failovers[name, "failed" if error is None else in_a_word(error)] += 1
        if error is None or not says_nothing_of_it(error):
            self._circuits.failed(engine, why, getattr(error, "after_s", None))
        elif isinstance(error, EngineMissingError):
            self._unfit[id(engine), about] = None
            if len(self._unfit) > MOST_UNFIT:
                del self._unfit[next(iter(self._unfit))]

    def asked(self, engine: E) -> None:
        """It is used now."""
        self._circuits.asked(engine)

    def same(self, other: Preferred[E]) -> None:
        """What that list knows of its engines, this one knows, too."""
        self._circuits, self._unfit = other._circuits, other._unfit

    async def streamed(
        self,
        begin: Callable[[E], AsyncGenerator[T, None]],
        gives: Callable[[T], bool],
        first_s: float,
        next_s: float,
        *,
        needed: bool = True,
        language: str = "",
        noted: Callable[[T, str], T] | None = None,
        about: Hashable = None,
        fits: Callable[[Manifest], bool] | None = None,
    ) -> AsyncGenerator[T, None]:
        """What the first engine gives that `gives` anything at all within `first_s`, and then never lets
        `next_s` pass; the last one may take its time. `needed`: to give nothing is to fail. `noted`:
        puts into the first item who has failed before, and why. `about`: what is asked for.

        Raises EngineError, whatever the engine raised.
        """
        order, failures = self.order(language, about, fits), list[str]()
        for engine in order:
            last, begun = engine is order[-1], False
            try:
                self.asked(engine)
                stream = begin(engine)
                try:
                    with with_patience(None if last else REASK_S):
                        async with asyncio.timeout(None if last else first_s):
                            opening = await _opening(stream, gives, needed)
                    if failures and opening and noted is not None:
                        opening[0] = noted(opening[0], taken_over(failures, engine))
                    for item in opening:
                        begun = True
                        yield item
                    while True:
                        async with asyncio.timeout(None if last else next_s):
                            following = await anext(stream, None)
                        if following is None:
                            return
                        yield following
                finally:
                    await _close(stream, engine)
            except Exception as error:  # a foreign engine may raise anything
                why = reason(error)
                self.failed(engine, why, error, about)
                failures.append(f"{engine.manifest.name}: {why}")
                if last or begun:
                    raise error if isinstance(error, EngineError) else EngineError(why) from error
        raise EngineMissingError(f"there is no {self._kind} engine; run `voiceforge engines list`")

    @property
    def _engines(self) -> list[E]:
        return [engine for engine in self._there() if engine is not None]


def taken_over(failures: Sequence[str], engine: Engine) -> str:
    """Who failed, and who does it now, in one line."""
    return f"{'; '.join(failures)}; {engine.manifest.name} takes over"


def _ready(engine: Engine) -> bool:
    try:
        return engine.ready
    except Exception:
        log.warning("an engine cannot say whether it is ready", exc_info=True)
        return False


async def _opening(stream: AsyncGenerator[T, None], gives: Callable[[T], bool], needed: bool) -> list[T]:
    """What comes up to the first item that gives anything. Raises EngineError when none does."""
    opening = []
    async for item in stream:
        opening.append(item)
        if gives(item):
            return opening
    if needed:
        raise EngineError("it gave nothing")
    return opening


async def _close(stream: AsyncGenerator[T, None], engine: Engine) -> None:
    """What a stream raises while it is closed matters to nobody, and must not hide a cancellation."""
    try:
        await stream.aclose()
    except Exception:
        log.warning("%s failed to close a stream", engine.manifest.name, exc_info=True)


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

    def counted(self, counter: SpeechCounter) -> PreferredTts:
        """The same engines, for one that is told what each said."""
        counted = PreferredTts(self._there, counter, finishing=self._finishing)
        counted.same(self)
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

    def in_manner(self, manner: SpeechManner) -> PreferredTts:
        """The same engines; each that is asked does of it what it can."""
        same = copy(self)
        same._manner = manner
        return same

    def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        meant = self._addressed(voice)

        def begin(engine: Tts) -> AsyncGenerator[TtsChunk, None]:
            named, tongue = told(voice, language, engine.manifest.name, first=engine is meant)
            manner = self._manner.within(engine.manifest)

            def made(stream: AsyncGenerator[TtsChunk, None]) -> AsyncGenerator[TtsChunk, None]:
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


class PreferredLlm(Preferred[Llm]):
    """See pipelines.engines.protocols.Llm. A model that dies in the middle of an answer is followed by the
    next, which goes on behind the last word. What a dead one cost its server has not told."""

    def __init__(
        self,
        there: Callable[[], Sequence[Llm | None]],
        circuits: EngineCircuits | None = None,
        gate: WorkGate | None = None,
    ) -> None:
        """`gate`: of all language models of the server."""
        super().__init__(Kind.LLM, there, circuits)
        self._gate = gate or WorkGate()

    def expect(self) -> None:
        """A call begins that will ask soon: models behind a server open a connection. Returns at once."""
        for engine in self.order()[:1]:
            prepare = getattr(engine, "expect", None)
            if prepare is not None:
                try:
                    prepare()
                except Exception:  # a foreign engine may raise anything
                    log.warning("%s failed to prepare for a call", engine.manifest.name, exc_info=True)

    async def stream(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool] = (),
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[LlmEvent, None]:
        async with (
            self._gate.place(PLACE_S),
            aclosing(self._answer(messages, tools, temperature, max_tokens)) as events,
        ):
            async for event in events:
                yield event

    async def _answer(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool],
        temperature: float | None,
        max_tokens: int | None,
    ) -> AsyncGenerator[LlmEvent, None]:
        order, said, called = self.order(), "", False
        failures: list[str] = []
        for engine in order:
            last, continues = engine is order[-1], engine.manifest.continues
            asked = carried_on(messages, said, continues=continues) if said else messages
            new = Continuation(said, continues=continues)
            try:
                self.asked(engine)
                stream = engine.stream(asked, tools, temperature=temperature, max_tokens=max_tokens)
                async with aclosing(self._events(stream, engine, last, needed=not said)) as events:
                    async for event in events:
                        instead = taken_over(failures, engine) if failures else ""
                        failures = []
                        if isinstance(event, LlmText):
                            event = LlmText(new.feed(event.text), instead)
                        elif (rest := new.rest()) or instead:
                            said += rest
                            yield LlmText(rest, instead)
                        if isinstance(event, LlmText):
                            said += event.text
                        called = called or isinstance(event, LlmToolCall)
                        if not isinstance(event, LlmText) or event.text or event.instead_of:
                            yield event
                if rest := new.rest():
                    yield LlmText(rest)
                return
            except Exception as error:  # a foreign engine may raise anything
                why = reason(error)
                failures.append(f"{engine.manifest.name}: {why}")
                self.failed(engine, why, error)
                if called:  # their answers ask a model again: nothing is lost, and nothing done twice
                    log.warning("%s failed behind its tool calls (%s)", engine.manifest.name, why)
                    return
                if last or len(said) > MOST_SAID:
                    raise error if isinstance(error, EngineError) else EngineError(why) from error
        raise EngineMissingError(f"there is no {self._kind} engine; run `voiceforge engines list`")

    async def _events(
        self, stream: AsyncGenerator[LlmEvent, None], engine: Llm, last: bool, needed: bool
    ) -> AsyncGenerator[LlmEvent, None]:
        """What one model gives, in time; the last one may take its own."""
        try:
            with with_patience(None if last else REASK_S):
                async with asyncio.timeout(None if last else FIRST_WORD_S):
                    opening = await _opening(stream, _telling, needed)
            for event in opening:
                yield event
            while True:
                async with asyncio.timeout(None if last else NEXT_WORD_S):
                    following = await anext(stream, None)
                if following is None:
                    return
                yield following
        finally:
            await _close(stream, engine)


def _audible(chunk: TtsChunk) -> bool:
    return bool(chunk.samples.any())


def _noted(chunk: TtsChunk, failures: str) -> TtsChunk:
    return replace(chunk, instead_of=failures)


def _telling(event: LlmEvent) -> bool:
    """Text or a call of a tool; what an answer cost says nothing."""
    match event:
        case LlmText(text=text):
            return bool(text.strip())
        case LlmUsage():
            return False
        case _:
            return True
