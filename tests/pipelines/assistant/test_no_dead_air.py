"""Whatever a model or a tool does with its time, the caller never hears three seconds of nothing: first a few
words after a second and a half, then again and again. The event loop goes by the fake clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import pytest

from pipelines.assistant.agent import Assistant
from pipelines.conversation.floor import FloorState
from pipelines.engines.protocols import LlmEvent, LlmMessage, LlmText, LlmTool
from pipelines.tools.protocols import ToolContext, ToolResult
from tests.fakes import Conversation, FakeLlm
from tests.pipelines.assistant.talking import Kit, assistant, call, greeted

Pace = Sequence[tuple[int, LlmEvent]]
"""What comes how many ms after the event before."""


class PacedLlm(FakeLlm):
    """Gives its answers at a pace of the fake clock."""

    def __init__(self, *answers: Pace) -> None:
        super().__init__()
        self.paces = list(answers)

    async def stream(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool] = (),
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[LlmEvent, None]:
        for after, event in self.paces.pop(0) if self.paces else ((0, LlmText("Goodbye then.")),):
            await asyncio.sleep(after / 1000)
            yield event


class SlowKit(Kit):
    """A tool that takes so long."""

    def __init__(self, ms: int, name: str = "look_up", **more: str) -> None:
        super().__init__(name, **more)
        self._ms = ms

    async def _run(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        await asyncio.sleep(self._ms / 1000)
        return await super()._run(arguments, context)


def words(text: str, every: int, first: int) -> Pace:
    return [(every if at else first, LlmText(f"{word} ")) for at, word in enumerate(text.split())]


def on_the_fake_clock(monkeypatch: pytest.MonkeyPatch, talk: Conversation, agent: Assistant) -> None:
    """All limits in seconds are seconds of the call from now on."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    monkeypatch.setattr(loop, "time", lambda: began + talk.t / 16_000)
    agent._faculties.now = lambda: talk.t / 16_000


def gaps(talk: Conversation) -> tuple[int, int]:
    """In ms: until the first sound of what was sent, and the longest silence between two sounds."""
    sounds = [at * 20 for at, frame in enumerate(talk.sent) if frame is not None and frame.any()]
    between = [after - before for before, after in zip(sounds, sounds[1:], strict=False)]
    return sounds[0], max(between, default=0)


class Line:
    """Asks, and measures what comes back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    async def hears(self, llm: PacedLlm, *kits: SlowKit, language: str = "en") -> Conversation:
        """The caller has asked, and has the answer, or an apology; meanwhile it was never silent for long."""
        agent = assistant(llm, *kits, language=language)
        talk = await greeted(agent)
        on_the_fake_clock(self._monkeypatch, talk, agent)
        await talk.say("a room please")
        talk.sent.clear()
        await talk.silence(600)
        for _ in range(60_000 // 20):
            await talk.tick()
            if talk.session.turn.state in (FloorState.LISTENING, FloorState.ENDED):
                break
        else:
            raise AssertionError("nothing came of it")
        first, longest = gaps(talk)
        assert first <= 2_500 and longest <= 3_000
        return talk


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(monkeypatch)


THOUGHTS: Pace = [(0, LlmText("<think>")), *words("hm " * 80, 100, 0), (0, LlmText("</think>"))]

SLOW: dict[str, tuple[Pace, ...]] = {
    "at its first token": (words("We have two rooms.", 30, 8_000),),
    "in the middle": ([*words("We have", 30, 200), *words("two rooms. One is large.", 30, 6_000)],),
    "between two sentences": ([*words("Let me see.", 30, 200), *words("We have two.", 30, 7_000)],),
    "at every word": (words("We have two rooms that are free on Monday and Tuesday.", 1_500, 1_000),),
    "and thinks aloud in silence": ([*THOUGHTS, *words("We have two.", 30, 500)],),
    "and thinks for ever": ([*THOUGHTS[:-1], *words("hm " * 300, 100, 0)],),
    "and sends nothings": ([*[(200, LlmText(""))] * 40, *words("We have two.", 30, 0)],),
    "and sends spaces": ([*[(200, LlmText("  "))] * 40, *words("We have two.", 30, 0)],),
    "and writes code first": (
        [(0, LlmText("```py\n")), *words("x = 1\n" * 60, 100, 0), (0, LlmText("```\nTwo."))],
    ),
    "and says nothing at first": ([(4_000, LlmText("***"))], words("We have two.", 30, 4_000)),
    "and never says anything": ([(60_000, LlmText("x"))],),
    "and breaks off without a word": ([(2_500, LlmText(""))], [(2_500, LlmText(""))], [(2_500, LlmText(""))]),
}


@pytest.mark.parametrize("pace", SLOW.values(), ids=SLOW)
async def test_a_model_that_is_slow(line: Line, pace: tuple[Pace, ...]) -> None:
    await line.hears(PacedLlm(*pace))


@pytest.mark.parametrize("filler", ["", "Let me look."], ids=["silent", "with words of its own"])
@pytest.mark.parametrize("before", ["", "One moment."], ids=["first", "behind words"])
@pytest.mark.parametrize("tool_ms", [2_400, 9_000, 19_000])
async def test_a_tool_that_is_slow(line: Line, tool_ms: int, before: str, filler: str) -> None:
    asks: Pace = [*words(before, 30, 300), (100, call("look_up"))]
    llm = PacedLlm(asks, words("We have two.", 30, 2_400))
    talk = await line.hears(llm, SlowKit(tool_ms, filler=filler))
    assert "We have two." in " ".join(talk.tts.spoken)


async def test_tools_and_a_model_that_all_take_just_less_than_a_filler_would(line: Line) -> None:
    llm = PacedLlm(
        [(1_300, call("look_up"))], [(1_300, call("book", "c2"))], [(1_300, LlmText("It is booked."))]
    )
    talk = await line.hears(llm, SlowKit(1_300), SlowKit(1_300, "book"))
    assert talk.tts.spoken[-1] == "It is booked."


async def test_in_a_language_without_words_of_ours(line: Line) -> None:
    llm = PacedLlm([(100, call("look_up"))], words("We have two.", 30, 5_000))
    talk = await line.hears(llm, SlowKit(3_000), language="xx")
    assert talk.tts.spoken[-1] == "We have two."
