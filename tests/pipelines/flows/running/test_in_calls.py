"""Flows in whole sessions on a fake clock: words, keys, messages, waiting, and what is kept of them."""

from __future__ import annotations

from typing import Any

from mediaserver.storage.records import EventHappened, OutcomeMade
from pipelines.flows.running.agent import flow_agent
from pipelines.flows.work.listen import ListenWorker
from pipelines.flows.work.record import RecordWorker
from pipelines.flows.work.wait import WaitWorker
from pipelines.flows.working import FlowWorker, ListenWork, RecordWork, WaitWork, Work
from tests.fakes import CALL_ID, Conversation
from tests.pipelines.conversation.shelf import Shelf
from tests.pipelines.flows.running.flows import END, NOW, OOPS, Shop, asked, compiled, edge, node


class PlainShop:
    """Those who work without tools and models."""

    def worker(self, work: Work) -> FlowWorker:
        match work:
            case RecordWork():
                return RecordWorker(work)
            case ListenWork():
                return ListenWorker(work)
            case WaitWork():
                return WaitWorker(work)
            case _:
                return Shop(lambda work: None).worker(work)


def talk(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **fields: Any) -> Conversation:
    agent = flow_agent(compiled(nodes, edges, **fields), CALL_ID, PlainShop(), now=lambda: NOW)
    return Conversation(agent, messages=Shelf())


def said(call: Conversation) -> list[str]:
    return [line.text for line in call.call.lines() if line.speaker == "agent"]


def kept(call: Conversation) -> list[tuple[str, dict[str, Any]]]:
    return [(each.status, each.data) for each in call.call.records if isinstance(each, OutcomeMade)]


RECORD = node("message", "record", text="Speak after the tone.", variable="message", silence_s=2)
MESSAGE_EDGES = [edge("message", "end", outcome="recorded"), edge("message", "oops", outcome="nothing")]
MESSAGE = {"variables": [{"name": "message", "kind": "object"}], "keep": {"message": "message"}}


async def test_a_message_is_taken_and_the_flow_goes_on() -> None:
    call = talk([RECORD, END, OOPS], MESSAGE_EDGES, **MESSAGE)
    await call.until_quiet()
    await call.say("this is ann", 1_500)
    await call.silence(6_000)
    assert said(call) == ["Speak after the tone.", "Bye."]
    ((status, data),) = kept(call)
    assert status == "done" and data["message"]["seconds"] > 1


async def test_who_hangs_up_on_the_message_has_left_it() -> None:
    call = talk([RECORD, END, OOPS], MESSAGE_EDGES, **MESSAGE)
    await call.until_quiet()
    await call.say("this is ann", 1_500)
    await call.hang_up()
    assert [status for status, _ in kept(call)] == ["done"]


async def test_what_is_said_is_listened_to_and_silence_times_out() -> None:
    listen = node("listen", "listen", text="Go on.", variable="words", seconds=3)
    edges = [edge("listen", "end"), edge("listen", "oops", after=1)]
    call = talk([listen, END, OOPS], edges, variables=["words"], keep={"words": "words"})
    await call.until_quiet()
    await call.say("good morning")
    await call.until_quiet()
    assert kept(call) == [("done", {"words": "good morning"})]
    call = talk([listen, END, OOPS], edges, variables=["words"])
    await call.until_quiet()
    await call.silence(5_000)
    assert said(call) == ["Go on.", "Oops."]


async def test_a_wait_is_over_by_itself_or_by_a_key() -> None:
    nodes = [node("wait", "wait", text="One moment.", seconds=5), END, OOPS]
    edges = [edge("wait", "end"), edge("wait", "oops", keys="1")]
    call = talk(nodes, edges)
    await call.until_quiet()
    await call.silence(4_000)
    assert said(call) == ["One moment."]
    await call.until_quiet()
    assert said(call)[-1] == "Bye."
    call = talk(nodes, edges)
    await call.until_quiet()
    await call.press("1")
    await call.until_quiet()
    assert said(call)[-1] == "Oops."


async def test_what_must_be_heard_is_said_to_its_end() -> None:
    law = node("law", "say", text="This call is recorded for your safety and ours.", interruptible=False)
    call = talk([law, asked("ask", "colour"), END], [edge("law", "ask"), edge("ask", "end")])
    await call.silence(600)
    await call.say("hello hello", 900)
    await call.until_quiet()
    first = next(line for line in call.call.lines() if line.speaker == "agent")
    assert first.heard.startswith(law["text"])


async def test_a_menu_by_key_a_transfer_and_the_way_back() -> None:
    menu = node("menu", "menu", text="Sales?", options=[{"name": "sales"}, {"name": "other"}])
    person = node("person", "phone_transfer", text="One moment.", to="101")
    edges = [
        edge("menu", "person", outcome="sales"),
        edge("menu", "end", outcome="other"),
        edge("person", "menu", outcome="busy"),
        edge("person", "oops"),
    ]
    call = talk([menu, person, END, OOPS], edges)
    await call.until_quiet()
    await call.press("1")
    await call.until_quiet()
    await call.silence(500)
    assert call.transferred == ["101"]


async def test_steps_are_kept_and_told_live() -> None:
    call = talk([asked("ask", "colour"), END], [edge("ask", "end")])
    await call.until_quiet()
    await call.say("red")
    await call.until_quiet()
    stored = [
        each.data["node"]
        for each in call.call.records
        if isinstance(each, EventHappened) and each.kind == "flow"
    ]
    live = [data["node"] for kind, data in call.call.events if kind == "flow"]
    assert stored == live == ["start", "ask", "end"]
