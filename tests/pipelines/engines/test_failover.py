"""Lists of engines: who is asked, who takes over, and that engines are shared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest

from mediaserver.errors import EngineError, EngineMissingError, ModelError
from pipelines.engines.llm.continuation import GO_ON
from pipelines.engines.llm.failover import PreferredLlm
from pipelines.engines.protocols import (
    Kind,
    LlmEvent,
    LlmMessage,
    LlmText,
    LlmTool,
    LlmToolCall,
    LlmUsage,
    Manifest,
    Readiness,
    TtsChunk,
)
from pipelines.engines.registry import EngineEntry, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.engines.stt.failover import PreferredStt
from pipelines.engines.tts.failover import PreferredTts
from tests.fakes import SILENCE, FakeLlm, FakeStt, FakeTts, tone


async def words(tts: PreferredTts, voice: str = "", language: str = "en") -> int:
    return len([chunk async for chunk in tts.speak("one two three", voice=voice, language=language)])


class NoCounter:
    """What engines say and hear does not matter."""

    def spoke(self, engine: str, characters: int) -> None: ...

    def sounded(self, engine: str, seconds: float) -> None: ...

    def heard(self, engine: str, seconds: float) -> None: ...


async def test_one_that_is_not_ready_comes_last() -> None:
    one, two = FakeStt(), FakeStt()
    one.ready = False
    engines = PreferredStt(lambda: [one, two])
    assert engines.order() == [two, one]
    assert engines.ready
    two.ready = False
    assert not engines.ready


async def test_a_voice_that_fails_before_its_first_sound_is_replaced() -> None:
    one, two = FakeTts(), FakeTts()
    one.failures = 1
    tts = PreferredTts(lambda: [one, two])
    assert await words(tts) == 3
    assert (len(one.spoken), len(two.spoken)) == (1, 1)
    assert await words(tts) == 3
    assert (len(one.spoken), len(two.spoken)) == (1, 2)


async def test_what_another_voice_says_tells_once_which_has_failed_and_why() -> None:
    one, two = FakeTts(), FakeTts()
    one.failures = 1
    tts = PreferredTts(lambda: [one, two])
    told = [[chunk.instead_of async for chunk in tts.speak("one two three")] for _ in range(2)]
    assert told[0][0].startswith("fake: ") and not any(told[0][1:])
    assert not any(told[1]), "the one that failed was not asked"


async def test_each_engine_is_told_what_it_can_make_of_a_voice_of_the_catalogue() -> None:
    made_for, espeak, other = FakeTts(), FakeTts(), FakeTts()
    made_for.manifest = Manifest("indic-parler-tts", Kind.TTS, "", ("*",), "")
    espeak.manifest = replace(made_for.manifest, name="espeak-ng")
    made_for.failures = espeak.failures = 1
    tts = PreferredTts(lambda: [espeak, made_for, other])
    assert await words(tts, "hi-divya") == 3
    assert espeak.voices == ["+f2"] and made_for.voices[0].startswith("Divya speaks Hindi")
    assert other.voices == [""]
    assert espeak.languages == ["en"], "the text's language counts, not the voice's"
    assert await words(tts, "en-us+f3") == 3
    assert other.voices == ["", ""], "an engine's own name of a voice is not for the third"


async def test_a_voice_without_a_sound_in_time_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.engines.tts.failover.FIRST_SOUND_S", 0.0)
    one, two = FakeTts(), FakeTts()
    one.gate.clear()
    assert await words(PreferredTts(lambda: [one, two])) == 3


class Breaking(FakeTts):
    """Fails after its first word."""

    foreign = False

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.spoken.append(voice)
        yield TtsChunk(tone(320))
        raise ConnectionResetError("the cloud is gone") if self.foreign else EngineError("the worker died")


async def test_what_is_heard_is_not_started_anew() -> None:
    one, two = Breaking(), FakeTts()
    with pytest.raises(EngineError, match="died"):
        await words(PreferredTts(lambda: [one, two]))
    assert not two.spoken


async def test_what_a_foreign_engine_raises_comes_out_as_an_engine_error() -> None:
    one, two = Breaking(), FakeTts()
    one.foreign = True
    tts = PreferredTts(lambda: [one, two])
    with pytest.raises(EngineError, match="ConnectionResetError: the cloud is gone"):
        await words(tts)
    assert tts.order() == [two, one]


class Foreign(FakeTts):
    """Raises what it likes before any sound, and when it is closed."""

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.spoken.append(text)
        if text:
            raise KeyError("voices")
        yield TtsChunk(SILENCE)


async def test_a_voice_that_raises_anything_before_its_first_sound_is_replaced() -> None:
    one, two = Foreign(), FakeTts()
    assert await words(PreferredTts(lambda: [one, two])) == 3
    with pytest.raises(EngineError, match="KeyError: 'voices'"):
        await words(PreferredTts(lambda: [one]))


async def test_a_voice_that_falls_silent_in_the_middle_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.engines.tts.failover.NEXT_SOUND_S", 0.0)
    one, two = FakeTts(), FakeTts()
    one.chunks = asyncio.Semaphore(2)
    tts = PreferredTts(lambda: [one, two])
    heard = 0
    with pytest.raises(EngineError, match="nothing came in time"):
        async for _ in tts.speak("one two three"):
            heard += 1
    assert heard == 2
    assert tts.order() == [two, one]


class Mute(FakeTts):
    """Gives `pieces` and no sound."""

    def __init__(self, *pieces: TtsChunk) -> None:
        super().__init__()
        self.pieces = pieces

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.spoken.append(text)
        for piece in self.pieces:
            yield piece


@pytest.mark.parametrize("pieces", [(), (TtsChunk(SILENCE[:0]),), (TtsChunk(SILENCE), TtsChunk(SILENCE))])
async def test_a_voice_that_makes_no_sound_of_a_sentence_is_replaced(pieces: tuple[TtsChunk, ...]) -> None:
    one, two = Mute(*pieces), FakeTts()
    assert await words(PreferredTts(lambda: [one, two])) == 3
    with pytest.raises(EngineError, match="gave nothing"):
        await words(PreferredTts(lambda: [one]))


async def test_a_text_without_letters_may_be_silent() -> None:
    one, two = Mute(), FakeTts()
    assert [chunk async for chunk in PreferredTts(lambda: [one, two]).speak("...")] == []
    assert not two.spoken


async def test_silence_before_the_first_sound_is_kept() -> None:
    """The marks of the words count from its start."""
    one, two = Mute(TtsChunk(SILENCE), TtsChunk(tone(320))), FakeTts()
    assert await words(PreferredTts(lambda: [one, two])) == 2


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
    found = {
        finding.name: finding for finding in (state.as_finding("plug it in") for state in engines.states)
    }
    assert [name for name, finding in found.items() if finding.ok] == ["engine one"]
    assert (found["engine bad"].mend, found["engine bad"].fatal) == ("plug it in", False)
    await engines.stop()


HELLO: tuple[LlmEvent, ...] = (LlmText("Hel"), LlmText("lo"))


async def answer(llm: PreferredLlm) -> list[LlmEvent]:
    return [event async for event in llm.stream([LlmMessage("user", "hi")])]


async def test_a_model_that_fails_before_its_first_word_is_replaced() -> None:
    one, two = FakeLlm([EngineError("the line is cut")]), FakeLlm(HELLO)
    assert await answer(PreferredLlm(lambda: [one, two])) == list(HELLO)


async def test_a_model_without_a_word_in_time_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.engines.llm.failover.FIRST_WORD_S", 0.0)
    one, two = FakeLlm(HELLO), FakeLlm(HELLO)
    one.gates[0] = asyncio.Event()
    assert await answer(PreferredLlm(lambda: [one, two])) == list(HELLO)
    assert one.cancelled == 1


CUT = EngineError("the line is cut")
BEGUN = LlmText("I have a room on Tues")


async def test_an_answer_that_broke_off_is_gone_on_with_by_the_next_model() -> None:
    one, two = FakeLlm([BEGUN, CUT]), FakeLlm([LlmText("day at"), LlmText(" ten."), LlmUsage(9, 3)])
    told = await answer(PreferredLlm(lambda: [one, two]))
    assert told[0] == BEGUN and told[-1] == LlmUsage(9, 3)
    ((asked, _),) = two.asked
    assert [(m.role, m.content) for m in asked] == [
        ("user", "hi"), ("assistant", BEGUN.text), ("user", GO_ON),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "again",
    [
        ["I have a room on Tuesday at ten."],
        ["I ", "have a", " room, on", " Tuesday", " at ten."],
        ["Tuesday at ten."],
        ["i have a ROOM", " on tuesday at ten."],
        ["on", " Tuesday at ten."],
    ],
)
async def test_no_word_is_said_twice_by_a_model_that_begins_again(again: list[str]) -> None:
    one, two = FakeLlm([BEGUN, CUT]), FakeLlm([LlmText(piece) for piece in again])
    told = await answer(PreferredLlm(lambda: [one, two]))
    assert spoken(told).lower() == "i have a room on tuesday at ten."


async def test_a_model_that_takes_a_beginning_is_given_it_as_its_own() -> None:
    one, two = FakeLlm([BEGUN, CUT]), FakeLlm([LlmText("day.")])
    two.manifest = replace(FakeLlm.manifest, continues=True)
    assert spoken(await answer(PreferredLlm(lambda: [one, two]))) == "I have a room on Tuesday."
    assert two.asked[0][0][-1] == LlmMessage("assistant", BEGUN.text)


async def test_three_models_may_share_one_answer() -> None:
    one = FakeLlm([LlmText("One, "), CUT])
    two = FakeLlm([LlmText("one, two, "), CUT])
    three = FakeLlm([LlmText("three.")])
    assert spoken(await answer(PreferredLlm(lambda: [one, two, three]))) == "One, two, three."


async def test_a_tool_that_was_called_is_not_called_again_by_the_next_model() -> None:
    call = LlmToolCall("1", "book", {"day": "tuesday"})
    one, two = FakeLlm([LlmText("One moment."), call, CUT]), FakeLlm([call])
    assert await answer(PreferredLlm(lambda: [one, two])) == [LlmText("One moment."), call]
    assert not two.asked


async def test_when_nobody_can_go_on_the_failure_is_told() -> None:
    one, two = FakeLlm([BEGUN, CUT]), FakeLlm([EngineError("full")])
    with pytest.raises(EngineError, match="full"):
        await answer(PreferredLlm(lambda: [one, two]))


async def test_an_answer_that_was_whole_when_its_model_died_needs_nothing_more() -> None:
    one, two = FakeLlm([LlmText("It is ten."), CUT]), FakeLlm([LlmText(" ")])
    assert spoken(await answer(PreferredLlm(lambda: [one, two]))) == "It is ten. "


async def test_who_refuses_one_request_is_asked_the_next() -> None:
    one = FakeLlm([ModelError("too long", about_request=True)], HELLO)
    two = FakeLlm(HELLO)
    llm = PreferredLlm(lambda: [one, two])
    assert await answer(llm) == await answer(llm) == list(HELLO)
    assert (len(one.asked), len(two.asked)) == (2, 1)


def spoken(events: list[LlmEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, LlmText))


class Cut(FakeLlm):
    async def stream(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool] = (),
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[LlmEvent, None]:
        if messages:
            raise ConnectionResetError("socket")
        yield LlmText("")


async def test_a_model_that_raises_anything_is_replaced() -> None:
    one, two = Cut(), FakeLlm(HELLO)
    assert await answer(PreferredLlm(lambda: [one, two])) == list(HELLO)
    with pytest.raises(EngineError, match="ConnectionResetError: socket"):
        await answer(PreferredLlm(lambda: [one]))


@pytest.mark.parametrize("nothing", [[], [LlmText(" ")], [LlmUsage(12, 0)]])
async def test_a_model_with_an_empty_answer_is_replaced(nothing: list[LlmEvent]) -> None:
    one, two = FakeLlm(nothing), FakeLlm(HELLO)
    assert await answer(PreferredLlm(lambda: [one, two])) == list(HELLO)


async def test_what_could_not_be_had_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its weights have come, its device is free."""
    monkeypatch.setattr("pipelines.engines.place.AGAIN_S", (0.0,))
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


async def test_nobody_waits_at_the_start_for_a_model_whose_server_does_not_answer() -> None:
    class Far(FakeLlm):
        async def start(self) -> None:
            await asyncio.Event().wait()

    known = EngineRegistry()
    manifest = Manifest("far", Kind.LLM, "thinks", ("*",), "MIT")
    known.add(EngineEntry(manifest, lambda: Readiness(True), lambda _: Far()))
    engines = Engines(known)
    llm = engines.llm(["far"])
    await engines.settle(without=(Kind.LLM,))
    assert not llm.ready
    with pytest.raises(EngineError, match="is being started"):
        engines.check(Kind.LLM, ["far"])
    await engines.stop()


@pytest.mark.parametrize("fault", ["", "no such key"])
async def test_who_waits_for_a_list_is_told_when_it_is_there_or_cannot_be_had(fault: str) -> None:
    opened = asyncio.Event()

    class Far(FakeLlm):
        async def start(self) -> None:
            await opened.wait()
            if fault:
                raise EngineError(fault)

    known = EngineRegistry()
    manifest = Manifest("far", Kind.LLM, "thinks", ("*",), "MIT")
    known.add(EngineEntry(manifest, lambda: Readiness(True), lambda _: Far()))
    engines = Engines(known)
    engines.llm(["far"])
    assert engines.starting(Kind.LLM, ["far"])
    waiting = asyncio.create_task(engines.started(Kind.LLM, ["far"]))
    await asyncio.sleep(0)
    assert not waiting.done()
    opened.set()
    if fault:
        with pytest.raises(EngineMissingError, match=fault):
            await waiting
    else:
        await waiting
    assert not engines.starting(Kind.LLM, ["far"])
    await engines.stop()


class Choosy(FakeTts):
    """Has one voice, which speaks English alone."""

    manifest = Manifest("choosy", Kind.TTS, "tones", ("en", "fr"), "none")

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        if voice and (voice, language) != ("anna", "en"):
            raise EngineMissingError(f"the voice {voice} does not speak {language}")
        async for chunk in super().speak(text, voice=voice, language=language, rate=rate):
            yield chunk


async def test_in_a_call_a_voice_that_nobody_has_is_not_silent_and_is_told_once() -> None:
    choosy = Choosy()
    tts = PreferredTts(lambda: [choosy])
    with pytest.raises(EngineMissingError, match="the voice anna does not speak fr"):
        await words(tts, "anna", "fr")  # who asks by name can choose another
    call = tts.counted(NoCounter())
    told = [
        [chunk.instead_of async for chunk in call.speak("one two three", voice="anna", language="fr")]
        for _ in range(2)
    ]
    assert told == [["the voice anna does not speak fr; it is said in the usual voice", "", ""], ["", "", ""]]
    assert not any([chunk.instead_of async for chunk in call.speak("one", voice="anna")])


async def test_a_voice_of_an_engine_that_is_away_is_waited_for() -> None:
    choosy, there = Choosy(), list[Choosy | None]([None])
    call = PreferredTts(lambda: there).counted(NoCounter())
    with pytest.raises(EngineMissingError, match="there is no tts engine"):
        await words(call, "anna")
    there[0] = choosy
    assert await words(call, "anna") == 3 and choosy.voices == ["anna"]


async def test_a_script_that_a_voice_does_not_know_takes_it_from_no_other_call() -> None:
    """It has no sound for it, which says nothing about it; one that is silent on English is broken."""

    class Latin(FakeTts):
        async def speak(
            self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
        ) -> AsyncGenerator[TtsChunk, None]:
            if text.isascii() and text != "nothing":
                async for chunk in super().speak(text, voice=voice, language=language, rate=rate):
                    yield chunk

    one, two = Latin(), FakeTts()
    tts = PreferredTts(lambda: [one, two])
    told = [chunk.instead_of async for chunk in tts.speak("\u4f60\u597d")]
    assert told[0] == "fake: it has no sound for '\u4f60\u597d'; fake takes over"
    assert tts.order()[0] is one and await words(tts) == 3 and one.spoken == ["one two three"]
    assert [chunk async for chunk in tts.speak("nothing")] and tts.order()[0] is two


async def test_a_language_that_nobody_speaks_is_said_with_foreign_sounds() -> None:
    one, two = FakeTts(), FakeTts()
    two.manifest = replace(two.manifest, languages=("de", "fr"))
    one.failures = 1
    tts = PreferredTts(lambda: [one, two])
    assert await words(tts, language="hi") == 3
    assert (one.languages, two.languages) == (["en"], ["de"])
