"""Lists of engines: who is asked, who takes over, and that engines are shared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.failover import PASSED_OVER_S, PreferredLlm, PreferredStt, PreferredTts
from pipelines.engines.protocols import (
    Kind,
    LlmEvent,
    LlmMessage,
    LlmText,
    Manifest,
    Readiness,
    SttResult,
    TtsChunk,
)
from pipelines.engines.registry import EngineEntry, EngineRegistry
from pipelines.engines.running import Engines
from tests.fakes import SILENCE, FakeLlm, FakeStt, FakeTts


async def words(tts: PreferredTts, voice: str = "") -> int:
    return len([chunk async for chunk in tts.speak("one two three", voice=voice)])


def lost() -> SttResult:
    return SttResult("", True, understood=False, failed=True)


async def test_the_next_utterance_after_a_failure_goes_to_the_next_recogniser() -> None:
    one, two = FakeStt(), FakeStt()
    results: list[SttResult] = []
    session = PreferredStt(lambda: [one, two]).session(results.append)
    session.begin(1)
    session.feed(SILENCE)
    one.post(lost())
    for _ in range(3):
        one.tick()
    assert results[-1].failed
    assert [each.closed for each in one.sessions] == [False]  # it may try the utterance again
    session.begin(2)
    assert [each.closed for each in one.sessions] == [True]
    session.feed(SILENCE)
    two.text = "yes"
    session.flush(2)
    for _ in range(3):
        two.tick()
    assert (results[-1].text, results[-1].epoch) == ("yes", 2)
    assert len(two.utterances[0].frames) == 1


async def test_one_that_failed_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = FakeStt(), FakeStt()
    engines = PreferredStt(lambda: [one, two])
    engines.failed(one, "it fell over")
    assert engines.order() == [two, one]
    loop = asyncio.get_running_loop()
    later = loop.time() + PASSED_OVER_S + 1
    monkeypatch.setattr(loop, "time", lambda: later)
    assert engines.order() == [one, two]


async def test_one_that_is_not_ready_comes_last() -> None:
    one, two = FakeStt(), FakeStt()
    one.ready = False
    engines = PreferredStt(lambda: [one, two])
    assert engines.order() == [two, one]
    assert engines.ready
    two.ready = False
    assert not engines.ready


async def test_without_any_recogniser_a_flush_fails_and_nothing_raises() -> None:
    results: list[SttResult] = []
    session = PreferredStt(lambda: []).session(results.append)
    session.begin(1)
    session.feed(SILENCE)
    session.flush(1)
    assert not results  # never from within the call
    await asyncio.sleep(0)
    assert results == [SttResult("", True, understood=False, epoch=1, failed=True)]


async def test_a_voice_that_fails_before_its_first_sound_is_replaced() -> None:
    one, two = FakeTts(), FakeTts()
    one.failures = 1
    tts = PreferredTts(lambda: [one, two])
    assert await words(tts) == 3
    assert (len(one.spoken), len(two.spoken)) == (1, 1)
    assert await words(tts) == 3
    assert (len(one.spoken), len(two.spoken)) == (1, 2)


async def test_a_voice_without_a_sound_in_time_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.engines.failover.FIRST_SOUND_S", 0.0)
    one, two = FakeTts(), FakeTts()
    one.gate.clear()
    assert await words(PreferredTts(lambda: [one, two])) == 3


class Breaking(FakeTts):
    """Fails after its first word."""

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.spoken.append(voice)
        yield TtsChunk(SILENCE)
        raise EngineError("the worker died")


async def test_what_is_heard_is_not_started_anew() -> None:
    one, two = Breaking(), FakeTts()
    with pytest.raises(EngineError, match="died"):
        await words(PreferredTts(lambda: [one, two]))
    assert not two.spoken


async def test_a_failure_of_all_is_told() -> None:
    one, two = FakeTts(), FakeTts()
    one.failures = two.failures = 1
    with pytest.raises(EngineError):
        await words(PreferredTts(lambda: [one, two]))
    with pytest.raises(EngineError):
        await words(PreferredTts(lambda: []))


class Stubborn(FakeTts):
    async def start(self) -> None:
        raise EngineError("it does not start; plug it in")


def house(starts: list[str]) -> Engines:
    class Counted(FakeStt):
        async def start(self) -> None:
            starts.append("started")

    known = EngineRegistry()
    ready = Readiness(True)
    for name in ("one", "two", "unasked"):
        manifest = Manifest(name, Kind.STT, "hears", ("en",), "MIT")
        known.add(EngineEntry(manifest, lambda: ready, lambda _: Counted()))
    bad = Manifest("bad", Kind.TTS, "sulks", ("en",), "MIT")
    known.add(EngineEntry(bad, lambda: ready, lambda _: Stubborn()))
    return Engines(known)


async def test_only_what_is_named_is_started_and_each_once() -> None:
    starts: list[str] = []
    engines = house(starts)
    assert engines.stt(["one", "two"]) is engines.stt(["one", "two"])
    engines.stt(["two"])
    await engines.settle()
    assert len(starts) == 2
    engines.stt(["unasked"])  # a row changed while calls run
    await engines.settle()
    assert len(starts) == 3
    await engines.stop()


async def test_an_engine_that_cannot_be_had_is_a_fault_and_stops_nobody() -> None:
    starts: list[str] = []
    engines = house(starts)
    stt = engines.stt(["oen", "one"])
    engines.tts(["bad"])
    await engines.settle()
    assert starts == ["started"] and stt.ready
    faults = {state.name: state.fault for state in engines.states if state.fault}
    assert faults["bad"] == "it does not start; plug it in"
    assert "did you mean 'one'" in faults["oen"]
    await engines.stop()


HELLO: tuple[LlmEvent, ...] = (LlmText("Hel"), LlmText("lo"))


async def answer(llm: PreferredLlm) -> list[LlmEvent]:
    return [event async for event in llm.stream([LlmMessage("user", "hi")])]


async def test_a_model_that_fails_before_its_first_word_is_replaced() -> None:
    one, two = FakeLlm([EngineError("the line is cut")]), FakeLlm(HELLO)
    assert await answer(PreferredLlm(lambda: [one, two])) == list(HELLO)


async def test_a_model_without_a_word_in_time_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.engines.failover.FIRST_WORD_S", 0.0)
    one, two = FakeLlm(HELLO), FakeLlm(HELLO)
    one.gates[0] = asyncio.Event()
    assert await answer(PreferredLlm(lambda: [one, two])) == list(HELLO)
    assert one.cancelled == 1


async def test_an_answer_that_began_is_not_begun_anew() -> None:
    one, two = FakeLlm([*HELLO, EngineError("the line is cut")]), FakeLlm(HELLO)
    with pytest.raises(EngineError, match="cut"):
        await answer(PreferredLlm(lambda: [one, two]))
    assert not two.asked


async def test_what_could_not_be_had_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its weights have come, its device is free."""
    monkeypatch.setattr("pipelines.engines.running.AGAIN_S", (0.0,))
    free, started = asyncio.Event(), asyncio.Event()

    class Busy(FakeTts):
        async def start(self) -> None:
            if not free.is_set():
                raise EngineError("the device is busy; end who holds it")
            started.set()

    known = EngineRegistry()
    manifest = Manifest("busy", Kind.TTS, "speaks", ("en",), "MIT")
    known.add(EngineEntry(manifest, lambda: Readiness(True), lambda _: Busy()))
    engines = Engines(known)
    tts = engines.tts(["busy"])
    await engines.settle()
    with pytest.raises(EngineMissingError, match="the device is busy"):
        engines.check(Kind.TTS, ["busy"])
    free.set()
    await started.wait()
    assert tts.ready and not engines.states[0].fault
    engines.check(Kind.TTS, ["busy"])
    await engines.stop()
