"""An assistant with a scripted model, on the fake clock of `tests.fakes`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mediaserver.errors import EngineError
from mediaserver.storage.records import EventHappened
from pipelines.assistant.agent import Assistant
from pipelines.assistant.calling import Calling
from pipelines.assistant.facts import Fact
from pipelines.assistant.settings import AssistantSettings
from pipelines.assistant.tongues import any_language
from pipelines.engines.protocols import Llm, LlmEvent, LlmMessage, LlmText, LlmToolCall, LlmUsage
from pipelines.tools.protocols import Tool, ToolContext, ToolResult
from pipelines.tools.toolbox import ToolBox
from tests.fakes import CALL_ID, Conversation, FakeLlm

Script = Sequence[LlmEvent | EngineError]
NUMBER = "+15550100"


def text(words: str) -> list[LlmEvent]:
    """An answer, word by word, and what it took."""
    return [*(LlmText(f"{word} ") for word in words.split()), LlmUsage(100, 10, 80, "fake-1", 0.001)]


def call(name: str, id: str = "c1", **arguments: Any) -> LlmToolCall:
    return LlmToolCall(id, name, arguments)


class Kit:
    """A tool that gives what it is told to, when it is told to."""

    def __init__(self, name: str = "look_up", gives: ToolResult = "two rooms", **more: Any) -> None:
        self.ran: list[Mapping[str, Any]] = []
        self.cancelled = 0
        self.started = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.gives: ToolResult | Exception = gives
        schema = {"type": "object", "properties": {"what": {"type": "string"}}}
        self.tool = Tool(name, "A tool of a test.", schema, self._run, **more)

    async def _run(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        self.ran.append(dict(arguments))
        self.started.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.gives, Exception):
            raise self.gives
        return self.gives


class KnownFacts:
    """Facts of a caller from earlier calls."""

    def __init__(self, *facts: Fact) -> None:
        self._facts = facts

    async def facts(self) -> tuple[Fact, ...]:
        return self._facts


def assistant(
    llm: Llm,
    *kits: Kit,
    prompt: str = "You answer the phone of a hotel.",
    language: str = "en",
    calling: Calling | None = None,
    facts: KnownFacts | None = None,
    late: Callable[..., None] | None = None,
    hears: Callable[[str], bool] = any_language,
    speaks: Callable[[str], bool] = any_language,
    **settings: Any,
) -> Assistant:
    return Assistant(
        "desk",
        llm,
        calling or Calling(CALL_ID, language, NUMBER, NUMBER),
        prompt=prompt,
        settings=AssistantSettings.of({"greeting": "Hello.", **settings}),
        box=ToolBox(kit.tool for kit in kits),
        facts=facts,
        late=late,
        hears=hears,
        speaks=speaks,
    )


async def greeted(agent: Assistant) -> Conversation:
    """The caller has heard the greeting."""
    talk = Conversation(agent, language=agent._calling.language)
    await talk.until_quiet()
    return talk


async def asked(agent: Assistant, said: str = "a room please") -> Conversation:
    """... and has said this; the agent is asked, and may be speaking."""
    talk = await greeted(agent)
    await talk.say(said)
    await talk.silence(1200)
    return talk


def given(llm: FakeLlm, ask: int = -1) -> list[tuple[str, str]]:
    """What the model was given: role and text, without the instructions and the opening note."""
    messages = [(message.role, message.content) for message in llm.asked[ask][0][1:]]
    role, first = messages[0]
    return [(role, first.partition("\n")[2]), *messages[1:]]


def messages(llm: FakeLlm, ask: int = -1) -> tuple[LlmMessage, ...]:
    return llm.asked[ask][0]


def events(talk: Conversation, kind: str) -> list[dict[str, Any]]:
    found: Iterable[EventHappened] = talk.call.happened(kind)
    return [event.data for event in found]
