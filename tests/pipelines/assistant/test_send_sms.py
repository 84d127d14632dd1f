"""Texts that a model sends its caller, and what it learns of who has picked up."""

from __future__ import annotations

from typing import Any

import pytest

from mediaserver.calls.texting import TextRefusedError, TextTaken, TextWhy
from mediaserver.media.answered_by import AnsweredBy
from pipelines.assistant.agent import Assistant
from pipelines.assistant.send_sms import SEND_SMS, sms_tool
from pipelines.assistant.settings import AssistantSettings
from pipelines.conversation.agent import Act, AgentInput, Context, Transfer, Utterance
from pipelines.engines.protocols import LlmToolCall
from pipelines.tools.protocols import ToolContext
from pipelines.tools.toolbox import ToolBox, ToolOutcome
from tests.fakes import CALL_ID, FakeLlm
from tests.pipelines.assistant.talking import assistant, call, text

SECRET = "the code of the back door is seven four nine one"


async def acts(agent: Assistant, said: AgentInput, line: int) -> list[Act]:
    return [act async for act in agent.respond(said, Context(CALL_ID, line))]


class Sends:
    def __init__(self, refuses: TextRefusedError | None = None) -> None:
        self.sent: list[str] = []
        self.refuses = refuses

    async def __call__(self, words: str) -> TextTaken:
        if self.refuses is not None:
            raise self.refuses
        self.sent.append(words)
        return TextTaken("1")


async def ran(sends: Sends, **arguments: Any) -> ToolOutcome:
    box = ToolBox([sms_tool(sends, (SECRET,))])
    context = ToolContext(CALL_ID, "+15550100", "en", {})
    return await box.run(LlmToolCall("1", SEND_SMS, arguments), context)


async def test_a_text_goes_to_the_caller_and_the_model_is_told_so() -> None:
    sends = Sends()
    outcome = await ran(sends, text="https://example.com/t/7")
    assert outcome.ok and sends.sent == ["https://example.com/t/7"]


async def test_a_model_names_no_number() -> None:
    sends = Sends()
    outcome = await ran(sends, text="hello", to="+900123456")
    assert "to" not in sms_tool(sends).parameters["properties"]
    assert sends.sent in ([], ["hello"]) and "+900" not in outcome.text


@pytest.mark.parametrize("given", [{}, {"text": "  "}, {"text": 7}])
async def test_no_words_are_no_text(given: dict[str, Any]) -> None:
    sends = Sends()
    assert not (await ran(sends, **given)).ok and sends.sent == []


async def test_why_it_was_not_sent_is_told_to_the_model() -> None:
    outcome = await ran(Sends(TextRefusedError("they sent STOP", TextWhy.OPTED_OUT)), text="hello")
    assert not outcome.ok and "not sent (opted out): they sent STOP" in outcome.text


async def test_what_is_secret_is_in_no_text() -> None:
    sends = Sends()
    outcome = await ran(sends, text=f"Here it is: {SECRET}.")
    assert not outcome.ok and "secret" in outcome.text and sends.sent == []


async def test_the_model_is_told_who_has_picked_up_with_what_comes_next() -> None:
    llm = FakeLlm(text("Hello."), text("Yes."))
    agent = assistant(llm)
    assert agent.who_answered(AnsweredBy.MACHINE) is False, "nothing that is said is dropped for it"
    await acts(agent, Utterance("you have reached ann"), 1)
    await acts(agent, Utterance("hello"), 2)
    first, second = (str(asked[0]) for asked in llm.asked)
    assert "An answering machine has picked up" in first
    assert second.count("An answering machine has picked up") == 1


async def test_a_row_may_want_its_callers_handed_over_by_their_provider() -> None:
    agent = assistant(FakeLlm([call("transfer", to="Ann")]), transfers={"Ann": "101"}, away=True)
    made = await acts(agent, Utterance("a person"), 1)
    assert made[-1] == Transfer("101", away=True)


@pytest.mark.parametrize("wrong", [{"sms": "yes"}, {"away": 1}, {"voicemail": 7}, {"voicemail": "<speak>x"}])
def test_a_row_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="its assistant"):
        AssistantSettings.of(wrong)
