"""The HTTP server on a real socket, with a real database behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiohttp import ClientPayloadError, ClientResponse, ClientSession, web
from aiohttp.test_utils import TestClient, TestServer

from api.access.scopes import Scope
from api.app import ApiContext, build_app
from api.shared_places import SharedPlaces
from api.telephony import events, listing
from mediaserver.calls.call import Call
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.metrics import Metrics
from mediaserver.storage.records import ProviderCallKept
from mediaserver.storage.saving import save
from tests.api.board import Board, Nowhere
from tests.api.keys import STRANGER, bearer, made_up_key
from tests.mediaserver.samples import CALL, ROOM, START, whole_call

Client = TestClient[web.Request, web.Application]
Open = Callable[[ApiContext], Awaitable[Client]]

HANGUP = Termination(EndedBy.CALLER, Why.HANGUP)


def make_context(pool: asyncpg.Pool | None = None, **overrides: Any) -> ApiContext:
    metrics = Metrics()
    return ApiContext(
        load(None, overrides), Health("database", "sip"), metrics,
        switchboard=Board(metrics), pool=pool, sip_address="127.0.0.1:5060",
    )  # fmt: skip


def board(context: ApiContext) -> Board:
    assert isinstance(context.switchboard, Board)
    return context.switchboard


@pytest.fixture
async def open_client() -> AsyncIterator[Open]:
    clients: list[Client] = []

    async def start(context: ApiContext) -> Client:
        _, secret = made_up_key(context)
        client = TestClient(TestServer(build_app(context)), headers=bearer(secret))
        await client.start_server()
        clients.append(client)
        return client

    yield start
    for client in clients:
        await client.close()


def live_call(context: ApiContext) -> Call:
    call = Call(uuid4(), "inbound", "sip:<b>ann</b>@h", "sip:demo@h", "demo", Nowhere(), board(context).bus)
    board(context).registry.add(call)
    return call


async def next_event(response: ClientResponse) -> tuple[str, dict[str, Any]]:
    lines: list[str] = []
    while (
        line := (await asyncio.wait_for(response.content.readline(), 5)).decode().rstrip("\n")
    ) or not lines:
        lines.append(line)
    fields = dict(line.split(": ", 1) for line in lines)
    return fields["event"], json.loads(fields["data"])


async def error_of(response: ClientResponse) -> tuple[int, str]:
    content = await response.json()
    assert set(content["error"]) == {"code", "message", "detail"}
    return response.status, content["error"]["code"]


async def test_health_names_what_is_missing_until_all_is_there(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    context.health.set("database", False, "connection refused", "start PostgreSQL")
    response = await client.get("/api/health")
    content = await response.json()
    assert response.status == 503
    assert content["live"] and not content["ready"] and content["missing"] == ["database", "sip"]
    assert content["components"][0]["mend"] == "start PostgreSQL"

    context.health.set("database", True)
    context.health.set("sip", True)
    context.health.set("recorder", False, "disk full", "make room", required=False)
    response = await client.get("/api/health")
    assert response.status == 200 and (await response.json())["ready"]

    board(context).registry.start_draining()
    assert (await client.get("/api/health")).status == 503


async def test_what_is_wrong_with_whose_agent_is_the_operators_to_know(open_client: Open) -> None:
    context = make_context(http={"admin_token": "s3cret"})
    context.health.set("database", False, "connection refused", "start PostgreSQL")
    context.health.set("agent anns", False, "it names the tool crm", required=False)
    client = await open_client(context)
    _, secret = made_up_key(context, Scope.CALLS_READ)
    for headers, names in (
        (STRANGER, ["database", "sip"]),
        (bearer(secret), ["database", "sip"]),
        (bearer("s3cret"), ["database", "sip", "agent anns"]),
    ):
        told = await (await client.get("/api/health", headers=headers)).json()
        assert [each["name"] for each in told["components"]] == names
        assert told["missing"] == ["database", "sip"]
        assert ("refused" in str(told)) is (len(names) == 3)


async def test_metrics_are_in_the_prometheus_format(open_client: Open) -> None:
    client = await open_client(make_context())
    await client.get("/api/health")
    response = await client.get("/metrics")
    text = await response.text()
    assert response.content_type == "text/plain"
    assert 'voiceforge_http_requests_total{route="/api/health",status="503"} 1.0' in text


async def test_figures_of_the_whole_server_are_not_for_every_key(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    for scopes, status in (((Scope.USAGE_READ, Scope.CALLS_READ), 403), ((Scope.METRICS,), 200)):
        _, secret = made_up_key(context, *scopes)
        assert (await client.get("/metrics", headers=bearer(secret))).status == status


async def test_the_page_says_which_address_to_call_and_loads_nothing_foreign(open_client: Open) -> None:
    context = make_context()
    context.sip_address = "10.0.0.1:5060<script>"
    context.offered = lambda: {"demo": "books a room", "echo": "plays <back>"}
    client = await open_client(context)
    response = await client.get("/")
    text = await response.text()
    assert "sip:demo@10.0.0.1:5060&lt;script&gt;" in text and "sip:echo@" in text
    assert "plays &lt;back&gt;" in text and "assistant" not in text and "{{" not in text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "http://" not in text and "https://" not in text
    for path, kind in (("/page.css", "text/css"), ("/page.js", "text/javascript")):
        response = await client.get(path)
        assert (response.status, response.content_type) == (200, kind)
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "innerHTML" not in await response.text()


async def test_the_page_offers_what_answers_now_and_nothing_else(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    assert "No agent answers yet" in await (await client.get("/")).text()
    context.offered = lambda: {"assistant": "thinks"}
    text = await (await client.get("/")).text()
    assert "sip:assistant@" in text and "sip:demo@" not in text


async def test_a_stored_call_can_be_read_whole(open_client: Open, pool: asyncpg.Pool) -> None:
    for record in whole_call():
        await save(pool, record)
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    by_twilio = ProviderCallKept(
        CALL,
        "main",
        "twilio",
        "CA1",
        "inbound",
        CALL,
        "over",
        "completed",
        None,
        "human",
        0.0085,
        "USD",
        at,
        at,
        at,
    )
    await save(pool, by_twilio)
    client = await open_client(make_context(pool))
    listed = await (await client.get("/api/telephony/calls")).json()
    (row,) = listed["items"]
    assert (row["id"], row["live"], row["state"]) == (str(CALL), False, "ended")
    assert row["outcomes"][0]["data"]["time"] == "14:30" and row["about"] == {"bill": 12.5}
    assert (row["agent"], row["agent_version"]) == ("demo", 3)
    content = await (await client.get(f"/api/telephony/calls/{CALL}")).json()
    assert [line["text"] for line in content["transcript"]] == ["Hello, where?", "mountain view"]
    assert content["recording"] == {"seconds": 2.5, "size_bytes": 160_044} and not content["live"]
    assert content["hearing"]["noise_db"] == -51.0
    assert row["summary"] == content["summary"]["summary"] == "A room was booked."
    assert (content["summary"]["made_by"], content["summary"]["cost"]) == ("model", 0.002)
    assert content["legs"][0]["codec"] == "PCMU" and content["events"][0]["kind"] == "dtmf"
    assert content["started_at"] == "2026-11-21T09:00:00Z"
    (carried,) = content["carried"]
    assert (carried["account"], carried["ref"], carried["state"]) == ("main", "CA1", "completed")
    assert (carried["answered_by"], carried["cost"], carried["currency"]) == ("human", 0.0085, "USD")


async def test_how_a_caller_was_heard_is_told_with_advice(open_client: Open, pool: asyncpg.Pool) -> None:
    for record in whole_call():
        await save(pool, record)
    context = make_context(pool)
    client = await open_client(context)
    report = await (await client.get(f"/api/telephony/calls/{CALL}/hearing")).json()
    assert (report["noise_db"], report["hum_hz"]) == (-51.0, 50)
    assert report["interruptions"] == {"taken": 2, "resumed": 1}
    assert any("sends our voice back at -14 dB after 120 ms" in advice for advice in report["advice"])
    assert any("hums at 50 Hz" in advice for advice in report["advice"])
    missing = await error_of(await client.get(f"/api/telephony/calls/{live_call(context).id}/hearing"))
    assert missing[0] == 404
    assert await error_of(await client.get("/api/telephony/calls/none/hearing")) == (400, "bad_request")


async def test_live_calls_are_listed_also_without_a_database(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    call = live_call(context)
    content = await (await client.get("/api/telephony/calls")).json()
    assert [(row["id"], row["live"], row["state"]) for row in content["items"]] == [
        (str(call.id), True, "new")
    ]
    assert content["database"] == "unavailable"
    assert await error_of(await client.get(f"/api/telephony/calls/{call.id}")) == (
        503,
        "database_unavailable",
    )


class Hanging:
    """A database that takes a query and never answers, nor gives the connection back until `go_on`."""

    def __init__(self) -> None:
        self.asked = 0
        self.go_on = asyncio.Event()

    async def fetch(self, query: str, *values: object) -> list[object]:
        self.asked += 1
        try:
            await asyncio.Event().wait()
        finally:
            await self.go_on.wait()
        return []


async def test_live_calls_are_listed_at_once_while_the_database_hangs(
    open_client: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "HISTORY_S", 0.01)
    context = make_context()
    client = await open_client(context)
    call = live_call(context)
    database = Hanging()
    monkeypatch.setattr(context, "pool", database)
    for _ in range(5):
        async with asyncio.timeout(5):
            content = await (await client.get("/api/telephony/calls")).json()
        assert [row["id"] for row in content["items"]] == [str(call.id)]
        assert content["database"] == "unavailable"
    assert database.asked == 2  # not one more of its connections for each that asks
    database.go_on.set()
    while context.abandoned:  # noqa: ASYNC110 - they end when the loop comes to them
        await asyncio.sleep(0)
    monkeypatch.setattr(database, "fetch", nothing)
    content = await (await client.get("/api/telephony/calls")).json()
    assert content["database"] == "ok"


async def nothing(query: str, *values: object) -> list[object]:
    return []


async def test_wrong_requests_get_a_clear_error(open_client: Open, pool: asyncpg.Pool) -> None:
    client = await open_client(make_context(pool))
    assert await error_of(await client.get("/api/telephony/calls/nonsense")) == (400, "bad_request")
    assert await error_of(await client.get(f"/api/telephony/calls/{uuid4()}")) == (404, "not_found")
    assert await error_of(await client.get(f"/api/telephony/calls/{uuid4()}/events")) == (404, "not_found")
    assert await error_of(await client.get("/nowhere")) == (404, "not_found")
    assert await error_of(await client.post("/api/health")) == (405, "method_not_allowed")
    for limit in ("0", "201", "x", "-1", "9" * 5000, "\u0663"):
        assert await error_of(await client.get("/api/telephony/calls", params={"limit": limit})) == (
            400, "bad_request",
        )  # fmt: skip


async def test_a_late_watcher_is_told_what_happened_and_then_what_happens(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    call = live_call(context)
    call.answer()
    call.publish("agent", text="Hello")
    async with client.get(f"/api/telephony/calls/{call.id}/events") as response:
        assert response.content_type == "text/event-stream"
        told = [await next_event(response) for _ in range(3)]
        assert [kind for kind, _ in told] == ["state", "state", "agent"]
        assert told[0][1]["from_uri"] == "sip:<b>ann</b>@h" and told[1][1]["state"] == "answered"
        live_call(context)  # another call's events are not ours
        call.publish("partial", text="a\nroom")
        kind, data = await next_event(response)
        assert (kind, data["text"], data["call"]) == ("partial", "a\nroom", str(call.id))
        call.end(HANGUP)
        kind, data = await next_event(response)
        assert (kind, data["why"], data["by"]) == ("ended", "hung up", "caller")
        assert await response.content.read() == b""
    async with client.get(f"/api/telephony/calls/{call.id}/events") as response:
        again = (await response.content.read()).decode()
        assert again.count("event: ") == 4 and "event: ended" in again
    assert len(context.live_places) == 0


async def test_the_stream_of_all_calls_follows_new_ones_and_ends_with_the_server(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    first = live_call(context)
    async with client.get("/api/telephony/events") as response:
        assert (await next_event(response))[1]["call"] == str(first.id)
        second = live_call(context)
        assert (await next_event(response))[1]["call"] == str(second.id)
        first.end(HANGUP)
        assert (await next_event(response))[0] == "ended"
        await board(context).close()
        assert await response.content.read() == b""


async def test_a_past_call_is_told_from_its_transcript_with_the_times_when_it_happened(
    open_client: Open, pool: asyncpg.Pool
) -> None:
    for record in whole_call():
        await save(pool, record)
    # It waited for the database until long after the call.
    await pool.execute("update outcomes set saved_at = $1", START + timedelta(hours=1))
    client = await open_client(make_context(pool))
    async with client.get(f"/api/telephony/calls/{CALL}/events") as response:
        told = [await next_event(response) for _ in range(5)]
    assert [(kind, round(data["at"] - START.timestamp(), 3)) for kind, data in told] == [
        ("state", 0.0), ("agent", 1.0), ("final", 2.9), ("outcome", 60.0), ("ended", 60.0),
    ]  # fmt: skip
    assert told[0][1].items() >= {"agent": "demo", "agent_version": 3}.items()
    assert told[3][1].items() >= {"flow": "booking", "status": "confirmed", "data": ROOM}.items()


async def test_a_silent_stream_is_kept_open(open_client: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.01)
    client = await open_client(make_context())
    async with client.get("/api/telephony/events") as response:
        assert await asyncio.wait_for(response.content.readline(), 5) == b": still here\n"


async def test_there_is_a_limit_to_watchers_and_one_key_leaves_places_for_others(open_client: Open) -> None:
    context = make_context()
    context.live_places = SharedPlaces(2, 1)
    client = await open_client(context)
    _, other = made_up_key(context)
    async with client.get("/api/telephony/events"):
        assert await error_of(await client.get("/api/telephony/events")) == (429, "too_many_watchers")
        async with client.get("/api/telephony/events", headers=bearer(other)) as response:
            assert response.status == 200
            _, third = made_up_key(context)
            full = await client.get("/api/telephony/events", headers=bearer(third))
            assert await error_of(full) == (429, "too_many_watchers")


async def test_an_event_stream_is_for_those_who_read_it(
    open_client: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await open_client(make_context())
    assert (await client.head("/api/telephony/events")).status == 405
    monkeypatch.setattr(events, "UNREAD_S", 0.01)
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.01)
    written = asyncio.Event()

    async def write(response: web.StreamResponse, content: bytes) -> None:
        written.set()
        await asyncio.Event().wait()  # its buffers are full

    monkeypatch.setattr(web.StreamResponse, "write", write)
    async with client.get("/api/telephony/events") as response:
        await asyncio.wait_for(written.wait(), 5)
        with pytest.raises(ClientPayloadError):
            await asyncio.wait_for(response.content.read(), 5)


async def test_a_database_that_goes_away_is_a_503_in_json(open_client: Open, pool: asyncpg.Pool) -> None:
    client = await open_client(make_context(pool))
    pool.terminate()
    assert await error_of(await client.get(f"/api/telephony/calls/{UUID(int=1)}")) == (
        503,
        "database_unavailable",
    )
    content = await (await client.get("/api/telephony/calls")).json()
    assert content["database"] == "unavailable"


async def test_a_client_that_leaves_frees_its_stream_and_is_no_error(
    open_client: Open, caplog: pytest.LogCaptureFixture
) -> None:
    context = make_context()
    client = await open_client(context)
    call = live_call(context)
    async with ClientSession(headers=client.session.headers) as session:
        response = await session.get(client.make_url(f"/api/telephony/calls/{call.id}/events"))
        await next_event(response)
        assert len(context.live_places) == 1
        response.close()
    async with asyncio.timeout(30):
        while len(context.live_places):  # it is found out at one of the next writes
            call.publish("agent", text="x" * 1000)
            await asyncio.sleep(0.001)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_question_that_we_ask_wrongly_is_a_500_and_in_the_log(
    open_client: Open, pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    client = await open_client(make_context(pool))
    await pool.execute("alter table calls rename column started_at to misnamed")
    assert await error_of(await client.get("/api/telephony/calls")) == (500, "internal")
    assert "UndefinedColumnError" in caplog.text
