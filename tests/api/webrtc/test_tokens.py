"""Tokens for pages of other sites: one destination, some origins, some calls, some time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.access.call_tokens import BadToken, CallToken, CallTokens, TokenFault
from api.access.scopes import Scope
from api.guard import COOKIE
from cli.serving.callers import vouched_for
from mediaserver.calls.joining import NOBODY_KNOWN
from mediaserver.storage.console_sessions import ConsoleSession
from mediaserver.storage.keys import hash_of, new_secret
from tests.api.desk import Desk
from tests.api.keys import BEGAN, STRANGER, bearer, made_up_key, stored_key
from tests.api.webrtc.door_desk import DoorDesk, fault, open_door

TOKENS = "/api/webrtc/tokens"
TOKEN = CallToken("one", "", 1_000, 2, to="echo", origins=("https://shop.example",))
SHOP = "https://shop.example"


def test_a_token_permits_what_it_says_and_nothing_that_was_changed() -> None:
    tokens = CallTokens()
    text = tokens.make(TOKEN)
    assert tokens.read(text, SHOP, 999) == TOKEN
    for at in range(0, len(text), 7):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        with pytest.raises(BadToken):
            tokens.read(changed, SHOP, 999)
    with pytest.raises(BadToken):
        CallTokens().read(text, SHOP, 999)  # another process


@pytest.mark.parametrize(
    ("origin", "now", "why"),
    [
        (SHOP, 1_000, TokenFault.EXPIRED),
        ("https://evil.example", 1, TokenFault.WRONG_ORIGIN),
        (None, 1, TokenFault.WRONG_ORIGIN),
    ],
)
def test_a_token_holds_for_a_while_and_for_its_pages(origin: str | None, now: int, why: TokenFault) -> None:
    tokens = CallTokens()
    with pytest.raises(BadToken) as refused:
        tokens.read(tokens.make(TOKEN), origin, now)
    assert refused.value.why is why


def test_what_was_begun_with_a_token_outlives_it() -> None:
    tokens = CallTokens()
    assert tokens.read(tokens.make(TOKEN), SHOP, 9_999, ended=True) == TOKEN


def test_a_token_is_spent_after_so_many_calls() -> None:
    tokens = CallTokens()
    tokens.spend(TOKEN, 1)
    tokens.spend(TOKEN, 1)
    with pytest.raises(BadToken) as refused:
        tokens.spend(TOKEN, 1)
    assert refused.value.why is TokenFault.SPENT


async def made(world: DoorDesk, headers: Mapping[str, str], **wanted: Any) -> tuple[int, Any]:
    response = await world.desk.client.post(TOKENS, json={"to": "echo", **wanted}, headers=headers)
    return response.status, await response.json()


async def test_a_page_of_another_site_calls_by_a_token(pool: asyncpg.Pool) -> None:
    desk = Desk(http={"cors_origins": [SHOP]})
    desk.context.pool = pool
    await desk.start()
    key, secret = await stored_key(desk.context, pool, (Scope.CALLS_WRITE,), "shop")
    try:
        async with open_door(desk) as world:
            status, body = await made(world, bearer(secret), calls=2, origins=[SHOP], name="Shop")
            assert status == 201 and body["calls"] == 2
            page = {**bearer(body["token"]), "Origin": SHOP, "Sec-Fetch-Site": "cross-site"}
            sdp = await world.sdp()
            response = await world.offer("", page, sdp)
            assert response.status == 201
            assert response.headers["Access-Control-Allow-Origin"] == SHOP
            exposed = response.headers["Access-Control-Expose-Headers"]
            assert all(name in exposed for name in ("Location", "X-Call-Id", "X-Call-Ticket", "ETag", "Link"))
            where = response.headers["Location"]
            assert (await desk.client.get("/api/webrtc/ice-servers", headers=page)).status == 200
            assert await fault(await world.offer("to=demo", page, sdp)) == (400, "bad_request")
            assert (await world.offer("", page, sdp)).status == 201
            assert await fault(await world.offer("", page, sdp)) == (401, "token_spent")
            elsewhere = {**page, "Origin": "https://evil.example"}
            assert await fault(await world.offer("", elsewhere, sdp)) == (403, "wrong_origin")
            assert (await desk.client.delete(where, headers=page)).status == 200
            owners = {call.owner for call in desk.board}
            assert owners == {key.id}
            desk.context.access.ring.take(replace(key, active=False))
            assert await fault(await world.offer("", page, sdp)) == (401, "unauthorized")
            lines = await pool.fetch("SELECT subject, change FROM audit_log WHERE action = 'webrtc.token'")
            assert len(lines) == 1 and body["token"] not in json.dumps(
                [dict(line) for line in lines], default=str
            )
    finally:
        await desk.stop()


async def test_a_token_lets_in_to_calls_alone(pool: asyncpg.Pool) -> None:
    desk = Desk()
    desk.context.pool = pool
    await desk.start()
    try:
        async with open_door(desk) as world:
            _, body = await made(world, {})
            for path in ("/api/telephony/calls", "/api/keys"):
                assert (await desk.client.get(path, headers=bearer(body["token"]))).status == 401
            assert (await desk.client.post(TOKENS, json={}, headers=bearer(body["token"]))).status == 401
            response = await desk.client.post("/api/console/sessions", headers=bearer(body["token"]))
            assert response.status == 401
    finally:
        await desk.stop()


async def test_nobody_vouches_for_who_calls_by_a_token(pool: asyncpg.Pool) -> None:
    """A visitor of a page writes somebody's number as his name: it is not told what was kept of that one, and
    no trunk shows it as ours. The key itself is taken at its word."""
    desk = Desk()
    desk.context.pool = pool
    await desk.start()
    _, secret = await stored_key(desk.context, pool, (Scope.CALLS_WRITE,), "shop")
    try:
        async with open_door(desk) as world:
            _, body = await made(world, bearer(secret))
            for shown, believed in ((body["token"], False), (secret, True)):
                query = "name=%2B491701234567" + ("" if shown is body["token"] else "&to=echo")
                response = await world.offer(query, bearer(shown))
                assert response.status == 201
                call = desk.board.get(UUID(response.headers["X-Call-Id"]))
                assert call is not None and "491701234567" in call.from_uri
                assert vouched_for(call) is believed
                assert (call.payer == NOBODY_KNOWN) is not believed
    finally:
        await desk.stop()


async def test_a_token_ends_with_the_sign_in_that_made_it(pool: asyncpg.Pool) -> None:
    """Also the operator's, whose tokens have no key: a browser that signed in with an admin's key is the
    operator, and no more once that key is revoked."""
    desk = Desk()
    desk.context.pool = pool
    await desk.start()
    ring, cookie = desk.context.access.ring, new_secret("vfs_")
    session = ConsoleSession(uuid4(), hash_of(cookie), BEGAN + timedelta(days=9999), desk.key.id)
    ring.take_session(session)
    try:
        async with open_door(desk) as world:
            status, body = await made(world, {**STRANGER, "Cookie": f"{COOKIE}={cookie}"})
            assert status == 201
            assert (await world.offer("", bearer(body["token"]))).status == 201
            ring.drop_session(session.id)
            assert await fault(await world.offer("", bearer(body["token"]))) == (401, "unauthorized")
    finally:
        await desk.stop()


async def test_who_makes_a_token_may_call_there_itself(desk: Desk) -> None:
    async with open_door(desk) as world:
        _, reads = made_up_key(desk.context, Scope.CALLS_READ)
        assert (await made(world, bearer(reads)))[0] == 403
        for wanted, status in (
            ({"origins": ["shop.example"]}, 400),
            ({"lasts_s": 1}, 400),
            ({"lasts_s": 99_999}, 422),
            ({"calls": 0}, 400),
            ({"agent": "echo"}, 400),
        ):
            assert (await made(world, {}, **wanted))[0] == status
