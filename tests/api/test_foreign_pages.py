"""Whatever changes something, or is held open, is refused to pages of other sites: each such route of all."""

from __future__ import annotations

import re

import pytest

from api.app import TABLES
from api.guard import COOKIE, READING
from api.routing.serving import STREAM
from api.routing.table import ApiRoute
from mediaserver.storage.console_sessions import ConsoleSession
from mediaserver.storage.keys import hash_of
from tests.api.desk import Desk
from tests.api.keys import STRANGER

COSTLY = [
    route
    for table in TABLES
    for route in table
    if (route.method not in READING or route.websocket or STREAM in route.produces) and not route.signed
]
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


SIGNED = {
    "/api/telephony/providers/{name}/webhooks/{hook}",
    "/api/telephony/twiml/{session}",
    "/{kind}/media/{session}",
}
"""Where whoever asks proves it by a signature or a token, and a cookie is nothing."""


def path_of(route: ApiRoute) -> str:
    """With something in the place of each part."""
    return re.sub(r"\{[^}]*\}", "2b1c5d9e-5a0f-4c39-9d2c-6a1c0f5b7e11", route.path)


@pytest.mark.parametrize(
    "page",
    [
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=["another site", "another port", "nobody's", "no origin"],
)
async def test_no_route_lets_another_sites_page_act_by_our_cookie(desk: Desk, page: dict[str, str]) -> None:
    cookie = "vfs_signed_in"
    access = desk.context.access
    lasts = ConsoleSession(desk.key.id, hash_of(cookie), access.wall().replace(year=9999))
    access.ring.take_session(lasts)
    own = {"Cookie": f"{COOKIE}={cookie}", **STRANGER}
    let_in = []
    for route in COSTLY:
        headers = {**own, **page, **(UPGRADE if route.websocket else {})}
        async with desk.client.request(route.method, path_of(route), headers=headers) as response:
            if response.status != 403 or (await response.json())["error"]["code"] != "wrong_origin":
                let_in.append(f"{route.method} {route.path}: {response.status}")
    assert len(COSTLY) > 60 and let_in == []


def test_what_knows_no_cookie_is_little_and_known() -> None:
    """The guard looks at nothing there: each that is added is to be thought about."""
    assert {route.path for table in TABLES for route in table if route.signed} == SIGNED
    assert all(route.scope is None for table in TABLES for route in table if route.signed)
