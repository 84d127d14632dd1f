"""A conversation by text belongs to whoever began it; how many go out, by which sender, how many are open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg
import pytest

from mediaserver.calls.texting import TextOrder, TextRefusedError, TextWhy
from mediaserver.settings.handing_over import TextCaps
from mediaserver.storage import opt_outs, text_conversations
from mediaserver.storage import provider_messages as table
from mediaserver.storage.provider_messages import NewText
from providers.messages.conversations import Whom
from providers.messages.desk import STOPPED
from providers.messages.sending import Outgoing
from providers.messages.turns import Turns
from tests.providers.messages.texting import HERS, KEYED, OURS, THEIRS, Shop
from tests.providers.messages.texting import shop as opened

ANN, BEN = UUID(int=9), UUID(int=8)
"""Keys; the agent `hers` is Ann's."""


@pytest.fixture
async def shop(pool: asyncpg.Pool) -> AsyncIterator[Shop]:
    async with opened(pool) as made:
        yield made


def wanted(text: str, agent: str, owner: UUID | None, key: str = "") -> Outgoing:
    return Outgoing(THEIRS, text, "main", "", agent, owner=owner, key=key or f"api:{owner}:{text}")


def told(shop: Shop, at: int = -1) -> list[object]:
    about = shop.clerks.calls[at].about
    return [value for name, value in sorted(about.items()) if name.startswith("earlier_message_")]


async def test_what_is_written_back_is_the_keys_that_wrote_and_no_other_agent_hears_of_it(shop: Shop) -> None:
    await shop.desk.write(wanted("Your code, Ann's customer?", "hers", ANN))
    await shop.text("my secret")
    assert [(call.agent, call.owner) for call in shop.clerks.calls] == [("hers", ANN)]
    await shop.pool.execute("update provider_messages set at = at - interval '25 hours'")
    await shop.desk.write(wanted("Ben here", "other", BEN))
    await shop.text("hello Ben")
    assert [(call.agent, call.owner) for call in shop.clerks.calls] == [("hers", ANN), ("other", BEN)]
    assert told(shop) == ["we: Ben here"], "nothing of what Ann's agent was told"
    mine = [row["body"] for row in await table.newest(shop.pool, 20, owner=BEN)]
    assert "hello Ben" in mine and not [body for body in mine if "secret" in body or "Ann" in body]
    hers = [row["body"] for row in await table.newest(shop.pool, 20, owner=ANN)]
    assert "my secret" in hers and "hello Ben" not in hers
    (row,) = await text_conversations.newest(shop.pool, 20, owner=BEN)
    assert "secret" not in row["body"] and row["messages"] == len(mine) and row["agent"] == "other"
    (row,) = await text_conversations.newest(shop.pool, 20)
    assert row["messages"] == len(mine) + len(hers)


async def test_who_wrote_last_is_answered_and_the_other_ones_conversation_is_over(shop: Shop) -> None:
    await shop.desk.write(wanted("one", "hers", ANN))
    await shop.text("to Ann")
    await shop.desk.write(wanted("two", "other", None))
    assert len(shop.desk.conversations) == 1
    await shop.text("to the operator")
    assert shop.clerks.calls[0].termination is not None and shop.clerks.calls[1].termination is None
    await shop.text("again to the operator")
    assert len(shop.clerks.calls) == 2 and len(shop.desk.conversations) == 1


@pytest.mark.parametrize("whose", [ANN, None])
async def test_no_key_is_told_what_was_meant_for_somebody_else(shop: Shop, whose: UUID | None) -> None:
    await shop.desk.write(wanted("Yes or no?", "clerk", whose))
    by_call = TextOrder(uuid4(), THEIRS, "hello", "main", OURS, BEN, "other", "call:1")
    with pytest.raises(TextRefusedError, match="in conversation") as refused:
        await shop.desk.write(wanted("Reply!", "other", BEN))
    assert refused.value.why is TextWhy.IN_CONVERSATION and 86_300 < (refused.value.after_s or 0) <= 86_400
    with pytest.raises(TextRefusedError, match="in conversation"):
        await shop.desk.send(by_call)
    await shop.text("yes")
    assert [call.owner for call in shop.clerks.calls] == [whose]
    assert not await table.newest(shop.pool, 20, owner=BEN)
    await shop.desk.write(replace(wanted("To her", "other", BEN), to=HERS))
    await shop.desk.write(wanted("And now?", "clerk", whose))
    await shop.desk.write(wanted("by the operator", "clerk", BEN), takes_over=True)


async def test_whom_an_agent_of_the_operators_answers_no_key_takes_for_half_an_hour(shop: Shop) -> None:
    await shop.text("my secret")
    with pytest.raises(TextRefusedError, match="in conversation") as refused:
        await shop.desk.write(wanted("Reply!", "other", BEN))
    assert 1700 < (refused.value.after_s or 0) <= 1800
    await shop.pool.execute("update provider_messages set at = at - interval '31 minutes'")
    await shop.desk.write(wanted("Your table is ready.", "other", BEN))
    again = wanted("Your table is ready.", "other", BEN)
    await shop.desk.write(wanted("the operator's", "clerk", None))
    assert (await shop.desk.write(again)).again, "what had gone out is told, whoever wrote since"


async def test_a_message_that_nobody_answers_holds_up_no_key(shop: Shop) -> None:
    await shop.text("start")
    await shop.text("hello", to="+442030000001")
    await shop.desk.write(wanted("Your table is ready.", "other", BEN))


async def test_an_agent_of_another_key_never_answers_for_this_one(shop: Shop) -> None:
    await table.add(shop.pool, NewText("main", "out", THEIRS, OURS, "x", 1, "sent", agent="hers", owner=BEN,
                                       key="api:ben:1"), KEYED)  # fmt: skip
    await shop.text("who are you?")
    assert [(call.agent, call.owner) for call in shop.clerks.calls] == [("clerk", BEN)]


async def test_nobody_writes_by_a_number_that_another_keys_agent_answers(pool: asyncpg.Pool) -> None:
    async with opened(pool, answers="hers") as shop:
        await shop.text("my secret")
        for sender in ("", OURS):
            stolen = Outgoing(
                THEIRS, "And your card?", "main", sender, "other", owner=BEN, key=f"api:{sender}"
            )
            with pytest.raises(TextRefusedError, match="another key") as refused:
                await shop.desk.write(stolen)
            assert refused.value.why is TextWhy.NO_SENDER and OURS in str(refused.value)
        with pytest.raises(TextRefusedError, match="another key"):
            await shop.desk.send(TextOrder(uuid4(), HERS, "hello", "main", OURS, BEN, "other", "call:1"))
        await shop.text("1234")
        assert [(call.agent, call.owner) for call in shop.clerks.calls] == [("hers", ANN)]
        assert not await table.newest(shop.pool, 20, owner=BEN)
        for owner in (ANN, None):
            await shop.desk.write(wanted("hello", "hers", owner))


async def test_beyond_its_limit_a_key_is_told_when_it_may_go_on_and_others_are_not_held_up(
    pool: asyncpg.Pool,
) -> None:
    limits = {"each_key": TextCaps(per_hour=2), "all": TextCaps(per_day=4)}
    async with opened(pool, limits=limits) as shop:
        for number in range(2):
            await shop.desk.write(wanted(f"{number}", "", ANN))
        with pytest.raises(TextRefusedError, match=r"texts\.limits\.each_key\.per_hour") as refused:
            await shop.desk.write(wanted("2", "", ANN))
        assert refused.value.why is TextWhy.TOO_MANY and 3500 < (refused.value.after_s or 0) <= 3600
        assert (await shop.desk.write(wanted("1", "", ANN))).again, "what had gone out is told, not counted"
        for number in range(2):
            await shop.desk.write(replace(wanted(f"{number}", "", BEN), to=HERS))
        with pytest.raises(TextRefusedError, match=r"texts\.limits\.all\.per_day"):
            await shop.desk.write(wanted("the operator's", "", None))
        await pool.execute(
            "update provider_messages set at = at - interval '61 minutes' where owner = $1", ANN
        )
        with pytest.raises(TextRefusedError, match=r"texts\.limits\.all\.per_day"):
            await shop.desk.write(wanted("2", "", ANN))
        assert len(shop.sent()) == 4


async def test_many_at_once_get_no_further_than_one_after_the_other(pool: asyncpg.Pool) -> None:
    async with opened(pool, limits={"each_key": TextCaps(per_minute=3)}) as shop:
        asked = (shop.desk.write(wanted(f"{number}", "", ANN)) for number in range(8))
        came = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(each, TextRefusedError) for each in came) == 5 and len(shop.sent()) == 3


@pytest.mark.parametrize(
    ("sender", "goes"), [("", True), (OURS, True), ("ACME", True), ("+4930999999", False), ("acme", False)]
)
async def test_a_text_goes_out_by_the_accounts_own_numbers_alone(
    pool: asyncpg.Pool, sender: str, goes: bool
) -> None:
    async with opened(pool, senders=["ACME"]) as shop:
        outgoing = Outgoing(THEIRS, "hello", "main", sender, key="api:1")
        if goes:
            assert (await shop.desk.write(outgoing)).sender == (sender or OURS)
            return
        with pytest.raises(TextRefusedError, match="senders") as refused:
            await shop.desk.write(outgoing)
        assert refused.value.why is TextWhy.NO_SENDER and not shop.sent()


async def test_no_account_takes_all_conversations(shop: Shop) -> None:
    conversations = shop.desk.conversations
    conversations.most = 2
    assert conversations._has_room("main")
    await shop.text("one")
    # Alone the account may have all; beside another one a part is kept for that.
    assert conversations._has_room("main")
    shop.also("second")
    assert conversations._has_room("second")
    conversations.most = 4
    for number in range(2):
        await shop.text("more", sender=f"+49151123456{number}")
    assert len(conversations) == 3
    await shop.text("hello", sender=HERS)
    assert len(conversations) == 3 and "open already" in (await shop.rows())[-1]["detail"]
    assert conversations._has_room("second")


async def test_nothing_is_kept_of_who_has_been_answered(shop: Shop) -> None:
    for number in range(3):
        await shop.text("hello", sender=f"+49151123456{number}")
        await shop.text("bye", sender=f"+49151123456{number}")
    assert not len(shop.desk.turns)


async def test_who_waits_for_a_turn_gets_it_alone() -> None:
    turns: Turns[Whom] = Turns()
    whom, within = Whom("main", THEIRS, OURS), 0
    order: list[int] = []

    async def one(number: int) -> None:
        nonlocal within
        async with turns.of(whom):
            within += 1
            assert within == 1
            order.append(number)
            await asyncio.sleep(0)
            within -= 1

    await asyncio.gather(*(one(number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4] and not len(turns)


async def test_a_message_whose_agent_could_not_be_found_out_is_handled_once_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away between the claim and the agent."""
    monkeypatch.setattr("providers.messages.desk.AGAIN_S", 0.01)
    begun = text_conversations.begun
    failed: list[object] = []

    async def fails_once(*asked: object, **more: object) -> object:
        if not failed:
            failed.append(asked)
            raise OSError("the database is away")
        return await begun(*asked, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(text_conversations, "begun", fails_once)
    await shop.text("hello")
    assert failed and [call.agent for call in shop.clerks.calls] == ["clerk"]
    assert (await shop.rows())[0]["state"] == "taken"


async def test_an_answer_that_may_not_go_is_kept_with_why_and_counts_for_no_limit(pool: asyncpg.Pool) -> None:
    async with opened(pool, limits={"each_account": TextCaps(per_hour=1)}) as shop:
        await shop.text("hello")
        await shop.text("anybody there?")
        *_, answer = await shop.rows()
        assert (answer["direction"], answer["state"], answer["segments"]) == ("out", "failed", 0)
        assert answer["body"] == "You said anybody there?. What else?" and answer["agent"] == "clerk"
        assert "texts.limits.each_account.per_hour" in answer["detail"] and len(shop.sent()) == 1
        await pool.execute("update provider_messages set at = at - interval '61 minutes' where segments > 0")
        await shop.text("now?")
        assert "You said now?" in shop.sent()[-1][1]


async def test_of_a_long_answer_nothing_follows_a_part_that_may_not_go(pool: asyncpg.Pool) -> None:
    async with opened(pool, limits={"each_account": TextCaps(per_hour=1)}) as shop:
        await shop.text(" ".join(f"Sentence number {n} of many." for n in range(120)))
        states = [row["state"] for row in await shop.rows() if row["direction"] == "out"]
        assert states == ["sent", "failed", "failed"] and len(shop.sent()) == 1


async def test_a_wish_to_stop_is_confirmed_whatever_was_sent_before(pool: asyncpg.Pool) -> None:
    async with opened(
        pool, limits={"each_account": TextCaps(per_hour=1), "all": TextCaps(per_day=1)}
    ) as shop:
        await shop.text("hello")
        await shop.text("STOP")
        assert [text for _, text in shop.sent()][1:] == [STOPPED]
        for word in ("START", "STOP") * 3:
            await shop.text(word)
        assert len(shop.sent()) == 2, "one confirmation an hour, however often they change their mind"
        assert await opt_outs.opted_out(pool, "main", THEIRS, KEYED)


async def test_who_was_taken_for_a_machine_is_told_that_it_stopped(shop: Shop) -> None:
    for _ in range(4):
        await shop.text("I am on holiday.")
    await shop.text("STOP")
    assert shop.sent()[-1][1] == STOPPED
