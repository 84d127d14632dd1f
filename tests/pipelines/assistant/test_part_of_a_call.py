"""An assistant that has but a part of a call: it leaves by the tools of whoever gave it the part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from mediaserver.errors import EngineError
from pipelines.assistant.agent import Assistant
from pipelines.assistant.calling import Calling
from pipelines.assistant.part import WhyOver
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, End, Say, Silence, Utterance
from pipelines.engines.protocols import LlmTool, LlmToolCall
from pipelines.tools.toolbox import ToolBox
from tests.fakes import CALL_ID, FakeLlm
from tests.pipelines.assistant.talking import Kit, call, text


class Desk:
    """A PartOfCall with one exit, which wants a name."""

    rule = "When you have the name, call done."
    begins = "You take over."

    def __init__(self) -> None:
        schema = {"type": "object", "properties": {"who": {"type": "string"}}}
        self.tools = (LlmTool("done", "Leave.", schema),)
        self.name = ""
        self.may_end: list[bool] = []
        self.given_up: tuple[str, str] | None = None

    def called(self, call: LlmToolCall, *, may_end: bool) -> str:
        self.may_end.append(may_end)
        if may_end:
            self.name = str(call.arguments.get("who", ""))
        return "gone" if self.name else "error: ask for the name first"

    @property
    def over(self) -> bool:
        return bool(self.name or self.given_up)

    def gave_up(self, why: WhyOver, detail: str) -> None:
        self.given_up = (why, detail)


def part(llm: FakeLlm, desk: Desk, *kits: Kit) -> Assistant:
    box = ToolBox(kit.tool for kit in kits)
    return Assistant("desk", llm, Calling(CALL_ID), prompt="Ask for the name.", box=box, part=desk)


async def acts(agent: Assistant, *inputs: AgentInput) -> list[Act]:
    found = list[Act]()
    for line, said in enumerate(inputs):
        answer: AsyncIterator[Act] = agent.respond(said, Context(CALL_ID, line))
        found += [act async for act in answer]
    return found


def words(found: list[Act]) -> str:
    return " ".join(act.text for act in found if isinstance(act, Say))


async def test_the_model_begins_and_leaves_by_the_tools_of_its_part_without_another_round() -> None:
    llm = FakeLlm(text("Who are you?"), [*text("Thank you."), call("done", who="Ann")])
    desk = Desk()
    found = await acts(part(llm, desk), Answered(), Utterance("Ann"))
    assert words(found) == "Who are you? Thank you." and desk.name == "Ann"
    assert len(llm.asked) == 2
    messages, tools = llm.asked[0][0], {tool.name for tool in llm.asked[0][1]}
    assert "done" in tools and not tools & {"end_call", "transfer"}
    assert desk.rule in messages[0].content and "end the call" not in messages[0].content
    assert messages[-1].content.endswith("[You take over.]")


async def test_nothing_need_be_said_by_who_leaves_and_who_may_not_yet_goes_on() -> None:
    llm = FakeLlm([call("done")], text("What is your name?"), [call("done", who="Ann")])
    desk = Desk()
    found = await acts(part(llm, desk), Answered(), Utterance("Ann"))
    assert words(found) == "What is your name?" and desk.name == "Ann"


async def test_an_exit_beside_a_tool_that_went_wrong_does_not_count() -> None:
    kit = Kit()
    kit.gives = RuntimeError("no")
    llm = FakeLlm([call("look_up", "c1"), call("done", "c2", who="Ann")], text("It did not work."))
    desk = Desk()
    await acts(part(llm, desk, kit), Utterance("I am Ann"))
    assert desk.may_end == [False] and not desk.over


async def test_a_tool_of_the_server_does_not_take_the_place_of_an_exit() -> None:
    kit = Kit("done")
    llm = FakeLlm([call("done", who="Ann")])
    desk = Desk()
    await acts(part(llm, desk, kit), Utterance("Ann"))
    assert desk.name == "Ann" and not kit.ran
    assert [tool.name for tool in llm.asked[0][1]].count("done") == 1


async def test_a_model_that_fails_twice_is_given_up_without_a_goodbye() -> None:
    failing: list[Any] = [EngineError("away")]
    desk = Desk()
    found = await acts(part(FakeLlm(failing, failing), desk), Answered(), Utterance("hello"))
    assert desk.given_up is not None and desk.given_up[0] == "model" and "away" in desk.given_up[1]
    assert words(found).count("Sorry") == 1 and not any(isinstance(act, End) for act in found)


async def test_a_caller_who_says_nothing_more_is_given_back() -> None:
    desk = Desk()
    answers = [text("Hello?")] * 4
    found = await acts(part(FakeLlm(*answers), desk), Answered(), *[Silence()] * 4)
    assert desk.given_up == ("silence", "the caller says nothing more")
    assert not any(isinstance(act, End) for act in found)
