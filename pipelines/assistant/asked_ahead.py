"""A question that the model is asked before the caller's turn is over, and what came of such questions.

It must never act: what the model says and calls is held back until the turn asks for the very same, and is
thrown away, at the model's server too, when it does not. One at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from pipelines.assistant.accounting import AheadFigures
from pipelines.conversation.supposing import same_words
from pipelines.engines.llm.broken_off import CHARACTERS_PER_TOKEN
from pipelines.engines.protocols import Llm, LlmEvent, LlmMessage, LlmText, LlmTool, LlmToolCall, LlmUsage

MOST_HELD = 256
"""Events of an answer that are held back; what comes behind them waits at the server, or in its socket."""


class AskedAhead:
    """One question."""

    def __init__(
        self,
        llm: Llm,
        tools: Sequence[LlmTool],
        question: Callable[[], Awaitable[Sequence[LlmMessage]]],
        figures: AheadFigures,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Asks at once, in a task. `question`: all that the model is to be given."""
        self._llm = llm
        self._tools = tools
        self._figures = figures
        self._now = now
        self._messages: Sequence[LlmMessage] | None = None
        self._asked_at = 0.0
        self._first_at: float | None = None
        self._taken_at: float | None = None
        self._characters = 0
        self._usage: LlmUsage | None = None
        self._events: asyncio.Queue[LlmEvent | Exception | None] = asyncio.Queue(MOST_HELD)
        """An exception or None is the end."""
        self._failed = False
        self._over = False
        self._task = asyncio.create_task(self._ask(question), name="question ahead of its turn")

    def answer(self, messages: Sequence[LlmMessage]) -> AsyncGenerator[LlmEvent, None] | None:
        """The answer as it comes, now that the turn asks this; None: it asks something else, or there is no
        answer. Whoever takes it closes it; that hangs up at the model."""
        if self._over or self._failed or self._messages is None or not _alike(self._messages, messages):
            self.drop()
            return None
        self._over = True
        self._taken_at = self._now()
        self._figures.hit = True
        self._win()
        return self._taken()

    def drop(self) -> None:
        """It is wanted no more. Nothing happens to one whose answer was taken."""
        if self._over:
            return
        self._over = True
        self._task.cancel()
        if self._messages is None:
            return  # it was not sent
        usage, figures = self._usage, self._figures
        if usage is not None:
            figures.spent.add(usage)
        estimate = sum(len(message.content) for message in self._messages) // CHARACTERS_PER_TOKEN
        figures.wasted_in += usage.prompt_tokens if usage is not None else estimate
        counted = (
            usage.completion_tokens if usage is not None else -(-self._characters // CHARACTERS_PER_TOKEN)
        )
        figures.wasted_out += counted

    async def _ask(self, question: Callable[[], Awaitable[Sequence[LlmMessage]]]) -> None:
        end: Exception | None = None
        try:
            messages = await question()
            self._asked_at = self._now()
            self._messages = messages
            self._figures.asked += 1
            async with aclosing(self._llm.stream(messages, self._tools)) as stream:
                async for event in stream:
                    self._note(event)
                    await self._events.put(event)
        except Exception as error:  # a foreign model may raise anything; it is the turn's, if one comes
            self._failed = self._first_at is None
            end = error
        await self._events.put(end)

    def _note(self, event: LlmEvent) -> None:
        match event:
            case LlmUsage():
                self._usage = event
                return
            case LlmText(text=text):
                self._characters += len(text)
            case LlmToolCall(arguments=arguments):
                self._characters += len(str(arguments))
        if self._first_at is None:
            self._first_at = self._now()
            self._win()

    def _win(self) -> None:
        """Asked in its turn, the first piece would have come as long after that as after this question."""
        if self._first_at is None or self._taken_at is None:
            return
        took, ahead = self._first_at - self._asked_at, self._taken_at - self._asked_at
        self._figures.won_ms = 1000 * min(took, ahead)

    async def _taken(self) -> AsyncGenerator[LlmEvent, None]:
        event: LlmEvent | Exception | None = None
        try:
            while (event := await self._events.get()) is not None:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            del event  # an error and its frame would hold each other
            self._task.cancel()
            await asyncio.wait({self._task})


def _alike(asked: Sequence[LlmMessage], wanted: Sequence[LlmMessage]) -> bool:
    """The same words at the end of the same history. Anything that the model was told otherwise (what was
    heard of its last answer, a note, a tool's result) makes another question."""
    if len(asked) != len(wanted) or not asked or list(asked[:-1]) != list(wanted[:-1]):
        return False
    last, real = asked[-1], wanted[-1]
    return replace(last, content="") == replace(real, content="") and same_words(last.content, real.content)
