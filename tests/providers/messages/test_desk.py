"""Text messages as turns of an agent: kept, answered, stopped, and never sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from mediaserver.calls.texting import TextOrder, TextRefusedError, TextWhy
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.storage import provider_messages as table
from mediaserver.storage.provider_messages import NewText
from mediaserver.storage.sql import Row
from providers.accounts import doors
from providers.messages.desk import HELP, STARTED, STOPPED
from providers.provider import MessageReport, TextMessage
from tests.providers.messages.texting import HERS, KEYED, OURS, THEIRS, Shop
from tests.providers.messages.texting import shop as opened
from tests.standins.provider import Trouble

DIALLED = THEIRS.removeprefix("+")


@pytest.fixture
async def shop(pool: asyncpg.Pool) -> AsyncIterator[Shop]:
    async with opened(pool) as made:
        yield made


def order(text: str = "Here is your link: https://x.test/1", **more: Any) -> TextOrder:
    given: dict[str, Any] = {
        "call_id": uuid4(),
        "to": THEIRS,
        "text": text,
        "agent": "other",
        "key": "call-1:1",
    }
    return TextOrder(**{**given, **more})


async def test_a_text_is_answered_by_who_answers_the_number_and_the_next_goes_on(shop: Shop) -> None:
    await shop.text("two loaves")
    await shop.text("and a cake")
    assert shop.sent() == [
        (DIALLED, "Hello from the shop.\nYou said two loaves. What else?"),
        (DIALLED, "You said and a cake. What else?"),
    ]
    (call,) = shop.clerks.calls
    assert (call.from_uri, call.to_uri, call.agent) == (f"tel:{THEIRS}", f"tel:{OURS}", "clerk")
    rows = await shop.rows()
    assert [(row["direction"], row["state"], row["agent"]) for row in rows] == [
        ("in", "taken", "clerk"),
        ("out", "sent", "clerk"),
    ] * 2
    assert {row["call_id"] for row in rows} == {call.id} and all(row["segments"] == 1 for row in rows)


async def test_each_person_has_a_conversation_of_their_own(shop: Shop) -> None:
    await shop.text("mine")
    await shop.text("hers", sender=HERS)
    assert len(shop.clerks.calls) == 2 and len(shop.desk.conversations) == 2
    assert "hers" not in shop.sent()[0][1] and shop.sent()[1][0] == HERS.removeprefix("+")


async def test_a_message_that_is_told_twice_is_answered_once(shop: Shop) -> None:
    await shop.text("hello", ref="same")
    await shop.text("hello", ref="same")
    assert len(shop.sent()) == 1 and len(await shop.rows()) == 2


async def test_a_conversation_ends_and_the_next_one_knows_what_was_written(shop: Shop) -> None:
    await shop.text("my name is Ann")
    await shop.text("bye")
    assert len(shop.desk.conversations) == 0 and shop.sent()[-1][1] == "Goodbye."
    await shop.text("me again")
    _, second = shop.clerks.calls
    told = [text for name, text in second.about.items() if name.startswith("earlier_message_")]
    assert second.about["channel"] == "sms" and told[0] == "they: my name is Ann"
    assert told[1].startswith("we: Hello from the shop.") and told[-1] == "we: Goodbye." and len(told) == 4


async def test_a_conversation_ends_after_a_silence(pool: asyncpg.Pool) -> None:
    async with opened(pool, idle_s=0.05) as shop:
        await shop.text("hello")
        await shop.until(lambda: len(shop.desk.conversations) == 0)
        (call,) = shop.clerks.calls
        assert call.termination is not None and call.termination.detail == "nobody wrote for a while"


async def test_who_writes_stop_gets_no_more_until_start(shop: Shop) -> None:
    await shop.text("hello")
    await shop.text("STOP")
    assert shop.sent()[-1] == (DIALLED, STOPPED) and len(shop.desk.conversations) == 0
    before = len(shop.sent())
    await shop.text("STOP")
    await shop.text("are you there?")
    with pytest.raises(TextRefusedError) as caught:
        await shop.desk.send(order())
    assert caught.value.why is TextWhy.OPTED_OUT and len(shop.sent()) == before
    assert len(shop.clerks.calls) == 1, "no agent is bothered with it"
    await shop.text("hello", sender=HERS)
    assert len(shop.sent()) == before + 1, "it is one person's wish"
    await shop.text("Start")
    assert shop.sent()[-1] == (DIALLED, STARTED)
    await shop.text("and now?")
    assert "You said and now?" in shop.sent()[-1][1]


async def test_help_says_how_to_stop(shop: Shop) -> None:
    await shop.text("help")
    assert shop.sent() == [(DIALLED, HELP)] and not shop.clerks.calls


async def test_stop_is_kept_when_the_number_is_erased(shop: Shop) -> None:
    await shop.text("STOP")
    assert await table.forget(shop.pool, THEIRS, KEYED) > 0
    assert not await shop.pool.fetchval("select count(*) from provider_messages")
    assert THEIRS not in str(await shop.pool.fetch("select * from opt_outs"))
    with pytest.raises(TextRefusedError):
        await shop.desk.send(order())
    await shop.text("START")
    await shop.desk.send(order())


async def test_a_text_that_was_erased_is_not_told_anew(shop: Shop) -> None:
    told = TextMessage("SM1", THEIRS, OURS, "two loaves")
    await shop.desk.received("main", told)
    await shop.desk.idle()
    assert len(shop.clerks.calls) == 1 and await table.forget(shop.pool, THEIRS, KEYED)
    answered = len(shop.sent())
    await shop.desk.received("main", told)
    await shop.desk.idle()
    assert (len(shop.clerks.calls), len(shop.sent()), await shop.rows()) == (1, answered, [])


async def test_a_machine_that_answers_a_machine_comes_to_an_end(shop: Shop) -> None:
    for _ in range(6):
        await shop.text("I am on holiday.")
    assert len(shop.sent()) == 3
    kept = [row for row in await shop.rows() if row["state"] == "kept"]
    assert len(kept) == 3 and "taken for a machine" in kept[0]["detail"]


async def test_whom_the_account_may_not_reach_is_not_answered(shop: Shop) -> None:
    for sender in ("+12025550123", "+499001234567", "Deutsche Post", "12345"):
        await shop.text("win!", sender=sender)
    assert not shop.sent() and not shop.clerks.calls
    assert {row["state"] for row in await shop.rows()} == {"kept"}


async def test_a_number_without_an_agent_keeps_its_messages(shop: Shop) -> None:
    await shop.text("hello", to="+442030000001")
    (row,) = await shop.rows()
    assert row["state"] == "kept" and "no agent answers +442030000001" in row["detail"]


async def test_a_link_that_a_call_asks_for_is_sent_once_and_its_answer_goes_to_that_agent(shop: Shop) -> None:
    taken = await shop.desk.send(order())
    again = await shop.desk.send(order())
    assert again == taken and taken.sender == OURS
    assert shop.sent() == [(DIALLED, "Here is your link: https://x.test/1")]
    await shop.text("thanks")
    assert shop.clerks.calls[0].agent == "other"
    assert "we: Here is your link" in shop.clerks.calls[0].about["earlier_message_1"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"to": "+12025550123"}, TextWhy.NOT_ALLOWED), ({"to": "+499005551234"}, TextWhy.NOT_ALLOWED),
        ({"text": "  "}, TextWhy.EMPTY), ({"text": "x" * 1601}, TextWhy.EMPTY),
        ({"to": "ann@example.com"}, TextWhy.NOT_ALLOWED),
    ],
)  # fmt: skip
async def test_what_may_not_be_sent_is_refused_before_anybody_is_asked(
    shop: Shop, more: dict[str, Any], why: TextWhy
) -> None:
    with pytest.raises(TextRefusedError) as caught:
        await shop.desk.send(order(**more))
    assert caught.value.why is why and not shop.sent() and not await shop.rows()


async def test_what_the_provider_refuses_is_kept_as_failed(shop: Shop) -> None:
    shop.there.denied = {DIALLED}
    with pytest.raises(TextRefusedError) as caught:
        await shop.desk.send(order())
    (row,) = await shop.rows()
    assert caught.value.why is TextWhy.FAILED
    assert row["state"] == "failed" and "Wrong number" in row["detail"]


async def test_what_may_have_gone_out_is_not_sent_again(shop: Shop) -> None:
    shop.there.troubles.append(Trouble(status=503))
    await shop.desk.send(order())
    await shop.desk.send(order())
    (row,) = await shop.rows()
    assert not shop.sent() and row["state"] == "sent" and "fails (503)" in row["detail"]


async def test_a_long_answer_is_several_texts_in_order(shop: Shop) -> None:
    await shop.text(" ".join(f"Sentence number {n} of many." for n in range(60)))
    texts = [text for _, text in shop.sent()]
    assert len(texts) == 2 and texts[0].startswith("Hello") and texts[1].endswith("What else?")


@pytest.mark.parametrize(
    ("told", "stays"),
    [
        (["sent", "delivered"], "delivered"), (["delivered", "sent"], "delivered"),
        (["undelivered", "delivered"], "delivered"), (["failed", "sent"], "failed"), (["read"], "sent"),
    ],
)  # fmt: skip
async def test_reports_in_any_order_leave_what_became_of_it(shop: Shop, told: list[str], stays: str) -> None:
    await shop.desk.send(order())
    (row,) = await shop.rows()
    for state in told * 2:
        await shop.desk.reported("main", MessageReport(row["ref"], state))
        await shop.desk.idle()
    (row,) = await shop.rows()
    assert row["state"] == stays


class Ordering:
    """In the place of the account's provider."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch, ref: str = "") -> None:
        """`ref`: what is answered; empty: the answer is lost."""
        self.shop, self.ref = shop, ref
        self.status = ""
        self.at_once = ""
        """What is told of it before it is answered."""
        monkeypatch.setattr(shop.accounts.provider("main"), "send_message", self.send)

    async def send(self, to: str, sender: str, text: str, status: str) -> str:
        self.status = status
        if self.at_once:
            await self.told(self.at_once)
        if not self.ref:
            raise TelephonyError("the answer was lost", ProviderFault.DOWN, maybe=True)
        return self.ref

    async def told(
        self, state: str, ref: str = "SM1", account: str = "main", text: UUID | None = None
    ) -> Row:
        await table.reported(
            self.shop.pool, account, ref, state, "", message=text or doors.text_of(self.status)
        )
        return (await self.shop.rows())[-1]


async def test_a_report_finds_its_text_though_the_answer_to_the_order_was_lost(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordering = Ordering(shop, monkeypatch)
    await shop.desk.send(order())
    assert ((await shop.rows())[0])["state"] == "sent"
    row = await ordering.told("delivered")
    assert (row["state"], row["ref"], row["detail"]) == ("delivered", "SM1", "")


async def test_a_report_that_is_faster_than_the_answer_counts_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordering = Ordering(shop, monkeypatch, "SM1")
    ordering.at_once = "delivered"
    await shop.desk.send(order())
    (row,) = await shop.rows()
    assert (row["state"], row["ref"]) == ("delivered", "SM1")


async def test_what_names_another_text_changes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    came = await table.add(shop.pool, NewText("main", "in", THEIRS, OURS, "hello", 1, "kept", ref="a"), KEYED)
    lost, answered = Ordering(shop, monkeypatch), Ordering(shop, monkeypatch, "SM2")
    await shop.desk.send(order(key="2"))
    monkeypatch.setattr(shop.accounts.provider("main"), "send_message", lost.send)
    await shop.desk.send(order(key="1"))
    before = await shop.rows()
    await lost.told("delivered", account="other")
    await lost.told("delivered", text=uuid4())
    await lost.told("delivered", text=came)
    await answered.told("delivered", "SM3")
    assert await shop.rows() == before
    await lost.told("delivered", "SM2")
    after = await shop.rows()
    assert [row["state"] for row in after] == ["kept", "delivered", "sent"] and after[2]["ref"] == ""


@pytest.mark.parametrize(
    "query", ["", "text=", "text=1", "text=%00", f"text={UUID(int=1)}&text={UUID(int=2)}"]
)
def test_an_address_without_one_id_of_a_text_names_none(query: str) -> None:
    assert doors.text_of(f"https://voice.test/hook?{query}") is None


async def test_what_came_in_before_a_restart_is_answered_after_it_once(shop: Shop) -> None:
    def came(ref: str, body: str) -> NewText:
        return NewText("main", "in", THEIRS, OURS, body, 1, "received", ref=ref)

    made = await table.add(shop.pool, came("a", "still here?"), KEYED)
    old = await table.add(shop.pool, came("b", "long ago"), KEYED)
    await shop.pool.execute(
        "update provider_messages set at = $2 where id = $1", old, datetime.now(UTC) - timedelta(hours=2)
    )
    await shop.desk.start()
    await shop.settle()
    await shop.desk.start()
    await shop.settle()
    assert made is not None and [text for _, text in shop.sent()] == [
        "Hello from the shop.\nYou said still here?. What else?"
    ]


async def test_answers_go_out_in_the_order_in_which_they_were_said(shop: Shop) -> None:
    shop.there.troubles.append(Trouble(status=429, headers={"Retry-After": "1"}))
    await shop.text("hello")
    await shop.text("and again")
    assert ["You said" in text and text.split("You said ")[1] for _, text in shop.sent()] == [
        "hello. What else?", "and again. What else?",
    ]  # fmt: skip


async def test_of_two_servers_one_tells_the_agent(shop: Shop) -> None:
    made = await table.add(
        shop.pool, NewText("main", "in", THEIRS, OURS, "hello", 1, "received", ref="a"), KEYED
    )
    assert made is not None
    assert await table.claim(shop.pool, made) and not await table.claim(shop.pool, made)
