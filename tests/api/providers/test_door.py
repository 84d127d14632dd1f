"""The doors that providers ask at: what they are handed, who is let in, and what our faults look like."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import cast
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientResponse

from api.access.buckets import RequestRate
from api.providers import door
from api.unproven import UnprovenRequests
from providers.accounts.board import ProviderBoard
from providers.accounts.rows import ReadAccounts
from providers.kind import Surroundings
from tests.api.desk import Desk
from tests.api.providers.desk import Sessions, board_of, speaker
from tests.providers.acme import PROOF, acme, rows

PROVEN = {PROOF: "correct horse"}
HOOKS = "/api/telephony/providers/main/webhooks"
CALL = UUID(int=0xCA11)


class Doors:
    def __init__(self, desk: Desk, board: ProviderBoard) -> None:
        self.desk, self.board, self.acme = desk, board, speaker(board)
        self.sessions = Sessions()
        self.sessions.known[CALL] = "main"
        desk.context.providers, desk.context.provider_sessions = board, self.sessions

    async def post(self, path: str, headers: Mapping[str, str] = PROVEN, body: bytes = b"") -> ClientResponse:
        del self.desk.client.session.headers["Authorization"]
        try:
            return await self.desk.client.post(path, data=body, headers={**PROVEN, **headers})
        finally:
            self.desk.client.session.headers["Authorization"] = f"Bearer {self.desk.secret}"


@pytest.fixture
async def doors(desk: Desk) -> AsyncIterator[Doors]:
    board = await board_of(acme(public_url="https://voice.test/pbx"), acme("off", enabled=False))
    yield Doors(desk, board)
    await board.close()


async def test_a_webhook_is_handed_over_as_it_came(doors: Doors) -> None:
    path = f"{HOOKS}/status?a=%2B49&b=x+y&session={CALL}&c"
    answer = await doors.post(path, {"X-One": "1", "Content-Type": "text/odd"}, b"From=%2B49&\xff")
    assert (answer.status, await answer.read()) == (200, b"<Response/>")
    assert answer.headers["Content-Type"] == "text/xml" and answer.headers["X-Acme"] == "1"
    (asked,) = doors.acme.asked
    assert asked.url == f"https://voice.test/pbx{path}", "as it was signed, whatever host was asked"
    assert (asked.hook, asked.method, asked.body) == ("status", "POST", b"From=%2B49&\xff")
    assert (asked.headers["x-one"], asked.headers["content-type"]) == ("1", "text/odd")
    assert asked.session == CALL


async def test_a_call_is_asked_for_at_its_accounts(doors: Doors) -> None:
    answer = await doors.post(f"/api/telephony/twiml/{CALL}")
    assert answer.status == 200
    (asked,) = doors.acme.asked
    assert (asked.hook, asked.session) == ("answer", CALL)
    got = await doors.desk.client.get(f"/api/telephony/twiml/{CALL}?x=1", headers=PROVEN)
    assert got.status == 200
    assert (doors.acme.asked[1].method, doors.acme.asked[1].body) == ("GET", b"")


async def test_real_providers_are_let_in_whatever_they_send(doors: Doors) -> None:
    """Under the account's own host, with an Authorization of theirs and an Origin: none is the guard's."""
    strange = {
        "Host": "voice.test", "Authorization": "Bearer eyJhbGciOi", "Origin": "https://acme.test",
        "Sec-Fetch-Site": "cross-site", "X-Forwarded-For": "192.0.2.1",
    }  # fmt: skip
    assert (await doors.post(f"{HOOKS}/voice", strange)).status == 200
    for _ in range(50):
        assert (await doors.post(f"{HOOKS}/voice", strange)).status == 200
    key = await doors.desk.client.get("/api/telephony/calls")
    assert key.status == 200, "nobody was banned for wrong keys"


async def test_what_is_not_there_looks_alike(doors: Doors) -> None:
    paths = [
        "/api/telephony/providers/nobody/webhooks/voice",
        "/api/telephony/providers/off/webhooks/voice",
        f"{HOOKS}/no%20hook",
        f"/api/telephony/twiml/{uuid4()}",
    ]
    answers = [await doors.post(path) for path in paths]
    assert {each.status for each in answers} == {404}
    assert len({await each.text() for each in answers}) == 1
    assert not doors.acme.asked


async def test_too_long_a_body_is_refused_before_it_is_read(doors: Doors) -> None:
    answer = await doors.post(f"{HOOKS}/voice", body=b"x" * (door.MOST_BODY + 1))
    assert answer.status == 413 and not doors.acme.asked
    assert (await doors.post(f"{HOOKS}/voice", body=b"x" * door.MOST_BODY)).status == 200


async def test_our_faults_show_nothing_and_are_logged(doors: Doors, caplog: pytest.LogCaptureFixture) -> None:
    doors.acme.fails = RuntimeError("tell-tale")
    answer = await doors.post(f"{HOOKS}/voice")
    assert answer.status == 500 and "tell-tale" not in await answer.text()
    assert "the webhook voice of the account main failed" in caplog.text and "tell-tale" in caplog.text


async def test_one_that_hangs_is_told_to_come_again(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(door, "ANSWERED_WITHIN_S", 0.01)
    doors.acme.hold = asyncio.Event()
    answer = await doors.post(f"{HOOKS}/voice")
    assert answer.status == 503 and "not answered within" in caplog.text


async def test_who_comes_while_an_account_is_being_started_is_heard(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To import an SDK takes seconds; who calls meanwhile is not sent away."""
    board = ProviderBoard(rows())
    board.take(ReadAccounts({"main": acme()}))
    desk.context.providers = board
    asking = asyncio.create_task(desk.client.post(f"{HOOKS}/voice", headers=PROVEN))
    waits = asyncio.Event()
    served = board.served("main")
    assert served is not None
    settled = served.settled

    async def noted() -> None:
        waits.set()
        await settled()

    monkeypatch.setattr(served, "settled", noted)
    await asyncio.wait_for(waits.wait(), 10)
    board.made_with(lambda account: cast(Surroundings, None))
    assert (await asking).status == 200
    await board.close()
    never = ProviderBoard(rows())
    never.take(ReadAccounts({"main": acme()}))
    desk.context.providers = never
    monkeypatch.setattr(door, "MADE_WITHIN_S", 0.01)
    late = await desk.client.post(f"{HOOKS}/voice", headers=PROVEN)
    assert late.status == 503 and late.headers["Retry-After"]
    never.take(ReadAccounts())
    assert (await desk.client.post(f"{HOOKS}/voice", headers=PROVEN)).status == 404
    await never.close()


async def test_a_timeout_of_the_providers_own_is_a_fault_like_any(doors: Doors) -> None:
    doors.acme.fails = TimeoutError()
    assert (await doors.post(f"{HOOKS}/voice")).status == 500


async def test_who_proves_nothing_is_not_listened_to_for_long(
    doors: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    doors.desk.context.unproven = UnprovenRequests(RequestRate(per_second=0.001, burst=3))
    forged = {PROOF: "wrong", "X-Forwarded-For": "192.0.2.1, 203.0.113.9"}
    statuses = [(await doors.post(f"{HOOKS}/voice", forged)).status for _ in range(5)]
    assert statuses == [403, 403, 403, 429, 429] and len(doors.acme.asked) == 3
    assert "203.0.113.9 is not listened to at the door of the account main" in caplog.text
    again = await doors.post(f"{HOOKS}/voice", forged)
    assert int(again.headers["Retry-After"]) > 0
    other = {"X-Forwarded-For": "203.0.113.10"}
    assert (await doors.post(f"{HOOKS}/voice", other)).status == 200, "others are"
    assert (await doors.post(f"{HOOKS}/voice")).status == 200, "whom the proxy does not name, too"
    for _ in range(5):
        await doors.post("/api/telephony/providers/nobody/webhooks/voice", other)
    assert (await doors.post(f"{HOOKS}/voice", other)).status == 200, "a door that is gone closes no other"


async def test_a_provider_is_not_kept_out_by_what_others_have_it_send(doors: Doors) -> None:
    """Anybody may have an account there, and point its webhooks here: they come from the same machines."""
    doors.desk.context.unproven = UnprovenRequests(RequestRate(per_second=0.001, burst=3))
    source = {"X-Forwarded-For": "203.0.113.9"}
    assert (await doors.post(f"{HOOKS}/voice", source)).status == 200
    forged = {**source, PROOF: "wrong"}
    assert [(await doors.post(f"{HOOKS}/voice", forged)).status for _ in range(5)] == [403] * 5
    assert (await doors.post(f"{HOOKS}/voice", source)).status == 200


async def test_who_makes_us_fail_is_not_listened_to_for_long_either(doors: Doors) -> None:
    doors.desk.context.unproven = UnprovenRequests(RequestRate(per_second=0.001, burst=3))
    doors.acme.fails = RecursionError("too deep")
    source = {"X-Forwarded-For": "203.0.113.9"}
    statuses = [(await doors.post(f"{HOOKS}/voice", source)).status for _ in range(5)]
    assert statuses == [500, 500, 500, 429, 429]
    doors.acme.fails = RuntimeError("the database is away")
    other = {"X-Forwarded-For": "203.0.113.10"}
    statuses = [(await doors.post(f"{HOOKS}/voice", other)).status for _ in range(5)]
    assert statuses == [500] * 5, "what is our own fault keeps no provider out"


async def test_before_the_server_has_started_they_come_again(desk: Desk) -> None:
    answer = await desk.client.post(f"{HOOKS}/voice")
    assert answer.status == 503 and answer.headers["Retry-After"]


async def test_a_webhook_of_a_call_whose_account_is_gone_is_heard(doors: Doors) -> None:
    served = doors.board.served("main")
    assert served is not None
    release = served.borrow()
    doors.board.take(ReadAccounts())
    assert (await doors.post(f"{HOOKS}/status")).status == 200
    release()
    await asyncio.wait_for(doors.acme.closed.wait(), 10)
    assert (await doors.post(f"{HOOKS}/status")).status == 404


async def test_they_are_not_in_the_document_for_users(desk: Desk) -> None:
    document = await (await desk.client.get("/openapi.json")).json()
    assert not [path for path in document["paths"] if "webhooks/{hook}" in path or "twiml" in path]
