"""Browsers that sign in to the page: by a link, by a key; and out again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import asyncpg
import pytest
from aiohttp import ClientResponse

from api.access.scopes import Scope
from api.guard import COOKIE
from tests.api.desk import Desk
from tests.api.keys import STRANGER, bearer, stored_key

SESSIONS = "/api/console/sessions"
SESSION = "/api/console/session"


async def login(desk: Desk, path: str) -> tuple[int, str]:
    """What a browser that follows a link is answered, and its cookie."""
    async with desk.client.get(path, headers=STRANGER, allow_redirects=False) as response:
        cookie = SimpleCookie(response.headers.get("Set-Cookie", ""))
        return response.status, cookie[COOKIE].value if COOKIE in cookie else ""


async def link(desk: Desk) -> str:
    """The path of a new one."""
    async with desk.client.post("/api/console/links", headers=operator(desk)) as response:
        assert response.status == 201
        url: str = (await response.json())["url"]
    return "/" + url.split("/", 3)[3]


def operator(desk: Desk) -> dict[str, str]:
    return {"Authorization": f"Bearer {desk.secret}"}


@pytest.fixture
async def guarded(pool: asyncpg.Pool) -> AsyncIterator[Desk]:
    """With a token, so that nothing of the audit log names a key that the database does not know."""
    desk = Desk(http={"admin_token": "s3cret"})
    desk.context.pool = pool
    desk.secret = "s3cret"
    await desk.start()
    yield desk
    await desk.stop()


async def test_a_link_signs_one_browser_in_once(guarded: Desk) -> None:
    path = await link(guarded)
    assert (await guarded.client.head(path, headers=STRANGER)).status == 200  # a preview of the link
    async with guarded.client.get(path, headers=STRANGER, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/")
        told = response.headers["Set-Cookie"]
    assert all(word in told for word in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"))
    assert "Secure" not in told
    cookie = SimpleCookie(told)[COOKIE].value
    own = {"Cookie": f"{COOKIE}={cookie}", **STRANGER}
    assert (await guarded.client.get("/api/telephony/calls", headers=own)).status == 200
    assert await login(guarded, path) == (403, "")
    assert await login(guarded, "/login") == (403, "")


async def test_a_link_that_was_not_followed_soon_is_no_longer_one(
    guarded: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await link(guarded)
    access, later = guarded.context.access, guarded.context.access._now() + 601.0
    monkeypatch.setattr(access, "_now", lambda: later)
    assert await login(guarded, path) == (403, "")


async def test_behind_tls_the_cookie_goes_over_nothing_else(guarded: Desk) -> None:
    headers = {**STRANGER, "X-Forwarded-Proto": "https"}
    async with guarded.client.get(await link(guarded), headers=headers, allow_redirects=False) as response:
        assert "Secure" in response.headers["Set-Cookie"]


async def test_whoever_holds_a_key_or_the_token_may_change_it_for_a_cookie(guarded: Desk) -> None:
    async with guarded.client.post(SESSIONS, headers=bearer("s3cret")) as response:
        assert response.status == 204 and COOKIE in response.headers["Set-Cookie"]
    for wrong in (STRANGER, bearer("vf_wrong")):
        async with guarded.client.post(SESSIONS, headers=wrong) as response:
            assert response.status == 401 and "Set-Cookie" not in response.headers


async def with_key(desk: Desk, secret: str) -> dict[str, str]:
    """The headers of a browser that signed in with this key."""
    async with desk.client.post(SESSIONS, headers=bearer(secret)) as response:
        assert response.status == 204
        cookie = SimpleCookie(response.headers["Set-Cookie"])[COOKIE].value
    return {"Cookie": f"{COOKIE}={cookie}", **STRANGER}


async def error_code(response: ClientResponse) -> tuple[int, str]:
    return response.status, (await response.json())["error"]["code"]


async def test_with_any_key_a_browser_signs_in_and_may_do_what_that_key_may(
    guarded: Desk, pool: asyncpg.Pool
) -> None:
    key, secret = await stored_key(guarded.context, pool, {Scope.CALLS_READ}, "reception")
    own = await with_key(guarded, secret)
    assert (await guarded.client.get("/api/telephony/calls", headers=own)).status == 200
    assert await error_code(await guarded.client.get("/api/keys", headers=own)) == (403, "missing_scope")
    # Neither with the list of all browsers, nor with a session of its own that would outlast its key.
    assert await error_code(await guarded.client.get(SESSIONS, headers=own)) == (403, "missing_scope")
    assert await error_code(await guarded.client.post(SESSIONS, headers=own)) == (409, "signed_in")
    told = await (await guarded.client.get(SESSION, headers=own)).json()
    assert (told["signed_in"], told["ended"], told["name"], told["how"], told["scopes"]) == (
        True, False, "reception", "session", ["calls:read"],
    )  # fmt: skip
    assert told["expires_at"] and told["version"]
    # What the key may changes with the next request.
    change = {"scopes": ["voices:read"], "rate_limit": {"per_second": 0.01, "burst": 1}}
    await guarded.client.patch(f"/api/keys/{key.id}", json=change, headers=bearer("s3cret"))
    told_now = [await guarded.client.get("/api/voices", headers=own) for _ in range(2)]
    assert await error_code(told_now[1]) == (429, "rate_limited") and told_now[0].status == 503


async def test_a_browser_whose_key_may_little_signs_itself_out(guarded: Desk, pool: asyncpg.Pool) -> None:
    _, secret = await stored_key(guarded.context, pool, {Scope.CALLS_READ})
    own = await with_key(guarded, secret)
    async with guarded.client.delete(SESSION, headers=own) as response:
        assert response.status == 204 and "Max-Age=0" in response.headers["Set-Cookie"]
    assert await error_code(await guarded.client.get("/api/telephony/calls", headers=own)) == (
        401, "session_ended",
    )  # fmt: skip
    told = await (await guarded.client.get(SESSION, headers=own)).json()
    assert (told["signed_in"], told["ended"], told["name"], told["scopes"]) == (False, True, "", [])


async def test_who_was_never_signed_in_is_told_apart_from_who_no_longer_is(guarded: Desk) -> None:
    calls = await guarded.client.get("/api/telephony/calls", headers=STRANGER)
    assert await error_code(calls) == (401, "unauthorized")
    told = await (await guarded.client.get(SESSION, headers=STRANGER)).json()
    assert (told["signed_in"], told["ended"], told["how"]) == (False, False, "nothing")
    assert not told["may_call_without_key"]  # nobody is there to take calls of browsers


async def test_whom_to_call_is_told_to_who_may_call(guarded: Desk) -> None:
    guarded.context.offered = lambda: {"demo": "books a room"}
    guarded.context.sip_address = "192.0.2.1:5060"
    told = await (await guarded.client.get(SESSION, headers=STRANGER)).json()
    assert told["offered"] == [{"name": "demo", "says": "books a room"}]
    assert told["sip_address"] == "192.0.2.1:5060"
    afar = {**STRANGER, "X-Forwarded-For": "192.0.2.7"}
    told = await (await guarded.client.get(SESSION, headers=afar)).json()
    assert (told["offered"], told["sip_address"]) == ([], "")


async def test_while_the_server_starts_nobody_is_told_that_he_is_signed_out(guarded: Desk) -> None:
    guarded.context.access.ring.known = False
    headers = {"Cookie": f"{COOKIE}=vfs_of_before", **STRANGER}
    calls = await guarded.client.get("/api/telephony/calls", headers=headers)
    assert await error_code(calls) == (503, "unavailable")


async def test_sessions_are_listed_and_ended(guarded: Desk) -> None:
    _, first = await login(guarded, await link(guarded))
    _, second = await login(guarded, await link(guarded))
    own = {"Cookie": f"{COOKIE}={second}", **STRANGER}

    async def shown() -> list[dict[str, Any]]:
        content = await (await guarded.client.get(SESSIONS, headers=own)).json()
        items: list[dict[str, Any]] = content["items"]
        return items

    sessions = await shown()
    assert sorted(each["current"] for each in sessions) == [False, True]
    (other,) = [each["id"] for each in sessions if not each["current"]]
    assert (await guarded.client.delete(f"{SESSIONS}/{other}", headers=own)).status == 204
    assert (await guarded.client.delete(f"{SESSIONS}/{other}", headers=own)).status == 404
    gone = {"Cookie": f"{COOKIE}={first}", **STRANGER}
    assert (await guarded.client.get("/api/telephony/calls", headers=gone)).status == 401
    async with guarded.client.delete("/api/console/session", headers=own) as response:
        assert response.status == 204 and "Max-Age=0" in response.headers["Set-Cookie"]
    assert (await guarded.client.get(SESSIONS, headers=own)).status == 401
    by_token = await guarded.client.delete("/api/console/session", headers=bearer("s3cret"))
    assert by_token.status == 404
    log = await (await guarded.client.get("/api/audit?action=session.", headers=bearer("s3cret"))).json()
    assert [line["action"] for line in log["items"]] == ["session.end"] * 2 + ["session.begin"] * 2


@pytest.mark.parametrize("change", [None, {"active": False}, {"scopes": ["calls:read"]}])
async def test_with_a_key_that_is_revoked_or_less_go_the_browsers_that_signed_in_with_it(
    guarded: Desk, pool: asyncpg.Pool, change: dict[str, Any] | None
) -> None:
    """Also when the audit log does not say any more which they were."""
    key, secret = await stored_key(guarded.context, pool)
    cookies = []
    for admin in (secret, "s3cret"):
        async with guarded.client.post(SESSIONS, headers=bearer(admin)) as response:
            cookies.append(SimpleCookie(response.headers["Set-Cookie"])[COOKIE].value)
    await pool.execute("truncate audit_log")
    method = "PATCH" if change else "DELETE"
    await guarded.client.request(method, f"/api/keys/{key.id}", json=change, headers=bearer("s3cret"))
    told = [
        (await guarded.client.get(SESSIONS, headers={"Cookie": f"{COOKIE}={cookie}", **STRANGER})).status
        for cookie in cookies
    ]
    assert told == [401, 200]


async def test_codes_cannot_be_tried_without_an_end(guarded: Desk) -> None:
    limit = guarded.context.settings.access.wrong_keys_per_minute
    told = [(await login(guarded, f"/login?code={n}"))[0] for n in range(limit + 1)]
    assert told == [403] * limit + [429]
