"""The tools of an agent whose model hears and speaks by itself: the same as an assistant's, and the same
consent; the test is the model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from cli.serving.assistants import with_texts
from cli.serving.realtime_errands import Errands
from mediaserver.calls.call_texts import TextRules
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.texting import TextRefusedError, TextWhy
from pipelines.assistant.settings import AssistantSettings
from pipelines.tools.protocols import Tool, ToolContext
from pipelines.tools.toolbox import ToolBox
from tests.mediaserver.calls.test_call_texts import ANN, Texts
from tests.pipelines.speech_to_speech.calling import ModelCall

CONTEXT = ToolContext(uuid4(), ANN, "en", {})
NUMBER = {"type": "object", "properties": {"number": {"type": "string"}}}
QUESTION = "Shall I cancel the order 42 for you?"


class Controls:
    """CallControls of a call that is handed over to nobody."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nobody wants {name}")


class Desk:
    """A call with one order to cancel, and texts."""

    def __init__(self, rules: TextRules = TextRules(), number: str = ANN, prompt: str = "") -> None:  # noqa: B008
        self.texts = Texts(number, rules)
        self.cancelled: list[Mapping[str, Any]] = []
        self.slow = asyncio.Event()
        self.slow.set()
        self.late: list[tuple[str, dict[str, Any]]] = []

        async def cancel(arguments: Mapping[str, Any], context: ToolContext) -> str:
            await self.slow.wait()
            self.cancelled.append(arguments)
            return "cancelled"

        tool = Tool(
            "cancel_order", "Cancels an order.", NUMBER, cancel,
            confirm="Shall I cancel the order {number} for you?", interruptible=False,
        )  # fmt: skip
        agent = AgentSpec(uuid4(), "shop", 1, "realtime", prompt=prompt, assistant={"sms": True})
        box = with_texts(ToolBox([tool]), agent, self.texts.call, number, self.texts.of_calls)
        self.errands = Errands(
            box, box.offered, AssistantSettings(), Controls(), CONTEXT,
            lambda kind, **data: self.late.append((kind, data)),
        )  # fmt: skip
        self.on = ModelCall(run_tool=self.errands.run, minds_words=self.errands.consent)
        self.on.tick(20)
        self.on.model.ready()
        self._calls = 0

    async def asks_for(self, name: str, **arguments: Any) -> str:
        """The model calls a tool; what it is told."""
        self._calls += 1
        self.on.model.calls(name, json.dumps(arguments), f"call-{self._calls}")
        await self.on.settle(200)
        items = [event["item"] for event in self.on.model.sent("conversation.item.create")]
        told = {item.get("call_id"): item.get("output", "") for item in items}
        return str(told.get(f"call-{self._calls}", "nothing yet"))

    async def says(self, text: str, item: str, ms: int = 400) -> None:
        """The model says something, and it is heard to its end."""
        self.on.model.says(text, ms, item)
        await self.on.settle(ms + 400)

    async def hears(self, text: str, item: str) -> None:
        self.on.model.hears(text, item)
        await self.on.settle(100)


async def test_a_tool_that_wants_consent_runs_after_the_question_and_a_clear_yes() -> None:
    desk = Desk()
    told = await desk.asks_for("cancel_order", number="42")
    assert told.startswith("Not run") and QUESTION in told and desk.cancelled == []
    await desk.says(QUESTION, "question")
    await desk.hears("yes please", "u1")
    assert "cancelled" in await desk.asks_for("cancel_order", number="42")
    assert desk.cancelled == [{"number": "42"}]
    told = await desk.asks_for("cancel_order", number="42")
    assert told.startswith("Not run") and len(desk.cancelled) == 1, "a yes counts once"


async def test_a_model_that_says_that_it_was_allowed_is_not_believed() -> None:
    desk = Desk()
    await desk.asks_for("cancel_order", number="42")
    assert "has not heard the question" in await desk.asks_for("cancel_order", number="42")
    await desk.says("Do you like our shop?", "another")
    await desk.hears("yes", "u1")
    assert "has not heard the question" in await desk.asks_for("cancel_order", number="42")
    await desk.says(QUESTION, "question")
    assert "not clearly said yes" in await desk.asks_for("cancel_order", number="42")
    await desk.says(QUESTION, "again")
    await desk.hears("no leave it", "u2")
    assert "not clearly said yes" in await desk.asks_for("cancel_order", number="42")
    assert desk.cancelled == []


async def test_a_yes_to_one_order_is_none_to_another() -> None:
    desk = Desk()
    await desk.asks_for("cancel_order", number="42")
    await desk.says(QUESTION, "question")
    await desk.hears("yes", "u1")
    assert "asked first" in await desk.asks_for("cancel_order", number="43")
    assert desk.cancelled == []


async def test_the_yes_may_be_written_down_after_the_model_has_called() -> None:
    desk = Desk()
    await desk.asks_for("cancel_order", number="42")
    await desk.says(QUESTION, "question")
    desk.on.model.tells("input_audio_buffer.speech_started", item_id="u", audio_start_ms=100)
    desk.on.model.tells("input_audio_buffer.speech_stopped", item_id="u", audio_end_ms=300)
    assert await desk.asks_for("cancel_order", number="42") == "nothing yet"
    words = "conversation.item.input_audio_transcription.completed"
    desk.on.model.tells(words, item_id="u", transcript="Yes.")
    await desk.on.settle(100)
    assert desk.cancelled == [{"number": "42"}]


async def test_what_must_not_be_cut_off_ends_after_the_call_and_stands_in_its_record() -> None:
    desk = Desk()
    await desk.asks_for("cancel_order", number="42")
    await desk.says(QUESTION, "question")
    await desk.hears("yes", "u1")
    desk.slow.clear()
    assert await desk.asks_for("cancel_order", number="42") == "nothing yet"
    desk.on.end()
    await asyncio.sleep(0)
    desk.slow.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert desk.cancelled == [{"number": "42"}]
    ((kind, data),) = desk.late
    assert (kind, data["name"], data["ok"], data["late"]) == ("tool", "cancel_order", True, True)


async def test_a_link_goes_to_the_caller_and_the_model_hears_that_it_went() -> None:
    desk = Desk()
    assert "sent to the caller" in await desk.asks_for("send_sms", text="https://example.com/42")
    (order,) = desk.texts.sender.orders
    assert (order.to, order.text) == (ANN, "https://example.com/42")


async def test_a_text_that_is_not_sent_is_told_with_its_reason() -> None:
    desk = Desk(TextRules(per_call=1))
    desk.texts.sender.refuses = TextRefusedError("this person wants no texts", TextWhy.OPTED_OUT)
    assert "not sent (opted out)" in await desk.asks_for("send_sms", text="the link")
    assert "not sent (not allowed)" in await desk.asks_for("send_sms", text="the link again")
    assert len(desk.texts.sender.orders) == 1
    assert "not sent (no number)" in await Desk(number="").asks_for("send_sms", text="the link")


async def test_no_words_of_a_caller_turn_a_text_to_another_number() -> None:
    desk = Desk()
    await desk.asks_for("send_sms", text="hello", to="+449012345678", number="+449012345678")
    assert [order.to for order in desk.texts.sender.orders] in ([], [ANN])


async def test_what_is_secret_stands_in_no_text() -> None:
    secret = "the code of the door is nine four one seven"
    desk = Desk(prompt=f"You are a shop. <secret>{secret}</secret>")
    assert "secret" in await desk.asks_for("send_sms", text=secret)
    assert desk.texts.sender.orders == []


async def test_a_text_that_is_on_its_way_when_the_caller_hangs_up_is_kept() -> None:
    desk = Desk()
    desk.texts.sender.open.clear()
    assert await desk.asks_for("send_sms", text="the link") == "nothing yet"
    desk.on.end()
    desk.texts.sender.open.set()
    for _ in range(8):
        await asyncio.sleep(0)
    assert [kind for kind, _ in desk.texts.kept()] == ["text_sent"]
    assert [data["name"] for _, data in desk.late] == ["send_sms"]
