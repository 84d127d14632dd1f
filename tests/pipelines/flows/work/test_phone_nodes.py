"""Who has picked up, and texts: what the nodes of flows make of them."""

from __future__ import annotations

from typing import Any

import pytest

from callers.simulated.persona import ToolStandIn
from callers.simulated.world import texted
from mediaserver.calls.texting import TextRefusedError, TextTaken, TextWhy
from mediaserver.media.answered_by import AnsweredBy
from pipelines.conversation.agent import Context, Listen, PickedUp, Pressed, Say, Silence, Utterance
from pipelines.flows.document.phone_nodes import SendSmsNode, WhoAnsweredNode
from pipelines.flows.work.send_sms import SmsWorker
from pipelines.flows.work.who_answered import MOST_HEARD, QUIET_MS, WhoAnsweredWorker
from pipelines.flows.working import SmsWork, WhoAnsweredWork, WorkDone
from tests.fakes import CALL_ID
from tests.pipelines.flows.work.working import NODE, done_of, events, respond

# ---- who_answered


def awaited(known: AnsweredBy | None = None, *, called: bool = True, waits: bool = True) -> WhoAnsweredWorker:
    node = NODE.validate_python({"type": "who_answered", "id": "w", "seconds": 3})
    assert isinstance(node, WhoAnsweredNode)
    return WhoAnsweredWorker(WhoAnsweredWork(node, known, called), waits=waits)


@pytest.mark.parametrize(
    ("by", "outcome"),
    [
        (AnsweredBy.HUMAN, "human"),
        (AnsweredBy.MACHINE_END, "machine"),
        (AnsweredBy.FAX, "fax"),
        (AnsweredBy.UNKNOWN, "unknown"),
    ],
)
async def test_it_is_done_once_it_is_known_and_at_once_where_it_is(by: AnsweredBy, outcome: str) -> None:
    worker = awaited()
    assert await respond(worker) == [Listen(silence_ms=3_000)]
    assert await respond(worker, PickedUp(by)) == [WorkDone(outcome)]
    assert await respond(awaited(by)) == [WorkDone(outcome)]


@pytest.mark.parametrize("end", [PickedUp(AnsweredBy.MACHINE_END), Silence()])
async def test_the_greeting_of_a_machine_is_heard_to_its_end(end: Any) -> None:
    worker = awaited()
    await respond(worker)
    assert await respond(worker, PickedUp(AnsweredBy.MACHINE)) == [Listen(silence_ms=QUIET_MS)]
    for _ in range(MOST_HEARD + 2):
        assert await respond(worker, Utterance("leave a message")) == [Listen(silence_ms=QUIET_MS)]
    assert await respond(worker, end) == [WorkDone("machine")]


async def test_a_machine_that_is_a_person_after_all() -> None:
    worker = awaited(AnsweredBy.MACHINE)
    await respond(worker)
    assert await respond(worker, PickedUp(AnsweredBy.HUMAN)) == [WorkDone("human")]


async def test_nobody_waits_for_ever() -> None:
    worker = awaited()
    await respond(worker)
    assert await respond(worker, Silence()) == [WorkDone("unknown")]
    talked = awaited()
    await respond(talked)
    news = [await respond(talked, Utterance("hello")) for _ in range(MOST_HEARD)]
    assert news[0] == [Listen(silence_ms=3_000)] and news[-1] == [WorkDone("unknown")]


@pytest.mark.parametrize(("called", "waits"), [(False, True), (True, False)])
async def test_where_nothing_is_found_out_nothing_is_waited_for(called: bool, waits: bool) -> None:
    assert await respond(awaited(called=called, waits=waits)) == [WorkDone("unknown")]


# ---- send_sms


def sms(**more: Any) -> SmsWork:
    node = NODE.validate_python({"type": "send_sms", "id": "s", "message": "unused", **more})
    assert isinstance(node, SendSmsNode)
    return SmsWork(node, node.text, "your table: one", "call:s:1")


class Sends:
    def __init__(self, refuses: TextRefusedError | None = None) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.refuses = refuses

    async def __call__(self, text: str, to: str, key: str) -> TextTaken:
        self.sent.append((text, to, key))
        if self.refuses is not None:
            raise self.refuses
        return TextTaken("1")


async def test_a_text_is_sent_behind_what_is_said_before_it() -> None:
    sends = Sends()
    news = await respond(SmsWorker(sms(text="I am sending it.", variable="came"), sends))
    assert news == [Say("I am sending it."), WorkDone("sent", {"came": {"sent": True, "why": ""}})]
    assert sends.sent == [("your table: one", "", "call:s:1")]


async def test_why_it_was_not_sent_is_known_to_the_flow() -> None:
    sends = Sends(TextRefusedError("they sent STOP", TextWhy.OPTED_OUT))
    done = done_of(await respond(SmsWorker(sms(variable="came"), sends)))
    assert (done.outcome, done.detail) == ("not sent", "they sent STOP")
    assert done.values == {"came": {"sent": False, "why": "opted out"}}


async def test_a_caller_who_speaks_meanwhile_is_sent_the_same_text() -> None:
    sends = Sends()
    worker = SmsWorker(sms(text="I am sending it."), sends)
    first = worker.respond(None, Context(CALL_ID, 1))
    assert isinstance(await anext(first), Say)
    await first.aclose()
    assert done_of(await respond(worker, Pressed("5"))).outcome == "sent"
    assert [key for _, _, key in sends.sent] == ["call:s:1"]


async def test_where_there_is_no_call_nothing_is_sent_and_it_is_told() -> None:
    news = await respond(SmsWorker(sms(), None))
    assert done_of(news).outcome == "sent"
    assert events(news, "text_sent") == [{"to": "", "text": "your table: one", "simulated": True}]


def test_a_personas_world_says_what_becomes_of_a_text() -> None:
    assert texted(ToolStandIn(), sms()) == WorkDone("sent")
    failed = texted(ToolStandIn(error="failed"), sms(variable="came"))
    assert failed == WorkDone("not sent", {"came": {"sent": False, "why": "failed"}})
