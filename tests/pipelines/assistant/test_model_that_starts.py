"""A call that comes while the language model is being started: greeted, comforted, and then answered, handed
over or ended in words. The event loop goes by the fake clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from mediaserver.errors import EngineMissingError
from pipelines.assistant.agent import Assistant
from pipelines.assistant.calling import Calling
from pipelines.assistant.settings import AssistantSettings
from pipelines.conversation.own_words import own_words
from tests.fakes import CALL_ID, Conversation, FakeLlm
from tests.pipelines.assistant.talking import events, text
from tests.pipelines.assistant.test_no_dead_air import gaps, on_the_fake_clock

WORKING = "This takes a little longer. I am still working on it."


def after(seconds: float, fault: str = "") -> Callable[[], Awaitable[None]]:
    """A model that has started so long after the first look, or cannot be had then."""
    until: list[float] = []

    async def starting() -> None:
        loop = asyncio.get_running_loop()
        until.append(loop.time() + seconds)
        await asyncio.sleep(until[0] - loop.time())
        if fault:
            raise EngineMissingError(fault)

    return starting


async def asked(
    monkeypatch: pytest.MonkeyPatch,
    starting: Callable[[], Awaitable[None]],
    *,
    language: str = "en",
    fallback: str = "",
    ms: int = 30_000,
) -> Conversation:
    llm = FakeLlm(text("We have two rooms."))
    settings = AssistantSettings(greeting="Hello.", fallback=fallback)
    agent = Assistant("desk", llm, Calling(CALL_ID, language), settings=settings, starting=starting)
    talk = Conversation(agent, language=language)
    on_the_fake_clock(monkeypatch, talk, agent)
    agent._start._now = agent._faculties.now  # type: ignore[union-attr]
    await talk.until_quiet()
    assert talk.tts.spoken == ["Hello."], "the greeting needs no model"
    await talk.say("a room please")
    talk.sent.clear()
    for _ in range(ms // 20):
        await talk.tick()
        if talk.tts.spoken[-1] == "We have two rooms." or talk.ended or talk.transferred:
            break
    return talk


async def test_the_caller_is_comforted_until_it_is_there_and_then_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    talk = await asked(monkeypatch, after(9))
    assert talk.tts.spoken[-1] == "We have two rooms."
    assert talk.tts.spoken[1] == own_words("en").fillers[0]
    assert "I am still working on it." in talk.tts.spoken
    first, longest = gaps(talk)
    assert first <= 2_500 and longest <= 3_000
    (waited,) = events(talk, "llm_fault")
    assert waited["what"] == "it was being started: waited for 9.0 s"


async def test_one_that_is_there_by_then_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await asked(monkeypatch, after(0))
    assert talk.tts.spoken == ["Hello.", "We have two rooms."]


@pytest.mark.parametrize("language", ["en", "xx"])
async def test_one_that_takes_too_long_is_an_end_in_words(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    talk = await asked(monkeypatch, after(60), language=language)
    assert len(talk.ended) == 1 and talk.t < 45 * 16_000
    first, longest = gaps(talk)
    assert first <= 2_500 and longest <= 3_000
    if language == "en":
        assert own_words("en").surrender in " ".join(talk.tts.spoken)
    (failed,) = events(talk, "engine_failed")
    assert failed["reason"].startswith("it was not started within")


async def test_one_that_cannot_be_had_leads_to_the_human_of_the_row_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    talk = await asked(monkeypatch, after(2, "no such key"), fallback="101")
    assert talk.transferred == ["101"] and talk.t < 12 * 16_000
    assert events(talk, "engine_failed")[0]["reason"] == "no such key"


async def test_a_caller_who_speaks_meanwhile_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = asyncio.Event()
    llm = FakeLlm(text("We have two rooms."))
    settings = AssistantSettings(greeting="Hello.")
    agent = Assistant("desk", llm, Calling(CALL_ID), settings=settings, starting=_opened(gate))
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.say("a room please")
    await talk.silence(2_500)
    await talk.say("for two people")
    await talk.silence(1_000)
    gate.set()
    await talk.silence(2_000)
    assert talk.tts.spoken[-1] == "We have two rooms."
    assert [m.content for m in llm.asked[0][0] if m.role == "user"][-1].endswith("for two people")


def _opened(gate: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def starting() -> None:
        await gate.wait()

    return starting
