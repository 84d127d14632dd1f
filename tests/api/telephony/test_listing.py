"""Calls that are up and calls of the past in one list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.context import ApiContext
from mediaserver.calls.call import Call
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.metrics import Metrics
from mediaserver.storage import call_pages
from mediaserver.storage.call_pages import CallsWanted
from mediaserver.storage.records import CallEnded, Record, TurnSaid
from mediaserver.storage.saving import save
from tests.api.board import Board, Nowhere
from tests.api.desk import CALLS
from tests.api.telephony.keys import ANN, BOB, Client, keyed, known
from tests.mediaserver.samples import START, started


class Office:
    """A board with calls of three owners, and a database with some of them and older ones."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        metrics = Metrics()
        self.board = Board(metrics)
        self.context = ApiContext(load(None, {}), Health(), metrics, switchboard=self.board, pool=pool)
        self.client: Client = keyed(self.context)
        self.pool = pool

    def up(self, minute: int, owner: UUID | None = None, **more: Any) -> Call:
        """A call that is up, and whose row is not there yet."""
        begun = START + timedelta(minutes=minute)
        call = Call(
            uuid4(), "inbound", more.get("from_uri", "sip:ann@h"), "sip:demo@h", "demo", Nowhere(),
            self.board.bus, owner=owner, wall=lambda: begun, agent="demo",
        )  # fmt: skip
        self.board.registry.add(call)
        return call

    async def kept(self, *records: Record) -> None:
        for record in records:
            await save(self.pool, record)

    async def past(self, minute: int, owner: UUID | None = None, **more: Any) -> str:
        call_id, at = uuid4(), START + timedelta(minutes=minute)
        record = replace(started(call_id), at=at, owner=owner, **more)
        await self.kept(record, CallEnded(call_id, at + timedelta(seconds=9), "caller", "hung up", None))
        return str(call_id)

    async def ask(self, query: str = "", key: str = "operator") -> dict[str, Any]:
        response = await self.client.get(f"{CALLS}{query}", headers={"X-Key": key})
        assert response.status == 200, await response.text()
        content: dict[str, Any] = await response.json()
        return content

    async def ids(self, query: str = "", key: str = "operator") -> list[str]:
        return [row["id"] for row in (await self.ask(query, key))["items"]]


@pytest.fixture
async def office(pool: asyncpg.Pool) -> AsyncIterator[Office]:
    await known(pool)
    office = Office(pool)
    await office.client.start_server()
    yield office
    await office.client.close()


async def test_pages_follow_each_other_over_memory_and_database(office: Office) -> None:
    expected = [
        str(office.up(6).id),
        await office.past(5),
        str(office.up(4).id),
        await office.past(3),
        await office.past(2),
    ]
    seen: list[str] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        content = await office.ask(f"?limit=2&cursor={cursor}")
        seen += [row["id"] for row in content["items"]]
        cursor, pages = content["next"], pages + 1
    assert seen == expected and pages == 3


async def test_a_call_that_is_up_is_told_as_it_is_now_though_its_row_lags_behind(office: Office) -> None:
    call = office.up(1)
    await office.kept(call.first_record())
    call.answer()
    (row,) = (await office.ask("?state=live"))["items"]
    assert (row["id"], row["state"], row["live"], row["answered_at"]) == (
        str(call.id),
        "answered",
        True,
        None,
    )
    call.end(Termination(EndedBy.CALLER, Why.HANGUP))
    (row,) = (await office.ask())["items"]
    assert (row["state"], row["live"], row["why"]) == ("ended", False, "hung up")
    assert await office.ids("?state=live") == []


async def test_a_call_of_another_server_is_up_as_its_row_says(office: Office) -> None:
    await office.kept(started())
    (row,) = (await office.ask("?state=live"))["items"]
    assert (row["state"], row["live"], row["elapsed_ms"]) == ("ringing", True, None)


async def test_a_key_sees_its_own_calls_alone(office: Office) -> None:
    anns = {str(office.up(1, ANN).id), await office.past(2, ANN)}
    bobs = {str(office.up(3, BOB).id)}
    ours = {str(office.up(4).id), await office.past(5)}
    assert set(await office.ids(key="ann")) == anns
    assert set(await office.ids(key="bob")) == bobs
    assert set(await office.ids()) == anns | bobs | ours


async def test_filters_hold_for_memory_and_database_alike(office: Office) -> None:
    up, past = str(office.up(3, from_uri="sip:+4930@h").id), await office.past(2, from_uri="sip:+4930@h")
    other = await office.past(1, direction="outbound", agent="", agent_version=None)
    assert await office.ids("?from=4930") == [up, past]
    assert await office.ids("?state=ended") == [past, other]
    assert await office.ids("?direction=outbound") == [other]
    assert await office.ids("?agent=demo") == [up, past]
    assert await office.ids("?since=2026-11-21T09:02:00Z&until=2026-11-21T09:03:00Z") == [past]
    assert await office.ids("?outcome=confirmed&to=demo") == []


async def test_calls_are_found_by_what_was_said_in_them(office: Office) -> None:
    booked, asked, arabic = [await office.past(minute) for minute in (3, 2, 1)]
    office.up(9)
    for call, *lines in (
        (booked, "Which room would you like?", "the mountain view please", "Mountain View on Thursday."),
        (asked, "do you have a view of the sea", "We have it on <b>thursday</b>."),
        (arabic, "أين طلبي رقم أربعة"),
    ):
        for index, text in enumerate(lines):
            line = TurnSaid(UUID(call), index, "caller" if index % 2 else "agent", text, text, 0, 900)
            await office.kept(line)
    assert await office.ids("?q=view") == [booked, asked]
    assert await office.ids("?q=VIEW+room+thur") == [booked]  # in different lines, and still being typed
    assert await office.ids("?q=%22mountain+view%22") == [booked]
    assert await office.ids("?q=%22view+mountain%22") == []
    assert await office.ids("?q=%22thurs%22") == []  # a phrase is not still being typed
    assert await office.ids("?q=view&until=2026-11-21T09:03:00Z") == [asked]
    assert await office.ids("?q=طلبي") == [arabic]
    (row,) = (await office.ask("?q=mountain"))["items"]
    assert row["found"] == "the mountain view please"
    assert (await office.ask())["items"][1]["found"] is None


@pytest.mark.parametrize(
    "searched",
    ["'", "%", ":*", "a:*", "!x", "(", "a & | b", "\\", '"', '"\'"', "<->", "view'--", "²", "a\\'b"],
)
async def test_whatever_is_typed_is_searched_for_and_nothing_else(office: Office, searched: str) -> None:
    response = await office.client.get(CALLS, params={"q": searched}, headers={"X-Key": "operator"})
    assert response.status == 200


@pytest.mark.parametrize(
    "query",
    [
        "state=up",
        "limit=0",
        "limit=201",
        "cursor=nonsense",
        "cursor=WyJhIiwiYiJd",  # ["a","b"]
        "since=yesterday",
        "since=2026-11-21T09:02:00",
        "since=0001-01-01T00:00:00%2B23:00",
        "from=a%00b",
        "sender=x",
        "agent=a&agent=b",
    ],
)
async def test_a_query_that_makes_no_sense_is_refused_in_words(office: Office, query: str) -> None:
    response = await office.client.get(f"{CALLS}?{query}")
    assert response.status == 400 and (await response.json())["error"]["message"]


async def test_who_searches_on_and_on_keeps_nobodys_list_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key's searches took both places for reading: everybody else's past calls were "unavailable"."""
    kept, searches, page = await office.past(1), asyncio.Semaphore(0), call_pages.page

    async def slow(pool: Any, wanted: CallsWanted, *more: Any) -> Any:
        if wanted.words:
            searches.release()
            await asyncio.Event().wait()
        return await page(pool, wanted, *more)

    monkeypatch.setattr(call_pages, "page", slow)
    asking = [asyncio.create_task(office.ask("?q=hello", "ann")) for _ in range(3)]
    await searches.acquire()
    for _ in range(10):
        listed = await office.ask()
        assert listed["database"] == "ok" and [each["id"] for each in listed["items"]] == [kept]
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
