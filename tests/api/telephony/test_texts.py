"""`/api/telephony/messages` over the real tables, and an account at a server like Zadarma's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from api.access.scopes import Scope
from tests.api.desk import Desk
from tests.api.keys import bearer, stored_key
from tests.providers.messages.texting import OURS, THEIRS, Shop
from tests.providers.messages.texting import shop as opened

MESSAGES = "/api/telephony/messages"


@pytest.fixture
async def shop(desk: Desk, pool: asyncpg.Pool) -> AsyncIterator[Shop]:
    async with opened(pool) as made:
        desk.context.pool, desk.context.texts = pool, made.desk
        _, secret = await stored_key(desk.context, pool)
        desk.client.session.headers.update(bearer(secret))
        yield made


async def test_a_text_is_sent_once_and_listed_with_its_answer(desk: Desk, shop: Shop) -> None:
    wanted = {"to": THEIRS, "text": "Your table is ready.", "agent": "other", "key": "table-7"}
    first = await desk.client.post(MESSAGES, json=wanted)
    again = await (await desk.client.post(MESSAGES, json=wanted)).json()
    assert first.status == 201 and again == (await first.json()) | {"again": True}
    assert (again["account"], again["sender"], again["segments"]) == ("main", OURS, 1)
    assert len(shop.sent()) == 1
    await shop.text("thank you")
    assert shop.clerks.calls[0].agent == "other"
    page = await (await desk.client.get(f"{MESSAGES}?limit=2&number=%2B{THEIRS[1:]}")).json()
    assert [each["direction"] for each in page["items"]] == ["out", "in"]
    rest = await (await desk.client.get(MESSAGES, params={"cursor": page["next"]})).json()
    assert [each["text"] for each in rest["items"]] == ["Your table is ready."] and rest["next"] is None
    lines = await shop.pool.fetch("select subject, change::text from audit_log where action = 'message.send'")
    assert len(lines) == 1 and THEIRS not in lines[0]["change"]


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"to": "+12025550123"}, 403, "not_allowed"), ({"account": "nobody"}, 409, "no_account"),
        ({"to": "ann"}, 403, "not_allowed"), ({"text": ""}, 400, "bad_request"),
        ({"text": "x" * 1601}, 400, "bad_request"), ({"agent": "nobody"}, 400, "bad_request"),
    ],
)  # fmt: skip
async def test_what_cannot_be_sent_is_said(
    desk: Desk, shop: Shop, more: dict[str, str], status: int, code: str
) -> None:
    answer = await desk.client.post(MESSAGES, json={"to": THEIRS, "text": "hello", **more})
    assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)
    assert not shop.sent()


async def test_who_wants_none_is_listed_and_not_written_to(desk: Desk, shop: Shop) -> None:
    await shop.text("stop")
    page = await (await desk.client.get(f"{MESSAGES}/opt-outs")).json()
    assert [(each["account"], each["number"]) for each in page["items"]] == [("main", THEIRS)]
    refused = await desk.client.post(MESSAGES, json={"to": THEIRS, "text": "hello"})
    assert (refused.status, (await refused.json())["error"]["code"]) == (409, "opted_out")


async def test_a_key_sees_what_it_has_sent_alone(desk: Desk, shop: Shop, pool: asyncpg.Pool) -> None:
    await shop.text("a secret")
    await _an_hour_later(pool)
    _, secret = await stored_key(desk.context, pool, (Scope.CALLS_READ, Scope.CALLS_WRITE))
    mine = bearer(secret)
    assert (await desk.client.post(MESSAGES, json={"to": THEIRS, "text": "mine"}, headers=mine)).status == 201
    page = await (await desk.client.get(MESSAGES, headers=mine)).json()
    assert [each["text"] for each in page["items"]] == ["mine"]
    assert (await desk.client.get(f"{MESSAGES}/opt-outs", headers=mine)).status == 403
    others = {"to": THEIRS, "text": "x", "agent": "hers"}
    shown = await desk.client.post(MESSAGES, json=others, headers=mine)
    assert shown.status == 400, "another key's agent is nobody"
    wrong = await desk.client.get(MESSAGES, params={"cursor": "WyJ4IiwieSJd"})
    assert wrong.status == 400


async def test_a_callback_connects_two_numbers_that_may_be_called(desk: Desk, shop: Shop) -> None:
    desk.context.providers = shop.accounts
    where = "/api/telephony/providers/main/callback"
    answer = await desk.client.post(where, json={"to": THEIRS, "first": "+4930123456"})
    assert answer.status == 202
    fields = {"from": "4930123456", "to": THEIRS[1:], "format": "json"}
    assert shop.there.asked[-1] == ("GET", "request/callback", fields)
    for refused in ({"to": "+12025550123"}, {"to": THEIRS, "first": "+499001234567"}):
        assert (await desk.client.post(where, json=refused)).status == 403
    alone = await desk.client.post(where, json={"to": THEIRS})
    assert alone.status == 422 and "two numbers" in (await alone.json())["error"]["message"]
    assert len([path for _, path, _ in shop.there.asked if path == "request/callback"]) == 1


async def test_conversations_and_senders_are_listed_to_whom_they_belong(
    desk: Desk, shop: Shop, pool: asyncpg.Pool
) -> None:
    await shop.text("a secret")
    await _an_hour_later(pool)
    _, secret = await stored_key(desk.context, pool, (Scope.CALLS_READ, Scope.CALLS_WRITE))
    mine = bearer(secret)
    assert (await desk.client.post(MESSAGES, json={"to": THEIRS, "text": "mine"}, headers=mine)).status == 201
    where = f"{MESSAGES}/conversations"
    (hers,) = (await (await desk.client.get(where, headers=mine)).json())["items"]
    assert (hers["text"], hers["messages"], hers["number"], hers["ours"]) == ("mine", 1, THEIRS, OURS)
    (whole,) = (await (await desk.client.get(where, params={"number": THEIRS[4:8]})).json())["items"]
    assert (whole["messages"], whole["agent"], whole["failed"], whole["opted_out"]) == (3, "clerk", 0, False)
    assert not (await (await desk.client.get(where, params={"number": "999999"})).json())["items"]
    await shop.text("stop", sender="+4915112345699")
    first = await (await desk.client.get(where, params={"limit": 1})).json()
    assert first["items"][0]["number"] == "+4915112345699" and first["items"][0]["opted_out"]
    rest = await (await desk.client.get(where, params={"cursor": first["next"]})).json()
    assert [each["id"] for each in rest["items"]] == [whole["id"]] and rest["next"] is None
    (account,) = (await (await desk.client.get(f"{MESSAGES}/senders", headers=mine)).json())["items"]
    assert (account["account"], account["caller"], account["ready"]) == ("main", OURS, True)
    assert OURS in account["senders"]


async def test_a_key_is_shown_what_it_may_send_by_alone(desk: Desk, pool: asyncpg.Pool) -> None:
    """The number is answered by an agent of another key's."""
    where = f"{MESSAGES}/senders"
    async with opened(pool, answers="hers", senders=["ACME"]) as made:
        desk.context.pool, desk.context.texts = pool, made.desk
        secrets = [
            (await stored_key(desk.context, pool, (scope,)))[1]
            for scope in (Scope.ADMIN, Scope.CALLS_WRITE, Scope.CALLS_READ)
        ]
        shown = [await desk.client.get(where, headers=bearer(secret)) for secret in secrets]
        assert [each.status for each in shown] == [200, 200, 403]
        (whole,), (part,) = [(await each.json())["items"] for each in shown[:2]]
        assert whole["caller"] == OURS and {OURS, "ACME"} <= {*whole["senders"]}
        assert part["caller"] == "" and "ACME" in part["senders"] and OURS not in part["senders"]


async def test_a_key_writes_into_nobody_elses_conversation_and_the_operator_may(
    desk: Desk, shop: Shop, pool: asyncpg.Pool
) -> None:
    wanted = {"to": THEIRS, "text": "Your code?", "agent": "other"}
    ann, ben = [bearer((await stored_key(desk.context, pool, (Scope.CALLS_WRITE,)))[1]) for _ in range(2)]
    assert (await desk.client.post(MESSAGES, json=wanted, headers=ann)).status == 201
    refused = await desk.client.post(MESSAGES, json=wanted, headers=ben)
    assert (refused.status, (await refused.json())["error"]["code"]) == (409, "in_conversation")
    assert 86_300 < int(refused.headers["Retry-After"]) <= 86_400
    assert (await desk.client.post(MESSAGES, json=wanted, headers=ann)).status == 201
    assert (await desk.client.post(MESSAGES, json=wanted)).status == 201, "whoever has `admin`"
    assert len(shop.sent()) == 3


async def _an_hour_later(pool: asyncpg.Pool) -> None:
    await pool.execute("update provider_messages set at = at - interval '1 hour'")


async def test_beyond_a_limit_it_is_said_when_to_come_again(desk: Desk, shop: Shop) -> None:
    await shop.pool.execute(
        "insert into provider_messages (account, direction, number, ours, body, segments, state) "
        "select 'main', 'out', '+491', '+492', 'x', 1, 'sent' from generate_series(1, 600)"
    )
    refused = await desk.client.post(MESSAGES, json={"to": THEIRS, "text": "one more"})
    assert (refused.status, (await refused.json())["error"]["code"]) == (429, "too_many")
    assert 3500 < int(refused.headers["Retry-After"]) <= 3600 and not shop.sent()
    odd = await desk.client.post(MESSAGES, json={"to": THEIRS, "text": "hello", "sender": "+4930999999"})
    assert (odd.status, (await odd.json())["error"]["code"]) == (400, "no_sender")
