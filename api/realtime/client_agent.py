"""The agent of a conversation that its client leads: the history is the client's, the tools run there, and a
language model of this server answers.

It remembers nothing itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from api.realtime.answer_desk import AnswerDesk
from api.realtime.commands import ThinkOfAnswer
from api.realtime.leading import LedEngines
from mediaserver.calls.call import Call
from mediaserver.errors import EngineError, ModelError, VoiceForgeError
from mediaserver.storage.records import Record
from pipelines.assistant.accounting import TurnFigures
from pipelines.assistant.unspeakable import Unspeakable
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    AskedToSpeak,
    Context,
    Listen,
    Say,
    Silence,
    Utterance,
)
from pipelines.engines.llm.broken_off import BrokenOff
from pipelines.engines.protocols import Llm, LlmEvent, LlmMessage, LlmText, LlmToolCall, LlmUsage
from pipelines.spoken.sentences import SentenceCutter

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
"""So long a model may stream nothing."""
MOST_CHARACTERS = 100_000
"""Of one answer."""
MOST_CALLS = 32
"""Functions that one answer may call."""


class ClientAgent:
    """Implements pipelines.conversation.agent.Agent."""

    minds_line = True
    """Whether its line is a good one is the client's business."""

    def __init__(self, desk: AnswerDesk, call: Call, engines: LedEngines, prompt: str) -> None:
        """`prompt`: what the model is told before the client's instructions. Raises CallError."""
        self._desk = desk
        self._call = call
        self._engines = engines
        self._prompt = prompt.strip()

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        wanted = None
        match said:
            case Utterance():
                wanted = self._desk.understood(said)
            case AskedToSpeak():
                wanted = self._desk.asked()
            case Silence():
                wanted = self._desk.silent()
            case _:
                """Nothing that a model could be told."""
        yield Listen(silence_ms=self._desk.silence_ms)
        if wanted is None:
            return
        self._desk.begins(wanted.response, context.line)
        async with aclosing(self._answer(wanted)) as acts:
            async for act in acts:
                yield act

    def heard(self, line: int, text: str, cut: bool) -> None:
        self._desk.heard(line, text, cut)

    def hung_up(self) -> tuple[Record, ...]:
        return ()

    async def _answer(self, wanted: ThinkOfAnswer) -> AsyncGenerator[Act, None]:
        desk, id = self._desk, wanted.response
        text = _Words(spoken=wanted.spoken)
        figures, usage, calls = TurnFigures(rounds=1), None, 0
        took = BrokenOff(())
        began = asyncio.get_running_loop().time()
        try:
            async with aclosing(await self._stream(wanted)) as stream:
                took = BrokenOff(self._history(wanted))
                while (event := await _next(stream)) is not None:
                    if figures.first_token_ms is None and not isinstance(event, LlmUsage):
                        figures.first_token_ms = 1_000 * (asyncio.get_running_loop().time() - began)
                    took.note(event)
                    pieces: list[str] = []
                    match event:
                        case LlmText(text=streamed):
                            pieces = text.feed(streamed)
                        case LlmToolCall():
                            pieces, calls = text.end(), calls + 1
                        case LlmUsage():
                            usage = event
                            figures.spent.add(event)
                    for piece in pieces:
                        if wanted.spoken:
                            with desk.saying(id, piece):
                                yield self._say(wanted, piece)
                        else:
                            desk.words(id, piece, whole=False)
                    if isinstance(event, LlmToolCall) and calls <= MOST_CALLS:
                        desk.tool(id, event)
                    if text.over:
                        break
                else:
                    took.ended()
            for piece in text.end():
                if wanted.spoken:
                    with desk.saying(id, piece):
                        yield self._say(wanted, piece)
                else:
                    desk.words(id, piece, whole=False)
            figures.complete = True
        except TimeoutError:
            took.failed()
            desk.failed(id, f"the model has streamed nothing for {PATIENCE_S:g} s")
        except EngineError as error:
            took.failed()
            desk.failed(id, _told(error))
        except VoiceForgeError as error:
            took.failed()
            desk.failed(id, str(error))
        except Exception as error:  # a foreign model may raise anything
            took.failed()
            log.exception("a model failed in a realtime session")
            desk.failed(id, f"the model failed: {type(error).__name__}")
        finally:
            if (broken_off := took.usage) is not None:
                figures.spent.add(broken_off)
            if usage is not None or broken_off is not None:
                self._call.note("llm", **figures.as_dict())
            desk.thought(id, usage, complete=figures.complete)

    async def _stream(self, wanted: ThinkOfAnswer) -> AsyncGenerator[LlmEvent, None]:
        """Raises VoiceForgeError, TimeoutError."""
        self._desk.may_think()
        if self._engines.starting is not None:
            async with asyncio.timeout(PATIENCE_S):
                await self._engines.starting()
        return self._llm.stream(self._history(wanted), wanted.tools, max_tokens=wanted.max_tokens)

    @property
    def _llm(self) -> Llm:
        if self._engines.llm is None:
            raise VoiceForgeError("there is no language model here: see docs/models.md")
        return self._engines.llm

    def _history(self, wanted: ThinkOfAnswer) -> tuple[LlmMessage, ...]:
        if not self._prompt:
            return wanted.history
        first, rest = LlmMessage("system", self._prompt, cache=True), wanted.history
        if rest and rest[0].role == "system":
            first, rest = LlmMessage("system", f"{self._prompt}\n\n{rest[0].content}"), rest[1:]
        return (first, *rest)

    def _say(self, wanted: ThinkOfAnswer, piece: str) -> Say:
        other = bool(wanted.voice) and wanted.voice != self._engines.voice
        return Say(
            piece,
            interruptible=self._desk.interruptible,
            language=self._engines.language if other else "",
            voice=wanted.voice if other else "",
            rate=0.0 if wanted.speed == 1.0 else wanted.speed,
        )


class _Words:
    """The text of one answer on its way: to a voice in sentences, without what is not for an ear; or as it
    is."""

    def __init__(self, *, spoken: bool) -> None:
        self._spoken = spoken
        self._speakable = Unspeakable()
        self._sentences = SentenceCutter(eager=True)
        self._streamed = 0

    @property
    def over(self) -> bool:
        """Nothing more of it is told."""
        return self._streamed > MOST_CHARACTERS or (self._spoken and self._speakable.over)

    def feed(self, text: str) -> list[str]:
        self._streamed += len(text)
        if self._streamed > MOST_CHARACTERS:
            return []
        if not self._spoken:
            return [text] if text else []
        return _sayable(self._sentences.feed(self._speakable.feed(text)))

    def end(self) -> list[str]:
        """What is left: the model has said all, or calls a function now."""
        if not self._spoken:
            return []
        return _sayable([*self._sentences.feed(self._speakable.end()), *self._sentences.end()])


def _told(error: EngineError) -> str:
    """What is said of a model that fails. Its own words, for the operator, go to the log: they name addresses
    and folders of this server."""
    if isinstance(error, ModelError) and error.about_request:
        return str(error)
    log.warning("a model failed in a realtime session: %s", error)
    return "The model cannot answer now; try again in a moment. The server's log says why."


def _sayable(pieces: list[str]) -> list[str]:
    return [piece for piece in pieces if any(map(str.isalnum, piece))]


async def _next(stream: AsyncGenerator[LlmEvent, None]) -> LlmEvent | None:
    """What the model streams next; None: that was all. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        return await anext(stream, None)
