"""`/api/usage`: whose it is, how it is written, what it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api import phone_prices
from api.access.asker import Asker, How
from api.access.scopes import Scope
from api.usage import routes
from mediaserver.storage import audit
from mediaserver.storage.records import UsageCounted, UsageKind
from mediaserver.storage.saving import save
from tests.api.accounts import Account, account

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
ADMIN = Asker(None, "operator", frozenset({Scope.ADMIN}), How.TOKEN)
FIRST = Asker(ONE, "one", frozenset({Scope.USAGE_READ}), How.KEY)
DAY = {"since": "2026-11-22", "until": "2026-11-22"}
SPOKEN = UsageCounted(uuid4(), NOON, ONE, UsageKind.TTS_CHARACTERS, 1000.0, "espeak", "demo", "booking")


@pytest.fixture
async def desk(pool: asyncpg.Pool) -> AsyncIterator[Account]:
    for record in (SPOKEN, replace(SPOKEN, id=uuid4(), owner=TWO, amount=5.0, agent="=cmd|' /C calc'!A0")):
        await save(pool, record)
    async with account([routes, phone_prices.routes], pool) as desk:
        desk.who = ADMIN
        yield desk


async def amounts(desk: Account, **query: Any) -> Any:
    answer = await desk.client.get("/api/usage", params=DAY | query)
    content = await answer.json()
    return [row["amount"] for row in content["items"]] if answer.status == 200 else answer.status


async def test_a_key_sees_its_own_and_an_admin_everybodys(desk: Account) -> None:
    assert await amounts(desk) == [1005.0]
    assert await amounts(desk, by="key") == [1000.0, 5.0]
    assert await amounts(desk, key=str(TWO)) == [5.0]
    desk.who = FIRST
    assert (
        await amounts(desk) == await amounts(desk, key=str(ONE)) == await amounts(desk, by="key") == [1000.0]
    )
    assert await amounts(desk, key=str(TWO)) == 404
    desk.who = None
    assert await amounts(desk) == 403


async def test_it_is_broken_down_as_asked(desk: Account) -> None:
    answer = await desk.client.get("/api/usage", params=[*DAY.items(), ("by", "day"), ("by", "engine")])
    assert (await answer.json()) == {
        "since": "2026-11-22", "until": "2026-11-22", "cost": None,
        "items": [{
            "day": "2026-11-22", "engine": "espeak", "kind": "tts_characters", "amount": 1005.0, "cost": None,
            "unpriced": 1005.0,
        }],
    }  # fmt: skip


@pytest.mark.parametrize("how", [{"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}])
async def test_as_csv_no_cell_is_a_formula(desk: Account, how: dict[str, Any]) -> None:
    params = DAY | {"by": "agent"} | how.pop("params", {})
    answer = await desk.client.get("/api/usage", params=params, **how)
    assert (
        answer.content_type == "text/csv" and 'filename="usage.csv"' in answer.headers["Content-Disposition"]
    )
    assert (await answer.text()).splitlines() == [
        "agent,kind,amount,cost,unpriced",
        "'=cmd|' /C calc'!A0,tts_characters,5.0,,5.0",
        "demo,tts_characters,1000.0,,1000.0",
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-11-23", "until": "2026-11-22"},
        {"since": "2025-01-01", "until": "2026-11-22"},
        {"by": "colour"},
        {"kind": "love"},
        {"format": "xml"},
        {"key": "mine"},
    ],
)
async def test_what_makes_no_sense_is_refused(desk: Account, query: dict[str, str]) -> None:
    assert await amounts(desk, **query) == 400


async def test_a_report_of_too_many_rows_says_how_to_make_it_smaller(
    desk: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("api.reporting", "api.usage"):
        monkeypatch.setattr(f"{module}.MOST_ROWS", 1)
    answer = await desk.client.get("/api/usage", params=DAY | {"by": "key"})
    assert answer.status == 400 and (await answer.json())["error"]["code"] == "too_many_rows"


async def test_prices_are_set_and_costs_follow(desk: Account, pool: asyncpg.Pool) -> None:
    given = {"kind": "tts_characters", "engine": "espeak", "price": 2.0, "per": 1000.0, "since": "2026-11-01"}
    answer = await desk.client.put("/api/usage/prices", json={"prices": [given]})
    assert answer.status == 200 and await answer.json() == {"prices": [given]}
    assert await (await desk.client.get("/api/usage/prices")).json() == {"prices": [given]}
    content = await (await desk.client.get("/api/usage", params=DAY)).json()
    assert content["cost"] == content["items"][0]["cost"] == 2.01
    (line,) = await audit.lines_before(pool, 10)
    assert (line["action"], line["actor"], line["change"]["prices"]) == ("prices.change", "operator", [given])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"price": -1}, "price"),
        ({"per": 0}, "per"),
        ({"kind": "love"}, "kind"),
        ({"currency": "EUR"}, "currency"),
    ],
)
async def test_a_price_that_is_none_is_refused(desk: Account, change: dict[str, Any], said: str) -> None:
    given = {"kind": "calls", "price": 1.0} | change
    answer = await desk.client.put("/api/usage/prices", json={"prices": [given]})
    assert answer.status == 400 and said in (await answer.json())["error"]["message"]


async def test_two_prices_for_the_same_day_are_refused(desk: Account) -> None:
    given = {"kind": "calls", "price": 1.0}
    answer = await desk.client.put("/api/usage/prices", json={"prices": [given, given]})
    assert answer.status == 400 and "two prices of calls" in (await answer.json())["error"]["message"]


async def test_what_one_call_used_is_its_owners_to_see(desk: Account, pool: asyncpg.Pool) -> None:
    call_id = uuid4()
    tokens = {"kind": UsageKind.LLM_COMPLETION_TOKENS, "engine": "wise-1", "cost": 0.25, "amount": 20.0}
    for changes in ({}, {"amount": 500.0}, tokens):
        await save(pool, replace(SPOKEN, id=uuid4(), call_id=call_id, **changes))
    given = {"kind": "tts_characters", "price": 2.0, "per": 1000.0}
    await desk.client.put("/api/usage/prices", json={"prices": [given]})
    place = f"/api/usage/calls/{call_id}"
    answers = {}
    for who in (ADMIN, FIRST, replace(FIRST, key=TWO), None):
        desk.who = who
        answers[who] = await desk.client.get(place)
    assert [answer.status for answer in answers.values()] == [200, 200, 404, 404]
    assert await answers[FIRST].json() == {
        "items": [
            {
                "kind": "llm_completion_tokens",
                "engine": "wise-1",
                "amount": 20.0,
                "cost": 0.25,
                "unpriced": 0.0,
            },
            {"kind": "tts_characters", "engine": "espeak", "amount": 1500.0, "cost": 3.0, "unpriced": 0.0},
        ],
        "cost": 3.25,
    }
    desk.who = ADMIN
    assert (await desk.client.get(f"/api/usage/calls/{uuid4()}")).status == 404


async def test_prices_of_the_telephone_are_set_as_a_whole(desk: Account, pool: asyncpg.Pool) -> None:
    whole = {
        "trunk": "acme", "direction": "in", "prefix": "+49", "per_minute": 0.01, "connection": 0.0,
        "first_s": 1, "step_s": 1, "since": "2026-01-01",
    }  # fmt: skip
    path = "/api/usage/phone-prices"
    answer = await desk.client.put(path, json={"prices": [whole, {"per_minute": 1.0}]})
    assert answer.status == 200
    shown = (await (await desk.client.get(path)).json())["prices"]
    assert shown[1] == whole and (shown[0]["trunk"], shown[0]["direction"], shown[0]["prefix"]) == (
        "*",
        "out",
        "",
    )
    for bad, says in (
        ([whole, whole], "two prices of acme in +49"),
        ([whole | {"prefix": "49"}], "prefix"),
        ([whole | {"step_s": 0}], "step_s"),
        ([whole | {"direction": "up"}], "direction"),
    ):
        answer = await desk.client.put(path, json={"prices": bad})
        assert answer.status == 400 and says in (await answer.json())["error"]["message"]
    assert len((await (await desk.client.get(path)).json())["prices"]) == 2
    line = await pool.fetchrow("select * from audit_log")
    assert line["action"] == "phone_prices.change"
