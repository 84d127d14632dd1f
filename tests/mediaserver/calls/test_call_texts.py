"""To whom a call may send texts, how many, and what is kept of it."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from mediaserver.calls.call import Call
from mediaserver.calls.call_texts import CallTexts, TextRules, TextsOfCalls
from mediaserver.calls.events import EventBus
from mediaserver.calls.texting import MOST_TEXT, TextOrder, TextRefusedError, TextTaken, TextWhy
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.storage.records import EventHappened
from tests.mediaserver.calls.bench import Kept

ANN = "+493055501"


class Sender:
    """A Texting: takes what it is given, or refuses it."""

    def __init__(self) -> None:
        self.orders: list[TextOrder] = []
        self.refuses: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, order: TextOrder) -> TextTaken:
        self.orders.append(order)
        await self.open.wait()
        if self.refuses is not None:
            raise self.refuses
        return TextTaken(f"sms-{len(self.orders)}", "+4930999")


class Texts:
    def __init__(self, number: str = ANN, rules: TextRules = TextRules()) -> None:  # noqa: B008 - frozen
        self.sink = Kept()
        self.call = Call(
            uuid4(), "inbound", f"sip:{ANN}@p", "sip:+4930999@p", "demo", self.sink, EventBus(), agent="demo"
        )
        self.call.way = "main"
        self.sender = Sender()
        self.now = 0.0
        self.of_calls = TextsOfCalls(rules, lambda: self.now)
        self.of_calls.texting = self.sender
        self.texts: CallTexts = self.of_calls.of(self.call, number)

    def kept(self) -> list[tuple[str, dict[str, object]]]:
        return [(e.kind, e.data) for e in self.sink.of(EventHappened)]

    async def refused(self, text: str = "hello", to: str = "") -> TextWhy:
        with pytest.raises(TextRefusedError) as caught:
            await self.texts.send(text, to)
        return caught.value.why


async def test_a_text_goes_to_the_caller_by_the_account_and_number_of_the_call() -> None:
    desk = Texts()
    taken = await desk.texts.send(" the link: https://example.com ")
    (order,) = desk.sender.orders
    assert (order.to, order.text) == (ANN, "the link: https://example.com")
    assert (order.account, order.sender, order.agent) == ("main", "+4930999", "demo")
    assert taken.ref == "sms-1"
    assert desk.kept() == [("text_sent", {"to": ANN, "text": order.text, "ref": "sms-1"})]
    assert desk.call.history[-1].kind == "text" and desk.call.history[-1].data["step"] == "sent"


async def test_a_caller_for_whom_nobody_vouches_is_not_texted() -> None:
    desk = Texts(number="")
    assert await desk.refused() is TextWhy.NO_NUMBER and desk.sender.orders == []
    ((kind, data),) = desk.kept()
    assert kind == "text_failed" and data["why"] == "no number"


async def test_a_number_gets_no_more_than_its_texts_of_a_day_however_often_it_calls() -> None:
    desk = Texts(rules=TextRules(per_call=2, per_number=3, to=("+4930",)))
    await desk.texts.send("one")
    await desk.texts.send("two")
    again = Call(uuid4(), "inbound", "a", "b", "demo", Kept(), EventBus(), agent="demo")
    desk.texts = desk.of_calls.of(again, ANN)
    await desk.texts.send("three")
    assert await desk.refused("four") is TextWhy.TOO_MANY and len(desk.sender.orders) == 3
    await desk.texts.send("five", "+4930123456")
    desk.now = 86_401.0
    desk.texts = desk.of_calls.of(Call(uuid4(), "inbound", "a", "b", "demo", Kept(), EventBus()), ANN)
    await desk.texts.send("six")


async def test_others_are_texted_only_where_the_operator_allows_it() -> None:
    desk = Texts(rules=TextRules(to=("+4930",)))
    assert await desk.refused(to="+4989123456") is TextWhy.NOT_ALLOWED
    await desk.texts.send("hello", "+4930123456")
    await desk.texts.send("hello", ANN)
    assert [order.to for order in desk.sender.orders] == ["+4930123456", ANN]


async def test_a_call_sends_so_many_and_no_more_whoever_goes_on_with_it() -> None:
    desk = Texts(rules=TextRules(per_call=2))
    for _ in range(2):
        await desk.of_calls.of(desk.call, ANN).send("hello")
    assert await desk.refused() is TextWhy.NOT_ALLOWED and len(desk.sender.orders) == 2
    desk.call.end(Termination(EndedBy.CALLER, Why.HANGUP))
    assert desk.of_calls.of(desk.call, ANN) is not desk.texts, "nothing is kept of a call that is over"


@pytest.mark.parametrize("text", ["", "  ", "x" * (MOST_TEXT + 1)])
async def test_nothing_and_too_much_are_not_sent(text: str) -> None:
    desk = Texts()
    assert await desk.refused(text) is TextWhy.EMPTY and desk.sender.orders == []


async def test_who_has_nobody_that_sends_texts_is_told_so() -> None:
    desk = Texts()
    desk.of_calls.texting = None
    assert await desk.refused() is TextWhy.NO_ACCOUNT


async def test_what_the_provider_says_is_told() -> None:
    desk = Texts()
    desk.sender.refuses = TextRefusedError("they sent STOP", TextWhy.OPTED_OUT)
    assert await desk.refused() is TextWhy.OPTED_OUT
    desk.sender.refuses = OSError("a secret of the machine's")
    assert await desk.refused() is TextWhy.FAILED
    assert "secret" not in str(desk.kept())


async def test_one_text_whoever_stops_waiting_for_it() -> None:
    desk = Texts()
    desk.sender.open.clear()
    first = asyncio.create_task(desk.texts.send("hello", key="node:1"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    again = asyncio.create_task(desk.texts.send("hello", key="node:1"))
    await asyncio.sleep(0)
    desk.sender.open.set()
    assert (await again).ref == "sms-1" and len(desk.sender.orders) == 1
    await desk.texts.send("hello", key="node:2")
    assert len(desk.sender.orders) == 2
