"""Language models in order of preference behind the protocol of one: another takes over in the middle of an
answer, too, and goes on behind its last word.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.circuits import EngineCircuits, reason
from pipelines.engines.failover import REASK_S, Preferred, close_stream, opening_of, taken_over
from pipelines.engines.llm.continuation import MOST_SAID, Continuation, carried_on
from pipelines.engines.protocols import (
    Kind,
    Llm,
    LlmEvent,
    LlmMessage,
    LlmText,
    LlmTool,
    LlmToolCall,
    LlmUsage,
)
from pipelines.workers.urgency import with_patience
from pipelines.workers.work_pool import WorkGate

log = logging.getLogger(__name__)

FIRST_WORD_S = 4.0
"""A model that says nothing for this long is given up while there is another; turn-taking bears ten seconds
of thought."""
NEXT_WORD_S = 6.0
PLACE_S = 4.0
"""So long a question waits for a place where the pool of language models has a limit."""


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
                    opening = await opening_of(stream, _telling, needed)
            for event in opening:
                yield event
            while True:
                async with asyncio.timeout(None if last else NEXT_WORD_S):
                    following = await anext(stream, None)
                if following is None:
                    return
                yield following
        finally:
            await close_stream(stream, engine)


def _telling(event: LlmEvent) -> bool:
    """Text or a call of a tool; what an answer cost says nothing."""
    match event:
        case LlmText(text=text):
            return bool(text.strip())
        case LlmUsage():
            return False
        case _:
            return True
