"""Rows of the directory become agents that talk, with the engines that their rows name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cli.makers import fault, makers
from cli.serving.own_code import OwnCode
from cli.serving.premaking import FixedSentence
from cli.serving.speech import Speech
from mediaserver.calls.routes import AgentSpec, Resolution, RouteTable
from mediaserver.errors import CallError, ConfigError, EngineError
from mediaserver.settings.engines import EnginesSettings
from mediaserver.settings.shared import SharedSettings
from mediaserver.storage.records import EventHappened, Record
from pipelines.agents import make_agent
from pipelines.conversation.agent import Act, AgentInput, Context, Say
from pipelines.engines.protocols import Kind, Llm, LlmMessage, LlmText, Manifest, Readiness
from pipelines.engines.registry import EngineEntry
from pipelines.engines.running import Engines
from pipelines.flows.running.agent import DocumentAgent
from tests.fakes import FakeLlm, FakeStt, FakeTts
from tests.mediaserver.calls.bench import Bench
from tests.mediaserver.calls.lines import Line, Lines
from tests.mediaserver.calls.rows import agent, route
from tests.speech import only, shelf


async def test_a_row_of_each_kind_has_its_maker() -> None:
    _, speech = only(FakeStt(), FakeTts())
    known = makers(speech, OwnCode())
    assert set(known) == {"flow", "python", "echo"}
    assert known["flow"] is known["python"]


def test_a_row_names_a_flow_or_a_class() -> None:
    flow = AgentSpec(UUID(int=1), "demo", 1, "flow", flow="booking")
    python = AgentSpec(UUID(int=2), "hours", 1, "python", entry="examples.hours:OpeningHours")
    made = [
        make_agent(UUID(int=7), kind=spec.kind, flow=spec.flow, entry=spec.entry) for spec in (flow, python)
    ]
    assert isinstance(made[0], DocumentAgent)
    assert type(made[1]).__name__ == "OpeningHours"
    with pytest.raises(ConfigError, match="there is no flow"):
        make_agent(UUID(int=7), kind="flow", flow="boking")


async def test_an_engine_that_does_not_speak_an_agents_language_is_a_finding(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    await shop.row(stt=["one"], tts=["high"], language="de")
    found = [finding for finding in shop.speech.findings() if finding.name == "agent demo"]
    assert [finding.detail for finding in found] == [
        "no engine for stt speaks de, one is used all the same",
        "no engine for tts speaks de, high is used all the same",
    ]
    assert not any(finding.ok or finding.fatal for finding in found)
    await shop.row(stt=["one"], tts=["high"], language="en-gb")
    assert not [finding for finding in shop.speech.findings() if finding.name == "agent demo"]
    await shop.engines.stop()


async def test_a_language_that_calls_cannot_go_on_in_is_a_finding_and_no_fault(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    await shop.row(kind="llm", flow="", llm=["wise"], assistant={"languages": ["en-gb", "de"]})
    found = [finding for finding in shop.speech.findings() if finding.name == "agent demo"]
    assert [finding.detail for finding in found] == [
        "its calls cannot go on in de: no engine for stt and none for tts speaks it"
    ]
    assert not any(finding.ok or finding.fatal for finding in found)
    row = shop.agent("demo")
    assert row is not None
    speech = shop.speech.begin(row)
    assert speech.hears("en") and speech.speaks("en-gb")
    assert not speech.hears("de") and not speech.speaks("de")
    await shop.engines.stop()


class SlowTts(FakeTts):
    """Takes as long to start as the test wants; keeps which voices were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded = asyncio.Event()
        self.trouble = ""

    async def start(self) -> None:
        await self.loaded.wait()
        if self.trouble:
            raise EngineError(self.trouble)


class SlowLlm(FakeLlm):
    """Likewise."""

    def __init__(self, *answers: Any) -> None:
        super().__init__(*answers)
        self.loaded = asyncio.Event()

    async def start(self) -> None:
        await self.loaded.wait()


def known_llm(name: str, llm: Llm) -> EngineEntry:
    manifest = Manifest(name, Kind.LLM, "thinks", ("*",), "none")
    return EngineEntry(manifest, lambda: Readiness(True), lambda _: llm)


class Shop:
    """A server of lists whose rows can be changed: recognisers one and two, voices high, low and slow."""

    def __init__(self, folder: Path, tts: tuple[str, ...] = ("high",)) -> None:
        self.one, self.two = FakeStt(), FakeStt()
        self.high, self.low, self.slow = FakeTts(), FakeTts(), SlowTts()
        self.wise = FakeLlm((LlmText("I think so."),))
        known = shelf(
            {"one": self.one, "two": self.two},
            {"high": self.high, "low": self.low, "slow": self.slow},
            {"wise": self.wise},
        )
        self.engines = Engines(known)
        settings = EnginesSettings(stt=("one",), tts=tts, voice="soprano", language="en-us")
        self.bench = Bench(folder, self)
        refused = self.bench.metrics.calls_refused.labels("engines")
        self.speech = Speech(self.engines, settings, refused.inc)
        self.bench.makers.update(makers(self.speech, OwnCode()))
        self.table = RouteTable()

    def resolve(self, dialled: str, now: Any) -> Resolution:
        return self.table.resolve(dialled, now)

    def agent(self, name: str) -> AgentSpec | None:
        return self.table.agent(name)

    async def row(self, *, settle: bool = True, **row: Any) -> None:
        """The agent's row is this from now on."""
        rows = [agent("demo", **({"kind": "flow", "flow": "booking"} | row)), agent("echo")]
        self.table = RouteTable(rows, [route("demo", "demo"), route("echo", "echo")], {"ann"}, fault)
        self.speech.follow(self.table.agents.values())
        if settle:
            await self.engines.settle()

    async def call(self, name: str, to: str = "demo") -> Line:
        """Somebody calls and speaks."""
        line = Line(name, 6000)
        await self.bench.dial(line, to)
        await self.bench.ticks(10)
        return line

    @property
    def refusals(self) -> float:
        value = self.bench.metrics.registry.get_sample_value(
            "voiceforge_calls_refused_total", {"reason": "engines"}
        )
        return value or 0.0

    def wrong(self) -> dict[str, tuple[str, str]]:
        return {f.name: (f.detail, f.mend) for f in self.speech.findings() if not f.ok}


@pytest.fixture
async def shop(tmp_path: Path) -> Any:
    shop = Shop(tmp_path)
    yield shop
    await shop.bench.board.close()
    await shop.bench.recorder.close()
    await shop.engines.stop()


async def test_a_changed_row_gives_the_next_call_its_engines_and_the_running_one_keeps_its_own(
    shop: Shop,
) -> None:
    shop.two.manifest = replace(shop.two.manifest, languages=("*",))
    await shop.row()
    await shop.call("ann")
    (ann,) = shop.one.utterances
    heard, said = len(ann.frames), len(shop.high.spoken)
    assert said
    await shop.row(stt=["two"], tts=["low"], language="de", voice="bass")
    await shop.call("bob")
    assert [session.language for session in (*shop.one.sessions, *shop.two.sessions)] == ["en-us", "de"]
    assert (set(shop.high.voices), set(shop.low.voices)) == ({"soprano"}, {"bass"})
    assert len(shop.high.spoken) == said, "the second call has the new voice"
    assert len(ann.frames) > heard, "the first one is heard as it began"


async def test_a_call_is_told_which_of_its_rows_engines_cannot_be_had(shop: Shop) -> None:
    await shop.row(stt=["oen", "one"], tts=["low"])
    await shop.call("ann")
    happened = [each for each in shop.bench.sink.records if isinstance(each, EventHappened)]
    (failed,) = [each.data for each in happened if each.kind == "engine_failed"]
    assert failed["engine"] == "stt" and failed["reason"].startswith("oen: there is no engine 'oen'")
    assert failed["reason"].endswith("; one takes over")
    (lease,) = shop.engines._leases
    assert {place.name for place in lease.places} == {"one", "low"}


async def test_a_call_is_told_which_of_its_rows_voices_does_not_speak_its_language(shop: Shop) -> None:
    shop.low.manifest = replace(shop.low.manifest, languages=("de",))
    shop.two.manifest = replace(shop.two.manifest, languages=("de",))
    await shop.row(stt=["two"], tts=["high", "low"], language="de")
    await shop.call("ann")
    happened = [each for each in shop.bench.sink.records if isinstance(each, EventHappened)]
    (failed,) = [each.data for each in happened if each.kind == "engine_failed"]
    assert failed == {"engine": "tts", "reason": "high: it does not speak de; low takes over"}
    assert shop.low.spoken and not shop.high.spoken


async def test_engines_of_the_settings_may_be_there_for_other_languages(tmp_path: Path) -> None:
    shop = Shop(tmp_path, tts=("high", "low"))
    shop.low.manifest = replace(shop.low.manifest, languages=("de",))
    shop.one.manifest = replace(shop.one.manifest, languages=("*",))
    await shop.row(language="de")
    row = shop.agent("demo")
    assert row is not None
    speech = shop.speech.begin(row)
    assert speech.absent == ()
    assert speech.passed_over("en") == []
    nobody = [("tts", "none for tts speaks fr: high is used all the same")]
    assert [speech.passed_over("fr"), speech.passed_over("fr")] == [nobody, []]
    await shop.row(tts=["low", "high"], language="de")
    row = shop.agent("demo")
    assert row is not None
    own = shop.speech.begin(row)
    passed = [("tts", "low: it does not speak en; high takes over")]
    assert own.absent == () and own.passed_over("de") == []
    assert [own.passed_over("en"), own.passed_over("en")] == [passed, []]
    await shop.engines.stop()


async def test_a_call_in_a_language_that_nobody_speaks_is_told_so_and_goes_on(shop: Shop) -> None:
    await shop.row(language="de", stt=["one"])
    await shop.call("ann")
    happened = [each for each in shop.bench.sink.records if isinstance(each, EventHappened)]
    assert [each.data for each in happened if each.kind == "engine_failed"] == [
        {"engine": "stt", "reason": "none for stt speaks de: one is used all the same"},
        {"engine": "tts", "reason": "none for tts speaks de: high is used all the same"},
    ]
    assert set(shop.high.languages) == {"en"}
    assert [session.language for session in shop.one.sessions] == ["en"]


async def test_the_settings_voice_is_not_asked_of_engines_that_a_row_names(shop: Shop) -> None:
    await shop.row(tts=["low"])
    await shop.call("ann")
    assert set(shop.low.voices) == {""}


async def test_only_what_rows_name_is_started(shop: Shop) -> None:
    await shop.row(stt=["two"])
    assert [state.name for state in shop.engines.states] == ["two", "high"]
    await shop.row(kind="echo", flow="")
    assert [finding.ok for finding in shop.speech.findings()] == [True, True]


async def test_while_an_engine_is_being_started_calls_use_the_next_or_are_told_so(shop: Shop) -> None:
    await shop.row(tts=["low"])
    await shop.row(tts=["slow", "low"], settle=False)
    await shop.call("ann")
    assert shop.low.spoken and not shop.slow.spoken
    await shop.row(tts=["slow"], settle=False)
    bob = await shop.call("bob")
    assert bob.termination is not None and bob.termination.code == 503
    assert "demo cannot answer: the engine slow is being started" in bob.termination.detail
    assert shop.refusals == 1
    shop.slow.loaded.set()
    await shop.engines.settle()
    await shop.call("carl")
    assert shop.slow.spoken


async def test_a_model_that_is_being_started_refuses_nobody_who_calls_an_assistant(shop: Shop) -> None:
    slow = SlowLlm((LlmText("I think so."),))
    shop.engines._registry.add(known_llm("late", slow))
    await shop.row(kind="llm", flow="", llm=["late"], settle=False)
    await shop.engines.settle(without=(Kind.LLM,))
    spec = shop.agent("demo")
    assert spec is not None
    with pytest.raises(CallError, match="late is being started"):
        shop.speech.begin(spec)  # nobody is called for an agent that cannot talk yet
    equipment = shop.speech.begin(spec, waits=True)
    assert equipment.llm is not None and equipment.llm_starting is not None
    waiting = asyncio.ensure_future(equipment.llm_starting())
    slow.loaded.set()
    await waiting
    assert shop.speech.begin(spec, waits=True).llm_starting is None


async def test_without_its_engines_an_agent_refuses_in_words_and_others_answer(shop: Shop) -> None:
    shop.slow.trouble = "it has no tongue; give it one"
    shop.slow.loaded.set()
    await shop.row(stt=["onne"], tts=["slow"])
    ann = await shop.call("ann")
    assert ann.termination is not None and ann.termination.code == 480
    assert "the agent demo cannot answer: there is no engine 'onne': did you mean 'one'?" in (
        ann.termination.detail
    )
    assert shop.refusals == 1
    echo = await shop.call("bob", "echo")
    assert echo.termination is None and "answer" in echo.steps
    wrong = shop.wrong()
    assert set(wrong) == {"speech recognition", "speech synthesis", "engine onne", "engine slow"}
    assert wrong["engine slow"][0] == "it has no tongue; give it one"
    assert "rows of demo" in wrong["engine onne"][1]


async def test_one_engine_of_a_list_is_enough(shop: Shop) -> None:
    await shop.row(stt=["onne", "two"], tts=["low"])
    ann = await shop.call("ann")
    assert ann.termination is None and len(shop.two.sessions) == 1
    assert set(shop.wrong()) == {"engine onne"}
    assert not any(finding.fatal for finding in shop.speech.findings())


class Thinker:
    """An agent in Python that says what its model says."""

    def __init__(self, llm: Llm, prompt: str) -> None:
        self._llm = llm
        self._prompt = prompt

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        async for event in self._llm.stream([LlmMessage("system", self._prompt)]):
            if isinstance(event, LlmText):
                yield Say(event.text)

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()


async def test_an_agent_in_python_thinks_with_the_model_that_its_row_names(shop: Shop) -> None:
    entry = f"{__name__}:Thinker"
    await shop.row(kind="python", flow="", entry=entry, llm=["wise"], prompt="Be brief.")
    await shop.call("ann")
    assert [messages[0].content for messages, _ in shop.wise.asked[:1]] == ["Be brief."]
    assert shop.high.spoken[0] == "I think so."
    await shop.row(kind="python", flow="", entry=entry, llm=["wize"])
    bob = await shop.call("bob")
    assert bob.termination is not None and bob.termination.code == 480
    assert "there is no engine 'wize': did you mean 'wise'?" in bob.termination.detail


async def test_a_row_sets_how_long_the_caller_is_waited_for(shop: Shop) -> None:
    """The recogniser is asked for its final after so much silence."""
    asked = []
    for suspect_ms, name in ((100, "ann"), (600, "bob")):
        await shop.row(turn={"suspect_ms": suspect_ms})
        line = await shop.call(name)
        spoken = shop.one.utterances[-1]
        line.level, ticks = 0, 0
        while "flush" not in spoken.told:
            await shop.bench.ticks(1)
            ticks += 1
            assert ticks < 100
        asked.append(20 * ticks)
    assert asked[1] - asked[0] == 500


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"turn": {"suspect": 100}}, "unknown key 'suspect'; the nearest known one is 'suspect_ms'"),
        ({"flow": "boking"}, "there is no flow 'boking': did you mean 'booking'?"),
    ],
)
async def test_a_row_that_makes_no_sense_refuses_in_words(shop: Shop, row: dict[str, Any], says: str) -> None:
    await shop.row(**row)
    ann = await shop.call("ann")
    assert ann.termination is not None and ann.termination.code == 480
    assert says in ann.termination.detail


async def test_nobody_is_called_for_an_agent_that_cannot_talk(shop: Shop) -> None:
    phones = Lines(ann=Line("ann"))
    shop.bench.board.carriers = [phones]
    await shop.row(stt=["onne"])
    with pytest.raises(CallError, match="the agent demo cannot answer: there is no engine 'onne'") as refused:
        shop.bench.board.place("ann", "demo")
    assert refused.value.code == 480
    await shop.bench.settle()
    assert phones.placed == []


def test_a_keys_agent_of_before_does_not_answer_with_what_is_the_operators() -> None:
    theirs = AgentSpec(UUID(int=1), "front", 1, "llm", owner=UUID(int=7), tools=("knowledge/manuals",))
    assert "operator alone" in fault(theirs)
    assert fault(theirs, shared=SharedSettings(knowledge=("manuals",))) == ""
    assert fault(replace(theirs, owner=None)) == ""
    assert "operator alone" in fault(replace(theirs, kind="python", tools=(), entry="os:system"))


async def test_what_is_made_beforehand_is_what_a_call_would_hear(shop: Shop) -> None:
    """Of each agent whose voices are ours: its engines, voice and language, its own words and its flow's."""

    def fixed() -> dict[str, FixedSentence]:
        return {each.written: each for each in shop.speech.fixed(lambda flow: [f"A {flow}."] if flow else [])}

    own: dict[str, Any] = {"tts": ["low"], "voice": "bass", "language": "en-gb"}
    greeting = {"greeting": "Grand Hotel. How may I help?"}
    await shop.row(kind="llm", flow="", llm=["wise"], assistant=greeting, **own)
    first = fixed()["Grand Hotel."]
    assert (first.voice, first.language, first.engines) == ("bass", "en-gb", ("low",))
    assert fixed()["How may I help?"].tts is shop.engines.tts(["low"])
    await shop.row(flow="booking")
    assert "A booking." in fixed() and "Grand Hotel." not in fixed()
