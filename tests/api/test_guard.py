"""Who gets through to a handler: names, pages, proxies, tokens, keys, cookies and tickets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from api.access.access import BY_TICKET
from api.access.scopes import Scope
from api.app import build_app
from api.context import ApiContext
from api.guard import COOKIE
from mediaserver.calls.call import Call
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.storage.console_sessions import ConsoleSession
from mediaserver.storage.keys import hash_of, new_secret
from tests.api.board import Board, Nowhere
from tests.api.keys import BEGAN, bearer, made_up_key
from tests.mediaserver.samples import CALL

Client = TestClient[web.Request, web.Application]
Open = Callable[[ApiContext], Awaitable[Client]]

CALLS = "/api/telephony/calls"


def make_context(**http: Any) -> ApiContext:
    metrics = Metrics()
    context = ApiContext(load(None, {"http": http}), Health("sip"), metrics, switchboard=Board(metrics))
    context.access.ring.known = True
    return context


@pytest.fixture
async def open_client() -> AsyncIterator[Open]:
    """A client that has no key."""
    clients: list[Client] = []

    async def start(context: ApiContext) -> Client:
        client: Client = TestClient(TestServer(build_app(context)))
        await client.start_server()
        clients.append(client)
        return client

    yield start
    for client in clients:
        await client.close()


def live_call(context: ApiContext) -> Call:
    board = context.switchboard
    assert isinstance(board, Board)
    call = Call(uuid4(), "inbound", "sip:ann@h", "sip:demo@h", "demo", Nowhere(), board.bus)
    board.registry.add(call)
    return call


async def error_of(response: ClientResponse) -> tuple[int, str]:
    content = await response.json()
    assert set(content["error"]) == {"code", "message", "detail"}
    return response.status, content["error"]["code"]


# -- names and pages


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "10.0.0.9", "[::1"]
)
async def test_a_foreign_host_name_is_refused_on_loopback(open_client: Open, host: str) -> None:
    client = await open_client(make_context())
    response = await client.get("/api/health", headers={"Host": host})
    assert await error_of(response) == (403, "wrong_host")


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "127.0.0.9:1", "[::1]:8080", "LOCALHOST"])
async def test_our_own_names_are_accepted(open_client: Open, host: str) -> None:
    client = await open_client(make_context())
    assert (await client.get("/page.css", headers={"Host": host})).status == 200


async def test_no_other_site_may_read_us(open_client: Open) -> None:
    client = await open_client(make_context())
    response = await client.get("/api/health", headers={"Origin": "http://evil.example"})
    assert "Access-Control-Allow-Origin" not in response.headers
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_openais_client_in_a_browser_may_ask_from_a_site_that_was_named(open_client: Open) -> None:
    client = await open_client(make_context(cors_origins=["https://app.example"]))
    page = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    wanted = "authorization,content-type,x-stainless-lang, X-Stainless-Retry-Count,x-forwarded-for"
    told = await client.options(
        "/v1/audio/speech", headers={**page, "Access-Control-Request-Headers": wanted}
    )
    allowed = {name.strip().lower() for name in told.headers["Access-Control-Allow-Headers"].split(",")}
    assert told.status == 204
    assert {"authorization", "content-type", "x-stainless-lang", "x-stainless-retry-count"} <= allowed
    assert "x-forwarded-for" not in allowed


async def test_what_is_nowhere_and_what_a_path_does_not_take_is_said_in_words(open_client: Open) -> None:
    context = make_context()
    _, secret = made_up_key(context, Scope.ADMIN)
    client = await open_client(context)
    nowhere = await client.get("/api/nowhere", headers=bearer(secret))
    assert nowhere.status == 404 and "/docs" in (await nowhere.json())["error"]["message"]
    wrong = await client.put("/api/voices", headers=bearer(secret))
    assert wrong.status == 405 and (await wrong.json())["error"]["message"] == "This path takes GET, HEAD."


async def test_a_page_that_the_operator_named_may_act_with_a_key_and_never_with_our_cookie(
    open_client: Open,
) -> None:
    context = make_context(cors_origins=["https://app.example"])
    _, secret = made_up_key(context, Scope.CALLS_READ)
    client = await open_client(context)
    cookie = signed_in(context)
    page = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}
    with_key = await client.delete(f"{CALLS}/{uuid4()}", headers={**page, **bearer(secret)})
    assert await error_of(with_key) == (403, "missing_scope")  # it got as far as any program
    assert with_key.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert with_key.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in with_key.headers
    with_cookie = await client.delete(f"{CALLS}/{uuid4()}", headers=page, cookies={COOKIE: cookie})
    assert await error_of(with_cookie) == (401, "unauthorized")
    other = {**page, "Origin": "https://other.example", **bearer(secret)}
    refused = await client.delete(f"{CALLS}/{uuid4()}", headers=other)
    assert await error_of(refused) == (403, "wrong_origin")
    assert refused.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in refused.headers


# -- the token, and proxies


async def test_an_exposed_server_shows_calls_to_the_token_alone(open_client: Open) -> None:
    context = make_context(host="0.0.0.0", admin_token="s3cret", allowed_hosts=["pbx.example"])
    client = await open_client(context)
    for path in ("/", "/page.js", "/page.css", "/openapi.json"):
        assert (await client.get(path)).status == 200
    for path in ("/metrics", CALLS, "/api/telephony/events", f"{CALLS}/{CALL}", "/nowhere"):
        for wrong in (
            {},
            {"Authorization": "Bearer s3cre"},
            {"Authorization": "Basic s3cret"},
            {"Authorization": "Bearer \u00fc"},
        ):
            response = await client.get(path, headers=wrong)
            assert await error_of(response) == (401, "unauthorized")
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
    right = {"Authorization": "bearer s3cret"}
    for host in ("pbx.example", "192.0.2.7:8080"):
        assert (await client.get(CALLS, headers={**right, "Host": host})).status == 200
    response = await client.get(CALLS, headers={**right, "Host": "evil.example"})
    assert await error_of(response) == (403, "wrong_host")


async def test_the_host_of_the_public_address_is_one_of_ours(open_client: Open) -> None:
    client = await open_client(make_context(admin_token="s3cret", public_url="https://Voice.example/pbx"))
    right = {"Authorization": "bearer s3cret"}
    assert (await client.get(CALLS, headers={**right, "Host": "voice.example"})).status == 200
    response = await client.get(CALLS, headers={**right, "Host": "pbx.example"})
    assert await error_of(response) == (403, "wrong_host")


@pytest.mark.parametrize(
    "sign",
    [
        {"Forwarded": "for=192.0.2.7"},
        {"X-Forwarded-For": "192.0.2.7"},
        {"x-forwarded-proto": ""},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 cache"},
        {"Origin": "https://pbx.example"},
        {"Referer": "https://pbx.example/calls"},
    ],
    ids=lambda sign: next(iter(sign)),
)
async def test_a_proxy_on_this_machine_opens_nothing_and_administers_nothing_without_a_token(
    open_client: Open, sign: dict[str, str]
) -> None:
    context = make_context()
    client = await open_client(context)
    call = live_call(context)
    for path in (CALLS, "/metrics", f"{CALLS}/{call.id}/events"):
        status, code = await error_of(await client.get(path, headers=sign))
        assert (status, code) in ((401, "unauthorized"), (403, "wrong_origin"))
    _, secret = made_up_key(context)
    response = await client.get("/api/keys", headers={**sign, **bearer(secret)})
    assert await error_of(response) == (403, "behind_proxy")
    assert "Set ADMIN_TOKEN" in (await response.json())["error"]["detail"]
    assert (await client.get("/api/health", headers=sign)).status == 503  # load balancers ask it


async def test_nginx_as_it_comes_is_known_by_its_version(open_client: Open) -> None:
    """`proxy_pass` alone sends our own name as Host, adds no header, and speaks HTTP/1.0 (before 1.29.7)."""
    context = make_context()
    client = await open_client(context)
    _, secret = made_up_key(context)
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(
        f"GET /api/keys HTTP/1.0\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
        "Connection: close\r\n\r\n".encode()
    )
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.0 403 ") and b"behind_proxy" in answer


async def test_behind_a_proxy_the_token_and_keys_count_where_a_token_is_set(open_client: Open) -> None:
    context = make_context(admin_token="s3cret")
    client = await open_client(context)
    _, secret = made_up_key(context)
    for sign in ({}, {"X-Forwarded-For": "192.0.2.7"}):
        assert await error_of(await client.get(CALLS, headers=sign)) == (401, "unauthorized")
        for right in ("s3cret", secret):
            assert (await client.get("/api/drain", headers={**sign, **bearer(right)})).status == 503
    assert (await client.get("/")).status == 200


async def test_metrics_need_no_key_on_this_machine_where_no_token_is_set(open_client: Open) -> None:
    assert (await (await open_client(make_context())).get("/metrics")).status == 200
    guarded = await open_client(make_context(admin_token="s3cret"))
    assert (await guarded.get("/metrics")).status == 401


# -- keys


async def test_also_on_this_machine_nothing_acts_and_no_call_is_shown_without_a_key(
    open_client: Open,
) -> None:
    context = make_context()
    client = await open_client(context)
    call = live_call(context)
    for method, path in (
        ("GET", CALLS),
        ("GET", f"{CALLS}/{call.id}"),
        ("POST", CALLS),
        ("DELETE", f"{CALLS}/{call.id}"),
        ("GET", "/api/keys"),
        ("GET", "/nowhere"),
    ):
        response = await client.request(method, path)
        assert await error_of(response) == (401, "unauthorized")
        assert "api.key" in (await response.json())["error"]["detail"]
    for path in ("/", "/page.js", "/api/health", "/docs", "/openapi.json"):
        assert (await client.get(path)).status in (200, 503)


async def test_a_key_does_what_it_was_made_for_and_is_told_what_it_lacks(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    _, reader = made_up_key(context, Scope.CALLS_READ)
    assert (await client.get(CALLS, headers=bearer(reader))).status == 200
    refused = await client.get("/api/keys", headers=bearer(reader))
    assert await error_of(refused) == (403, "missing_scope")
    assert (await refused.json())["error"]["detail"] == {"scope": "admin", "held": ["calls:read"]}
    assert await error_of(await client.get("/nowhere", headers=bearer(reader))) == (404, "not_found")


async def test_a_key_that_is_wrong_or_switched_off_is_told_so(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    _, off = made_up_key(context, active=False)
    for secret, code in ((new_secret(), "unauthorized"), (off, "key_inactive"), ("x" * 5000, "unauthorized")):
        response = await client.get(CALLS, headers=bearer(secret))
        assert await error_of(response) == (401, code)
        assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    # What is open stays so: a monitor whose key has gone still sees whether we are well.
    assert (await client.get("/api/health", headers=bearer(off))).status == 503


async def test_before_the_keys_are_read_nobody_is_told_that_a_key_is_wrong(open_client: Open) -> None:
    context = make_context()
    context.access.ring.known = False
    client = await open_client(context)
    response = await client.get(CALLS, headers=bearer(new_secret()))
    assert await error_of(response) == (503, "unavailable") and response.headers["Retry-After"] == "1"


async def test_a_limited_key_is_told_what_is_left_and_when_to_come_again(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    _, secret = made_up_key(context, Scope.CALLS_READ, per_second=0.5, burst=2)
    told = [await client.get(CALLS, headers=bearer(secret)) for _ in range(3)]
    assert [response.status for response in told] == [200, 200, 429]
    assert told[0].headers["RateLimit-Policy"] == '"requests";q=2;w=4'
    assert [response.headers["RateLimit"].partition(";t=")[0] for response in told] == [
        '"requests";r=1', '"requests";r=0', '"requests";r=0',
    ]  # fmt: skip
    assert await error_of(told[2]) == (429, "rate_limited")
    assert 1 <= int(told[2].headers["Retry-After"]) <= 2
    errors = await client.get("/nowhere", headers=bearer(made_up_key(context, Scope.MODELS)[1]))
    assert errors.status == 404 and "RateLimit" in errors.headers


async def test_a_quota_of_requests_ends_with_the_month(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    _, secret = made_up_key(context, Scope.CALLS_READ, quota={"requests": 2.0})
    told = [await client.get(CALLS, headers=bearer(secret)) for _ in range(3)]
    assert [response.status for response in told] == [200, 200, 429]
    assert await error_of(told[2]) == (429, "quota_spent")
    assert 0 < int(told[2].headers["Retry-After"]) <= 31 * 86_400


# -- browsers


def signed_in(context: ApiContext, lasts: timedelta = timedelta(days=9999)) -> str:
    """The cookie of a browser that is signed in."""
    cookie = new_secret("vfs_")
    context.access.ring.take_session(ConsoleSession(uuid4(), hash_of(cookie), BEGAN + lasts))
    return cookie


async def test_a_browser_that_is_signed_in_may_do_all_from_our_own_page(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    cookies = {COOKIE: signed_in(context)}
    own = {"Origin": f"http://127.0.0.1:{client.port}", "Sec-Fetch-Site": "same-origin"}
    assert (await client.get(CALLS, cookies=cookies, headers={"Sec-Fetch-Site": "same-origin"})).status == 200
    assert (await client.delete(f"{CALLS}/{uuid4()}", cookies=cookies, headers=own)).status == 404


@pytest.mark.parametrize(
    "page",
    [
        {"Sec-Fetch-Site": "same-site"},  # another port of this machine: the browser sends our cookie there
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
async def test_the_cookie_is_worth_nothing_on_another_page(open_client: Open, page: dict[str, str]) -> None:
    context = make_context()
    client = await open_client(context)
    cookies = {COOKIE: signed_in(context)}
    read = await client.get(CALLS, cookies=cookies, headers=page)
    assert await error_of(read) == (401, "unauthorized")
    acted = await client.delete(f"{CALLS}/{uuid4()}", cookies=cookies, headers=page)
    assert await error_of(acted) == (403, "wrong_origin")


async def test_a_session_that_is_over_or_made_up_is_none(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    for cookie in (signed_in(context, timedelta(days=1)), "vfs_madeup", ""):
        assert (await client.get(CALLS, cookies={COOKIE: cookie})).status == 401


# -- tickets


async def test_a_ticket_opens_its_own_call_to_be_read_and_nothing_else(open_client: Open) -> None:
    context = make_context()
    client = await open_client(context)
    call, other = live_call(context), live_call(context)
    ticket = {"ticket": context.access.tickets.of(call.id)}
    async with client.get(f"{CALLS}/{call.id}/events", params=ticket) as response:
        assert response.status == 200
    assert (await client.get(f"{CALLS}/{call.id}", params=ticket)).status == 503  # no database here
    for method, path in (
        ("GET", f"{CALLS}/{other.id}/events"),
        ("GET", CALLS),
        ("GET", "/api/telephony/events"),
        ("DELETE", f"{CALLS}/{call.id}"),
        ("GET", f"{CALLS}/{call.id}/sip"),
    ):
        assert (await client.request(method, path, params=ticket)).status == 401
    for wrong in ("", "x", ticket["ticket"][:-1], "\u00fc"):
        response = await client.get(f"{CALLS}/{call.id}/events", params={"ticket": wrong})
        assert response.status == 401


async def test_a_ticket_is_good_for_a_request_a_second(open_client: Open) -> None:
    """Each reads the whole call of the database, and whoever opens a page has a ticket."""
    context = make_context()
    client = await open_client(context)
    call, other = live_call(context), live_call(context)

    async def asked(id: UUID) -> ClientResponse:
        return await client.get(f"{CALLS}/{id}", params={"ticket": context.access.tickets.of(id)})

    statuses = [(await asked(call.id)).status for _ in range(int(BY_TICKET.burst))]
    assert set(statuses) == {503}  # no database here
    refused = await asked(call.id)
    assert int(refused.headers["Retry-After"]) >= 1
    assert await error_of(refused) == (429, "rate_limited")
    assert (await asked(other.id)).status == 503


# -- many wrong keys


async def test_whoever_tries_many_keys_is_told_to_wait_and_nobody_else_is(
    open_client: Open, caplog: pytest.LogCaptureFixture
) -> None:
    context = make_context(admin_token="s3cret")
    client = await open_client(context)
    _, secret = made_up_key(context)
    limit = context.settings.access.wrong_keys_per_minute
    told = [await client.get(CALLS, headers=bearer(new_secret())) for _ in range(limit + 5)]
    assert [response.status for response in told] == [401] * limit + [429] * 5
    assert await error_of(told[-1]) == (429, "too_many_wrong_keys")
    assert int(told[-1].headers["Retry-After"]) >= 1
    # A right key cannot be guessed, so it counts; the token may be a person's word, and waits.
    assert (await client.get(CALLS, headers=bearer(secret))).status == 200
    assert (await client.get(CALLS, headers=bearer("s3cret"))).status == 429
    assert len([line for line in caplog.records if "wrong key" in line.message]) == 1
