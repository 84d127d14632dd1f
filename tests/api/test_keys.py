"""`/api/keys` and `/api/audit`: changes count at once, and on all servers of a database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from api.access.keyring import KeyRing
from mediaserver.key_file import read_key, write_key
from mediaserver.storage import keys as table
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.records import UsageCounted, UsageKind
from mediaserver.storage.saving import save
from tests.api.desk import Desk
from tests.api.keys import STRANGER, bearer, stored_key
from tests.mediaserver.samples import START

KEYS = "/api/keys"


@pytest.fixture
async def desk(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Desk]:
    """One whose own key stands in the database, as in a server."""
    desk = Desk(data=str(tmp_path))
    desk.context.pool = pool
    await desk.start()
    _, secret = await stored_key(desk.context, pool)
    desk.client.session.headers["Authorization"] = f"Bearer {secret}"
    yield desk
    await desk.stop()


async def asked(desk: Desk, method: str, path: str, content: Any = None, **headers: str) -> tuple[int, Any]:
    async with desk.client.request(method, path, json=content, headers=headers) as response:
        return response.status, await response.json() if response.status != 204 else None


async def test_a_key_is_told_once_and_opens_what_it_was_made_for(desk: Desk) -> None:
    status, made = await asked(desk, "POST", KEYS, {"name": "shop", "scopes": ["calls:read"]})
    assert status == 201 and made["key"].startswith(made["prefix"]) and "ADMIN_TOKEN" in made["warning"]
    own = bearer(made["key"])
    assert (await asked(desk, "GET", "/api/telephony/calls", **own))[0] == 200
    assert (await asked(desk, "GET", KEYS, **own))[0] == 403
    status, shown = await asked(desk, "GET", f"{KEYS}/{made['id']}")
    assert status == 200 and "key" not in shown
    assert shown["quota"] == {} and shown["rate_limit"] is None and shown["used"]["requests"] == 0.0
    _, listed = await asked(desk, "GET", KEYS)
    assert made["id"] in {each["id"] for each in listed["items"]}
    assert made["key"] not in str(listed) and "ADMIN_TOKEN" in listed["warning"]


async def test_a_change_counts_with_the_next_request(desk: Desk) -> None:
    _, made = await asked(desk, "POST", KEYS, {"name": "shop", "scopes": ["calls:read"]})
    own, path = bearer(made["key"]), f"{KEYS}/{made['id']}"
    calls = "/api/telephony/calls"
    assert (await asked(desk, "PATCH", path, {"active": False}))[1]["active"] is False
    status, refused = await asked(desk, "GET", calls, **own)
    assert (status, refused["error"]["code"]) == (401, "key_inactive")
    await asked(desk, "PATCH", path, {"active": True, "scopes": ["speech"]})
    assert (await asked(desk, "GET", calls, **own))[0] == 403
    _, changed = await asked(
        desk, "PATCH", path,
        {"scopes": ["calls:read"], "rate_limit": {"per_second": 0.01, "burst": 1}, "quota": {"tokens": 5}},
    )  # fmt: skip
    assert changed["rate_limit"] == {"per_second": 0.01, "burst": 1} and changed["quota"] == {"tokens": 5.0}
    assert [(await asked(desk, "GET", calls, **own))[0] for _ in range(2)] == [200, 429]
    _, changed = await asked(desk, "PATCH", path, {"rate_limit": None, "name": "store"})
    assert (changed["rate_limit"], changed["name"], changed["quota"]) == (None, "store", {"tokens": 5.0})
    assert (await asked(desk, "DELETE", path)) == (204, None)
    assert (await asked(desk, "GET", calls, **own))[0] == 401
    for method, content in (("PATCH", {"active": True}), ("DELETE", None), ("POST", None)):
        where = f"{path}/rotate" if method == "POST" else path
        assert (await asked(desk, method, where, content))[0] == 404
    assert (await asked(desk, "GET", path))[1]["revoked_at"] is not None
    ids = {each["id"] for each in (await asked(desk, "GET", KEYS))[1]["items"]}
    assert made["id"] not in ids


async def test_a_rotated_key_counts_as_it_was_for_the_grace_that_was_asked_for(desk: Desk) -> None:
    _, made = await asked(desk, "POST", KEYS, {"name": "shop", "scopes": ["calls:read"]})
    calls, path = "/api/telephony/calls", f"{KEYS}/{made['id']}/rotate"
    _, rotated = await asked(desk, "POST", path, {"grace_s": 600})
    assert rotated["id"] == made["id"] and rotated["key"] != made["key"]
    for secret in (made["key"], rotated["key"]):
        assert (await asked(desk, "GET", calls, **bearer(secret)))[0] == 200
    _, again = await asked(desk, "POST", path)
    assert (await asked(desk, "GET", calls, **bearer(made["key"])))[0] == 401
    assert (await asked(desk, "GET", calls, **bearer(rotated["key"])))[0] == 401
    assert (await asked(desk, "GET", calls, **bearer(again["key"])))[0] == 200


async def test_this_machines_own_commands_go_on_when_their_key_is_rotated(
    desk: Desk, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    key, secret = await stored_key(desk.context, pool)
    other, _ = await stored_key(desk.context, pool)
    write_key(tmp_path, secret)
    await asked(desk, "POST", f"{KEYS}/{other.id}/rotate")
    assert read_key(tmp_path) == secret
    _, rotated = await asked(desk, "POST", f"{KEYS}/{key.id}/rotate")
    assert read_key(tmp_path) == rotated["key"]


async def test_what_a_key_used_this_month_is_shown_by_kind_of_quota(desk: Desk, pool: asyncpg.Pool) -> None:
    key, _ = await stored_key(desk.context, pool)
    now = await pool.fetchval("select now()")
    for kind, amount in ((UsageKind.CALL_SECONDS, 90.0), (UsageKind.LLM_PROMPT_TOKENS, 7.0)):
        await save(pool, UsageCounted(uuid4(), now, key.id, kind, amount))
    await save(pool, UsageCounted(uuid4(), START.replace(year=2020), key.id, UsageKind.CALL_SECONDS, 600.0))
    _, shown = await asked(desk, "GET", f"{KEYS}/{key.id}")
    assert (shown["used"]["call_minutes"], shown["used"]["tokens"]) == (1.5, 7.0)


async def test_keys_come_in_pages(desk: Desk) -> None:
    made = [
        (await asked(desk, "POST", KEYS, {"name": str(n), "scopes": ["speech"]}))[1]["id"] for n in range(3)
    ]
    seen, cursor = [], ""
    while True:
        _, page = await asked(desk, "GET", f"{KEYS}?limit=1&cursor={cursor}")
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen[:3] == made[::-1] and len(seen) == len(set(seen)) == 4
    assert (await asked(desk, "GET", f"{KEYS}?cursor=nonsense"))[0] == 400


@pytest.mark.parametrize(
    "content",
    [
        {"name": "", "scopes": ["speech"]},
        {"name": "a\nb", "scopes": ["speech"]},
        {"name": "shop", "scopes": []},
        {"name": "shop", "scopes": ["everything"]},
        {"name": "shop", "scopes": ["speech"], "quota": {"love": 1}},
        {"name": "shop", "scopes": ["speech"], "quota": {"tokens": -1}},
        {"name": "shop", "scopes": ["speech"], "rate_limit": {"per_second": 0}},
        {"name": "shop", "scopes": ["speech"], "hash": "x"},
    ],
)
async def test_what_is_no_key_is_refused_and_says_which_field(desk: Desk, content: dict[str, Any]) -> None:
    status, refused = await asked(desk, "POST", KEYS, content)
    assert status == 400 and refused["error"]["detail"][0]["field"]


async def test_with_a_token_it_is_wanted_or_an_admin_key_and_nobody_is_warned(pool: asyncpg.Pool) -> None:
    desk = Desk(http={"admin_token": "s3cret"})
    desk.context.pool = pool
    await desk.start()
    try:
        assert (await asked(desk, "GET", KEYS, **STRANGER))[0] == 401
        status, page = await asked(desk, "GET", KEYS, **bearer("s3cret"))
        assert status == 200 and page["warning"] is None
    finally:
        await desk.stop()


async def test_without_a_token_the_log_is_warned_and_not_flooded(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api import keys
    from mediaserver.seldom import Seldom

    monkeypatch.setattr(keys, "_warned", Seldom(3600.0))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await asked(desk, "GET", KEYS)
    assert caplog.text.count("no ADMIN_TOKEN is set") == 1


async def test_every_change_stands_in_the_audit_log_with_who_made_it(desk: Desk) -> None:
    _, made = await asked(desk, "POST", KEYS, {"name": "shop", "scopes": ["speech"]})
    path = f"{KEYS}/{made['id']}"
    await asked(desk, "PATCH", path, {"active": False}, **{"X-Request-Id": "change-1"})
    await asked(desk, "POST", f"{path}/rotate")
    await asked(desk, "DELETE", path)
    await asked(desk, "DELETE", path)  # nothing to do: nothing is written
    status, log = await asked(desk, "GET", f"/api/audit?subject=key:{made['id']}")
    assert status == 200
    actions = [line["action"] for line in log["items"]]
    assert actions == ["key.revoke", "key.rotate", "key.change", "key.create"]
    line = log["items"][2]
    assert (line["change"], line["request"], line["how"]) == ({"active": False}, "change-1", "key")
    assert line["source"] == "127.0.0.1" and line["key"] is not None
    assert made["key"] not in str(log)
    _, page = await asked(desk, "GET", "/api/audit?action=key.&limit=1")
    _, following = await asked(desk, "GET", f"/api/audit?action=key.&limit=1&cursor={page['next']}")
    assert following["items"][0]["id"] < page["items"][0]["id"]
    assert (await asked(desk, "GET", "/api/audit", **bearer(made["key"])))[0] == 401


async def test_another_server_of_the_database_hears_of_a_change(
    desk: Desk, postgres: EmbeddedPostgres
) -> None:
    other = KeyRing()
    told = asyncio.Event()
    load = other._load

    async def noted(connection: asyncpg.Connection) -> None:
        await load(connection)
        told.set()

    other._load = noted  # type: ignore[method-assign]
    await other.start(lambda: open_connection(postgres.dsn), poll_s=3600.0)
    try:
        _, made = await asked(desk, "POST", KEYS, {"name": "shop", "scopes": ["speech"]})
        now = START
        async with asyncio.timeout(10):
            while other.key_of(made["key"], now) is None:
                told.clear()
                await told.wait()
        await asked(desk, "DELETE", f"{KEYS}/{made['id']}")
        async with asyncio.timeout(10):
            while other.key_of(made["key"], now) is not None:
                told.clear()
                await told.wait()
        assert other.finding().ok
    finally:
        await other.close()


async def test_an_authenticated_request_asks_no_database(desk: Desk, pool: asyncpg.Pool) -> None:
    pool.terminate()
    status, content = await asked(desk, "GET", "/api/telephony/calls")
    assert status == 200 and content["database"] == "unavailable"
    assert (await asked(desk, "GET", KEYS))[0] == 503
    assert table.SHOWN == 9
