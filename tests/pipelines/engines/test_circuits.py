"""Engines that failed: who is passed over, who is tried in the background, what says nothing of an engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any
from weakref import ref

import pytest

from mediaserver.errors import (
    EngineBusyError,
    EngineError,
    EngineLostError,
    EngineMissingError,
    ModelError,
    ProviderError,
    ProviderFault,
)
from pipelines.engines import circuits as circuits_module
from pipelines.engines.batch_work import BatchLlm
from pipelines.engines.circuits import EngineCircuits, in_a_word
from pipelines.engines.llm.failover import PreferredLlm
from pipelines.engines.protocols import LlmEvent, LlmMessage, LlmText, SttResult
from pipelines.engines.stt.failover import PreferredStt
from pipelines.engines.trying import attempt
from pipelines.engines.tts.failover import PreferredTts
from pipelines.workers.urgency import Priority, urgency
from pipelines.workers.work_pool import WorkGate
from tests.fakes import SILENCE, FakeLlm, FakeStt, FakeTts


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next try."""
    monkeypatch.setattr(circuits_module, "PAUSES_S", (0.0,))


async def until(true: Callable[[], bool], *engines: FakeStt) -> None:
    """`engines` say what they have to say meanwhile."""
    async with asyncio.timeout(10):
        while not true():
            for engine in engines:
                engine.tick()
            await asyncio.sleep(0)


async def test_one_that_failed_is_asked_by_callers_only_once_it_works_again() -> None:
    """The tries are counted, and let it work at the third."""
    one, two = FakeStt(), FakeStt()
    tries: list[object] = []

    async def third_time(engine: object) -> None:
        assert engine is one and listed.order() == [two, one]
        tries.append(engine)
        if len(tries) < 3:
            raise EngineError("not yet")

    circuits = EngineCircuits(third_time)
    listed = PreferredStt(lambda: [one, two], circuits=circuits)
    other = PreferredStt(lambda: [one, two], circuits=circuits)
    listed.failed(one, "it fell over")
    assert listed.order() == other.order() == [two, one], "what one list finds out the other knows"
    await until(lambda: listed.order() == [one, two])
    assert len(tries) == 3 and not circuits.open(one)
    circuits.close()


@pytest.mark.parametrize("ended", ["forgotten", "closed"])
async def test_one_that_was_stopped_is_not_tried_any_more(ended: str) -> None:
    tries: list[object] = []

    async def attempt(engine: object) -> None:
        tries.append(engine)

    circuits, one, other = EngineCircuits(attempt), FakeTts(), FakeTts()
    circuits.failed(one, "it fell over")
    if ended == "forgotten":
        circuits.forget(one)
    else:
        circuits.close()
    assert not circuits.open(one)
    circuits.failed(other, "so did this, later")
    await until(lambda: not circuits.open(other))
    assert tries == [other]
    circuits.close()


async def test_what_is_told_of_one_that_was_stopped_is_not_heard() -> None:
    """A request that was on its way fails with it: nobody holds it, or tries it for ever."""
    tries: list[object] = []

    async def attempt(engine: object) -> None:
        tries.append(engine)

    circuits, one, other = EngineCircuits(attempt), FakeTts(), FakeTts()
    circuits.asked(one)
    circuits.forget(one)
    circuits.asked(one)
    circuits.failed(one, "its worker ended")
    assert not circuits.open(one) and not circuits.last_asked(one)
    gone = ref(one)
    del one
    assert gone() is None
    circuits.failed(other, "so did this")
    await until(lambda: not circuits.open(other))
    assert tries == [other]
    circuits.forget(other)
    circuits.started(other)
    circuits.failed(other, "a new one may be where an old one was")
    assert circuits.open(other)
    circuits.close()


async def test_an_engine_that_cannot_be_hashed_is_as_good_as_any() -> None:
    class Unhashable(FakeTts):
        __hash__ = None  # type: ignore[assignment]

    one, two = Unhashable(), Unhashable()
    one.failures = 1
    tts = PreferredTts(lambda: [one, two])
    assert [chunk async for chunk in tts.speak("hello")] and len(two.spoken) == 1


async def test_a_pause_that_an_engine_asked_for_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[float] = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_later", lambda after_s, *_: planned.append(after_s))
    circuits = EngineCircuits()
    circuits.failed(FakeTts(), "too many", after_s=40.0)
    circuits.failed(FakeTts(), "it fell over")
    assert planned == [40.0, 0.0]


async def test_having_no_room_says_nothing_of_an_engine() -> None:
    one, two = FakeTts(), FakeTts()
    tts = PreferredTts(lambda: [one, two])
    tts.failed(one, "busy", EngineBusyError("busy"))
    assert tts.order() == [one, two]
    assert tts._circuits.failovers == {("fake", "busy"): 1}


async def test_a_voice_that_an_engine_has_not_is_not_asked_of_it_again() -> None:
    class Choosy(FakeTts):
        def speak(self, text: str, *, voice: str = "", **more: object):  # type: ignore[no-untyped-def]
            if voice == "unknown":
                self.spoken.append(voice)
                raise EngineMissingError("no such voice")
            return super().speak(text, voice=voice)

    one, two = Choosy(), FakeTts()
    tts = PreferredTts(lambda: [one, two])

    async def said(voice: str) -> list[str]:
        return [chunk.instead_of async for chunk in tts.speak("hello you", voice=voice)]

    assert (await said("unknown"))[0] == "fake: no such voice; fake takes over"
    assert not any(await said("unknown")) and one.spoken.count("unknown") == 1
    before = len(two.spoken)
    await said("")
    assert len(two.spoken) == before, "other voices are still its own"


async def test_who_takes_over_is_told_with_a_models_first_words() -> None:
    one, two = FakeLlm([ProviderError("the key is refused", ProviderFault.KEY)]), FakeLlm([LlmText("Hello.")])
    llm = PreferredLlm(lambda: [one, two], EngineCircuits())
    (said,) = [event async for event in llm.stream([LlmMessage("user", "hi")])]
    assert isinstance(said, LlmText) and said.text == "Hello."
    assert said.instead_of == "fake: the key is refused; fake takes over"


async def test_who_takes_over_in_the_middle_is_told_too() -> None:
    one = FakeLlm([LlmText("I have a"), EngineError("the line is cut")])
    two = FakeLlm([LlmText("I have a room.")])
    llm = PreferredLlm(lambda: [one, two], EngineCircuits())
    events = [event async for event in llm.stream([LlmMessage("user", "hi")])]
    told = [event.instead_of for event in events if isinstance(event, LlmText) and event.instead_of]
    assert told == ["fake: the line is cut; fake takes over"]
    assert "".join(each.text for each in events if isinstance(each, LlmText)) == "I have a room."


async def test_who_hears_instead_is_told_with_its_first_result() -> None:
    one, two = FakeStt(), FakeStt()
    results: list[SttResult] = []
    session = PreferredStt(lambda: [one, two], circuits=EngineCircuits()).session(results.append)
    session.begin(1)
    session.feed(SILENCE)
    one.post(SttResult("", True, understood=False, failed=True, error=EngineLostError("its worker died")))
    two.text = "yes"
    await until(lambda: bool(two.utterances), one)
    session.flush(2)
    await until(lambda: bool(results), two)
    assert results[0].instead_of == "fake: its worker died; fake takes over"
    session.close()


async def test_when_nobody_could_hear_it_is_told_why() -> None:
    one = FakeStt()
    results: list[SttResult] = []
    session = PreferredStt(lambda: [one], circuits=EngineCircuits()).session(results.append)
    session.begin(1)
    one.post(SttResult("", True, understood=False, failed=True, error=EngineLostError("its worker died")))
    await until(lambda: bool(results), one)
    assert str(results[0].error) == "fake: its worker died"
    session.close()


@pytest.mark.parametrize(
    ("error", "as_good_as_before"),
    [
        (ModelError("too long", about_request=True), True),
        (ProviderError("no such voice", ProviderFault.REFUSED), True),
        (EngineMissingError("no such voice"), True),
        (ModelError("it is down"), False),
        (ProviderError("the key is refused", ProviderFault.KEY), False),
    ],
)
def test_what_was_asked_wrongly_says_nothing_of_an_engine(error: Exception, as_good_as_before: bool) -> None:
    assert circuits_module.says_nothing_of_it(error) is as_good_as_before


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (TimeoutError(), "timeout"),
        (EngineBusyError("full"), "busy"),
        (EngineMissingError("no voice"), "missing"),
        (ProviderError("no", ProviderFault.QUOTA), "quota"),
        (ModelError("too long", about_request=True), "request"),
        (KeyError("voice"), "failed"),
    ],
)
def test_why_is_said_in_a_word(error: Exception, word: str) -> None:
    assert in_a_word(error) == word


async def test_something_small_is_asked_of_each_kind_of_engine_as_batch_work() -> None:
    tts, stt, llm = FakeTts(), FakeStt(), FakeLlm([LlmText("one")])
    priorities: list[Priority] = []

    class Watched(FakeTts):
        def speak(self, text: str, **more: object):  # type: ignore[no-untyped-def]
            priorities.append(urgency().priority)
            return super().speak(text)

    await attempt(Watched())
    assert priorities == [Priority.BATCH]
    await attempt(tts)
    await attempt(llm)
    assert len(tts.spoken) == len(llm.asked) == 1
    listening = asyncio.create_task(attempt(stt))
    await until(listening.done, stt)
    assert len(stt.utterances[0].frames) == 25
    tts.ready = False
    with pytest.raises(EngineError, match="not ready"):
        await attempt(tts)
    tts.ready, tts.failures = True, 1
    with pytest.raises(EngineError):
        await attempt(tts)


async def test_a_model_for_batch_work_gives_way_and_its_reader_does_not() -> None:
    class Watched(FakeLlm):
        async def stream(self, *given: Any, **named: Any) -> AsyncGenerator[LlmEvent, None]:
            priorities.append(urgency().priority)
            yield LlmText("one")
            priorities.append(urgency().priority)

    priorities: list[Priority] = []
    llm = BatchLlm(Watched([]))
    async for _ in llm.stream([LlmMessage("user", "hi")]):
        assert urgency().priority is Priority.CALL
    assert priorities == [Priority.BATCH] * 2
    assert (llm.ready, llm.load, llm.restarts, llm.manifest.name) == (True, 0, 0, "fake")


async def test_models_have_a_limit_together_that_is_told_when_it_is_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.engines.llm.failover.PLACE_S", 0.0)
    gate = WorkGate(1)
    llm = PreferredLlm(lambda: [FakeLlm([LlmText("one")])], EngineCircuits(), gate)
    first = llm.stream([LlmMessage("user", "hi")])
    await anext(first)
    with pytest.raises(EngineBusyError, match=r"engines\.pools"):
        await anext(llm.stream([LlmMessage("user", "hi")]))
    await first.aclose()
    assert [event async for event in llm.stream([LlmMessage("user", "hi")])] and gate.inside == 0
