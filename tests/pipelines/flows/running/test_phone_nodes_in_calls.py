"""Flows that wait for who has picked up, and that text, in whole sessions on a fake clock."""

from __future__ import annotations

from typing import Any

import pytest

from mediaserver.calls.texting import TextRefusedError, TextTaken, TextWhy
from mediaserver.media.answered_by import AnsweredBy
from mediaserver.media.leg import WhoAnswered
from mediaserver.storage.records import OutcomeMade
from pipelines.conversation.agent import Answered, Context, Transfer
from pipelines.flows.running.agent import flow_agent
from pipelines.flows.work.send_sms import SmsWorker
from pipelines.flows.work.who_answered import WhoAnsweredWorker
from pipelines.flows.working import FlowWorker, SmsWork, WhoAnsweredWork, Work
from tests.fakes import CALL_ID, Conversation
from tests.pipelines.flows.running.flows import END, NOW, OOPS, Shop, asked, compiled, edge, node

MESSAGE = "Your book is here please call us"


class PhoneShop:
    """Those who work with telephones."""

    def __init__(self, refuses: TextRefusedError | None = None) -> None:
        self.sent: dict[str, tuple[str, str]] = {}
        self.refuses = refuses

    async def send(self, text: str, to: str, key: str) -> TextTaken:
        self.sent[key] = (text, to)
        if self.refuses is not None:
            raise self.refuses
        return TextTaken("1")

    def worker(self, work: Work) -> FlowWorker:
        match work:
            case WhoAnsweredWork():
                return WhoAnsweredWorker(work, waits=True)
            case SmsWork():
                return SmsWorker(work, self.send)
            case _:
                return Shop(lambda work: None).worker(work)


def reminder() -> Conversation:
    nodes = [
        node("who", "who_answered", seconds=4),
        node("leave", "say", text=MESSAGE, interruptible=False),
        node("left", "end_call", outcome="voicemail_left"),
        node("fax", "end_call", outcome="fax"),
        asked("ask", "colour"),
        END,
    ]
    edges = [
        edge("who", "leave", outcome="machine"),
        edge("who", "fax", outcome="fax"),
        edge("who", "ask"),
        edge("leave", "left"),
        edge("ask", "end"),
    ]
    agent = flow_agent(compiled(nodes, edges), CALL_ID, PhoneShop(), now=lambda: NOW)
    return Conversation(agent, context=Context(CALL_ID, 0, "outbound"))


def said(call: Conversation) -> list[str]:
    return [line.text for line in call.call.lines() if line.speaker == "agent" and line.text]


def outcomes(call: Conversation) -> list[str]:
    return [each.status for each in call.call.records if isinstance(each, OutcomeMade)]


def found(call: Conversation, by: AnsweredBy) -> None:
    call.session.on_event(WhoAnswered(by))


async def test_a_machine_gets_its_message_behind_its_greeting() -> None:
    call = reminder()
    await call.say("you have reached ann", 1_500)
    found(call, AnsweredBy.MACHINE)
    await call.silence(1_200)
    assert said(call) == []
    await call.say("leave a message", 1_000)
    found(call, AnsweredBy.MACHINE_END)
    await call.until_quiet()
    assert said(call) == [MESSAGE] and outcomes(call) == ["voicemail_left"]
    assert len(call.ended) == 1


async def test_a_person_is_asked_and_not_kept_waiting() -> None:
    call = reminder()
    await call.say("hello", 500)
    await call.silence(1_500)
    found(call, AnsweredBy.HUMAN)
    await call.until_quiet()
    assert said(call) == ["ask?"]
    nodes = [event.data["node"] for event in call.call.happened("flow")]
    assert nodes == ["start", "who", "ask"]


async def test_where_nobody_finds_it_out_the_flow_goes_on() -> None:
    call = reminder()
    await call.say("hello", 500)
    await call.silence(7_000)
    assert said(call) == ["ask?"] and outcomes(call) == []


async def test_a_fax_that_is_heard_of_later_is_hung_up_on() -> None:
    call = reminder()
    await call.say("hello", 500)
    await call.silence(7_000)
    found(call, AnsweredBy.FAX)
    await call.silence(500)
    assert len(call.ended) == 1 and outcomes(call) == ["fax"]


@pytest.mark.parametrize("by", ["human", "machine_end"])
async def test_what_was_found_out_is_a_variable_at_any_node(by: str) -> None:
    nodes = [asked("ask", "colour"), END, OOPS]
    edges = [edge("ask", "oops", when="call.answered_by == 'machine_end'"), edge("ask", "end")]
    agent = flow_agent(compiled(nodes, edges), CALL_ID, PhoneShop(), now=lambda: NOW)
    call = Conversation(agent)
    await call.until_quiet()
    found(call, AnsweredBy(by))
    await call.say("red")
    await call.until_quiet()
    assert outcomes(call) == ["failed" if by == "machine_end" else "done"]


@pytest.mark.parametrize("refuses", [None, TextRefusedError("they sent STOP", TextWhy.OPTED_OUT)])
async def test_a_text_has_values_as_they_are_kept_and_its_outcome_leads_on(
    refuses: TextRefusedError | None,
) -> None:
    shop = PhoneShop(refuses)
    nodes = [
        asked("ask", "colour"),
        node("sms", "send_sms", text="I am sending it.", message="Paint: {{ colour }} ", variable="came"),
        END,
        OOPS,
    ]
    edges = [edge("ask", "sms"), edge("sms", "end", outcome="sent"), edge("sms", "oops", outcome="not sent")]
    variables = ["colour", {"name": "came", "kind": "object"}]
    flow = compiled(nodes, edges, variables=variables, keep={"came": "came"})
    call = Conversation(flow_agent(flow, CALL_ID, shop, now=lambda: NOW))
    await call.until_quiet()
    await call.say("red")
    await call.until_quiet()
    assert list(shop.sent.values()) == [("Paint: red", "")]
    (outcome,) = [each for each in call.call.records if isinstance(each, OutcomeMade)]
    why = "opted out" if refuses else ""
    assert outcome.data["came"] == {"sent": refuses is None, "why": why}
    assert said(call)[-1].endswith("Oops." if refuses else "Bye.")


async def test_a_flow_may_want_the_callers_provider_to_call() -> None:
    more: dict[str, Any] = {"text": "One moment.", "to": "+4930123456", "called_by": "provider"}
    flow = compiled([node("desk", "phone_transfer", **more), END], [edge("desk", "end")])
    agent = flow_agent(flow, CALL_ID, PhoneShop(), now=lambda: NOW)
    acts = [act async for act in agent.respond(Answered(), Context(CALL_ID, 1))]
    assert acts[-1] == Transfer("+4930123456", away=True)
