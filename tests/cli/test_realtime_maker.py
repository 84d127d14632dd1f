"""What an agent of kind "realtime" is made with: its tools by the same box as an assistant's, and who answers
for it in writing."""

from __future__ import annotations

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
from mediaserver.errors import CallError, ConfigError
from mediaserver.media.leg import Ended, EndedBy, Termination, Why
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.settings.speech_to_speech import SpeechModelSettings
from pipelines.tools.protocols import Tool
from pipelines.tools.toolbox import ToolBox
from tests.fakes import FakeOutlet, FakeStt, FakeTts
from tests.mediaserver.calls.bench import Kept
from tests.pipelines.speech_to_speech.realtime_server import KEY, serving


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


def maker(model: SpeechModelSettings | None = None, written: WrittenMaker | None = None) -> RealtimeMaker:
    equipment = Equipment(FakeStt(), FakeTts(), None, "", "en")
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
