"""Engines in order of preference behind the protocol of one: what fails is left for the next in the list.

A recogniser changes between utterances, a voice before its first sound, a model before its first word; what
a caller already hears is never started anew. An engine that failed is passed over for a while, so that not
every turn pays for it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Generic, TypeVar

from mediaserver.errors import EngineError, EngineMissingError
from mediaserver.media.leg import Frame
from pipelines.engines.protocols import (
    Engine,
    Grammar,
    Kind,
    Llm,
    LlmEvent,
    LlmMessage,
    LlmTool,
    Manifest,
    Stt,
    SttResult,
    SttSession,
    Tts,
    TtsChunk,
)

log = logging.getLogger(__name__)

PASSED_OVER_S = 30.0
FIRST_SOUND_S = 1.2
"""A voice silent for this long is given up while there is another; playout waits twice as long in all."""
FIRST_WORD_S = 4.0
"""Likewise for a language model; turn-taking bears ten seconds of thought."""
FAILED = SttResult("", final=True, understood=False, failed=True)

E = TypeVar("E", bound=Engine)
T = TypeVar("T")


class Preferred(Generic[E]):
    """The engines of a list, shared by all calls that name the same list."""

    def __init__(self, kind: Kind, there: Callable[[], Sequence[E | None]]) -> None:
        """`there`: the list as it is now; None stands for an engine that is not there (yet)."""
        self._kind = kind
        self._there = there
        self._failed: dict[int, float] = {}
        """When, on the loop's clock, by place in the list."""

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

    def order(self) -> list[E]:
        """Those to try now: the ready and sound ones as preferred, then the rest."""
        now = asyncio.get_running_loop().time()

        def doubtful(entry: tuple[int, E]) -> bool:
            place, engine = entry
            failed = self._failed.get(place)
            return not engine.ready or (failed is not None and now - failed < PASSED_OVER_S)

        there = [(place, engine) for place, engine in enumerate(self._there()) if engine is not None]
        return [engine for _, engine in sorted(there, key=doubtful)]

    def failed(self, engine: E, why: str) -> None:
        """Pass it over for a while."""
        if len(self._engines) > 1:
            log.warning("%s failed (%s); the next engine takes over", engine.manifest.name, why)
            self._failed[self._there().index(engine)] = asyncio.get_running_loop().time()

    async def streamed(
        self, begin: Callable[[E], AsyncGenerator[T, None]], first_s: float
    ) -> AsyncGenerator[T, None]:
        """What the first engine gives that gives anything at all within `first_s`; the last one may take
        its time. Raises EngineError."""
        order = self.order()
        for engine in order:
            last, begun = engine is order[-1], False
            try:
                async with aclosing(begin(engine)) as stream:
                    async with asyncio.timeout(None if last else first_s):
                        item = await anext(stream, None)
                    while item is not None:
                        begun = True
                        yield item
                        item = await anext(stream, None)
                return
            except (EngineError, TimeoutError) as error:
                self.failed(engine, str(error) or "nothing came in time")
                if last or begun:
                    raise
        raise EngineMissingError(f"there is no {self._kind} engine; run `voiceforge engines list`")

    def is_first_choice(self, engine: E) -> bool:
        return self._there()[0] is engine

    @property
    def _engines(self) -> list[E]:
        return [engine for engine in self._there() if engine is not None]


class PreferredStt(Preferred[Stt]):
    """See pipelines.engines.protocols.Stt."""

    def __init__(self, there: Callable[[], Sequence[Stt | None]]) -> None:
        super().__init__(Kind.STT, there)

    def session(self, on_result: Callable[[SttResult], None], *, language: str = "en") -> SttSession:
        return _FailoverSession(self, on_result, language)


class _FailoverSession:
    """A call's recogniser, whichever of the list it is; see pipelines.engines.protocols.SttSession."""

    def __init__(self, engines: PreferredStt, on_result: Callable[[SttResult], None], language: str) -> None:
        self._engines = engines
        self._on_result = on_result
        self._language = language
        self._engine: Stt | None = None
        self._session: SttSession | None = None

    def begin(self, epoch: int, grammar: Grammar | None = None) -> None:
        for engine in self._engines.order():
            try:
                if engine is not self._engine or self._session is None:
                    self.close()
                    self._session = engine.session(partial(self._result, engine), language=self._language)
                    self._engine = engine
                self._session.begin(epoch, grammar)
                return
            except EngineError as error:
                self._engines.failed(engine, str(error))
                self.close()

    def feed(self, frame: Frame) -> None:
        if self._session is not None:
            self._session.feed(frame)

    def flush(self, epoch: int) -> None:
        if self._session is not None:
            self._session.flush(epoch)
        else:  # nobody listens; said on the next turn of the loop, as an engine would
            asyncio.get_running_loop().call_soon(self._on_result, replace(FAILED, epoch=epoch))

    def resume(self, epoch: int) -> None:
        if self._session is not None:
            self._session.resume(epoch)

    def abandon(self) -> None:
        if self._session is not None:
            self._session.abandon()

    def close(self) -> None:
        session, self._session, self._engine = self._session, None, None
        if session is not None:
            session.close()

    def _result(self, engine: Stt, result: SttResult) -> None:
        if result.failed:
            self._engines.failed(engine, "an utterance was lost")
        self._on_result(result)


class PreferredTts(Preferred[Tts]):
    """See pipelines.engines.protocols.Tts. A voice's name means something to the first choice only."""

    def __init__(self, there: Callable[[], Sequence[Tts | None]]) -> None:
        super().__init__(Kind.TTS, there)

    def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        def begin(engine: Tts) -> AsyncGenerator[TtsChunk, None]:
            named = voice if self.is_first_choice(engine) else ""
            return engine.speak(text, voice=named, language=language, rate=rate)

        return self.streamed(begin, FIRST_SOUND_S)


class PreferredLlm(Preferred[Llm]):
    """See pipelines.engines.protocols.Llm."""

    def __init__(self, there: Callable[[], Sequence[Llm | None]]) -> None:
        super().__init__(Kind.LLM, there)

    def stream(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool] = (),
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[LlmEvent, None]:
        def begin(engine: Llm) -> AsyncGenerator[LlmEvent, None]:
            return engine.stream(messages, tools, temperature=temperature, max_tokens=max_tokens)

        return self.streamed(begin, FIRST_WORD_S)
