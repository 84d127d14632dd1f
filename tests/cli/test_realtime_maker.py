"""What an agent of kind "realtime" is made with: its tools by the same box as an assistant's, and who answers
for it in writing."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from cli.serving.speech import Equipment
from cli.serving.speech_to_speech import RealtimeMaker
from mediaserver.calls.call import Call
from mediaserver.calls.call_texts import TextRules, TextsOfCalls
from mediaserver.calls.events import EventBus
from mediaserver.calls.protocols import Talker, WrittenMaker
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.warm import Back, Briefing, BriefingVerdict
from mediaserver.errors import CallError, ConfigError
from mediaserver.media.leg import Ended, EndedBy, Termination, Why
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.settings.speech_to_speech import SpeechModelSettings
from pipelines.tools.protocols import Tool
from pipelines.tools.toolbox import ToolBox
from tests.fakes import FakeOutlet, FakeStt, FakeTts
from tests.mediaserver.calls.bench import Kept
from tests.pipelines.speech_to_speech.realtime_server import KEY, RealtimeStandIn, serving


async def cancelled(arguments: Any, context: Any) -> str:
    return "cancelled"


CANCEL = Tool("cancel", "Cancels.", {"type": "object"}, cancelled, confirm="Shall I cancel it?")


class Writers:
    """A WrittenMaker."""

    def __init__(self, error: Exception | None = None) -> None:
        self.made: list[AgentSpec] = []
        self._error = error

    def make_written(self, agent: AgentSpec, call: Call, controls: Any) -> Talker:
        self.made.append(agent)
        if self._error is not None:
            raise self._error
        app: Any = None
        return Talker(app, words_only=True)


def maker(
    model: SpeechModelSettings | None = None,
    written: WrittenMaker | None = None,
    tts: FakeTts | None = None,
) -> RealtimeMaker:
    equipment = Equipment(FakeStt(), tts or FakeTts(), None, "", "en")
    speech: Any = SimpleNamespace(begin=lambda agent, counter=None: equipment)
    tools: Any = SimpleNamespace(box=lambda names: ToolBox([CANCEL]))
    insight: Any = SimpleNamespace(begin=lambda agent, call, language: None)
    texts = TextsOfCalls(TextRules())
    models = {} if model is None else {"here": model}
    return RealtimeMaker(models, speech, tools, lambda: None, insight, NumberPlan(), None, texts, written)


def spec(**row: Any) -> AgentSpec:
    return AgentSpec(UUID(int=9), "front", 1, "realtime", prompt="Be short.", **row)


def a_call() -> Call:
    return Call(UUID(int=1), "inbound", "sip:+15550100@h", "b", "front", Kept(), EventBus())


@pytest.mark.parametrize(
    ("transcription", "assistant", "offered"),
    [
        ("whisper-1", {"sms": True}, {"cancel", "send_sms", "end_call"}),
        ("whisper-1", {}, {"cancel", "end_call"}),
        ("", {"sms": True}, {"send_sms", "end_call"}),  # nobody would know of a yes
    ],
)
async def test_the_model_is_offered_what_an_assistant_is(
    monkeypatch: pytest.MonkeyPatch, transcription: str, assistant: dict[str, Any], offered: set[str]
) -> None:
    monkeypatch.setenv("SHOP_KEY", KEY)
    controls: Any = SimpleNamespace(hang_up=lambda why: None)
    async with serving() as server:
        url = server.url.partition("?")[0]
        model = SpeechModelSettings(
            url=url, model="test", api_key_env="SHOP_KEY", transcription=transcription
        )
        leg: Any = FakeOutlet(lambda: 0)
        talker = maker(model).make(spec(assistant=assistant), a_call(), leg, controls)
        await server.until(lambda: bool(server.sent("session.update")))
        talker.app.on_event(Ended(Termination(EndedBy.PEER, Why.HANGUP)))
    assert {tool["name"] for tool in server.sent("session.update")[0]["session"]["tools"]} == offered


async def test_in_writing_a_language_model_of_the_settings_answers_with_the_same_row() -> None:
    writers = Writers()
    controls: Any = SimpleNamespace()
    made = maker(written=writers)
    assert isinstance(made, WrittenMaker)
    row = spec(llm=("here",), assistant={"sms": True})
    made.make_written(row, a_call(), controls)
    (asked,) = writers.made
    assert (asked.kind, asked.llm, asked.prompt, asked.assistant) == ("llm", (), row.prompt, row.assistant)


async def test_where_there_is_none_the_reason_is_told() -> None:
    controls: Any = SimpleNamespace()
    with pytest.raises(CallError, match="only speaks.*engines.llm.*there is none"):
        maker(written=Writers(ConfigError("there is none"))).make_written(spec(), a_call(), controls)
    with pytest.raises(CallError, match="only speaks"):
        maker().make_written(spec(), a_call(), controls)


async def a_talker(server: RealtimeStandIn, monkeypatch: pytest.MonkeyPatch, tts: FakeTts) -> Talker:
    monkeypatch.setenv("SHOP_KEY", KEY)
    controls: Any = SimpleNamespace(hang_up=lambda why: None)
    model = SpeechModelSettings(url=server.url.partition("?")[0], model="test", api_key_env="SHOP_KEY")
    leg: Any = FakeOutlet(lambda: 0)
    return maker(model, tts=tts).make(spec(), a_call(), leg, controls)


async def test_whoever_is_to_take_the_call_is_told_what_it_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    tts = FakeTts()
    async with serving() as server:
        talker = await a_talker(server, monkeypatch, tts)
        assert talker.brief is not None
        leg: Any = FakeOutlet(lambda: 0)
        verdicts: list[BriefingVerdict] = []
        briefing = Briefing("Ann wants a room for two.", "key", 20.0, verdicts.append)
        beside = talker.brief(leg, briefing)
        t = 0
        for _ in range(100):
            beside.app.next_frame(t)
            t += FRAME_SAMPLES
            await asyncio.sleep(0)
        assert any("room for two" in text for text in tts.spoken)
        for app in (talker.app, beside.app):
            app.on_event(Ended(Termination(EndedBy.PEER, Why.HANGUP)))


async def test_the_model_hears_why_the_caller_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as server:
        talker = await a_talker(server, monkeypatch, FakeTts())
        await server.until(lambda: bool(server.sent("session.update")))
        assert talker.returned is not None
        talker.returned(Back.BUSY, "200", "it is busy there")
        await server.until(lambda: bool(server.sent("conversation.item.create")))
        talker.app.on_event(Ended(Termination(EndedBy.PEER, Why.HANGUP)))
    (item,) = server.sent("conversation.item.create")
    text = item["item"]["content"][0]["text"]
    assert "200" in text and str(Back.BUSY) in text and "it is busy there" in text
