"""Every route is walked with two keys: nothing of the one's is there for the other.

It covers routes as they are declared. What a path names that is not in `_things` is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.access.scopes import Scope
from api.app import TABLES
from api.routing.serving import STREAM
from api.routing.table import ApiRoute
from mediaserver.calls.call import Call
from mediaserver.storage import agents, flows, prompts, routes, voice_sessions
from mediaserver.storage.records import UsageCounted, UsageKind
from mediaserver.storage.saving import save
from tests.api.board import Nowhere
from tests.api.desk import Desk
from tests.api.keys import bearer, stored_key
from tests.mediaserver.calls.rows import agent
from tests.mediaserver.samples import CALL, started, whole_call

MARK = "onlyofthefirst"
"""In everything that the first key has."""
WORKING = [scope for scope in Scope if scope is not Scope.ADMIN]
NUMBER = "+4930123456"
QUERIES: Mapping[str, tuple[str, ...]] = {
    "/api/usage": ("?by=engine&by=agent", "?by=engine&key={first}"),
    "/api/analytics/summary": ("?key={first}",),
}
"""Behind the question mark: more ways to ask for what is another's."""
_PART = re.compile(r"\{(\w+)(:[^}]*)?\}")


@dataclass
class TwoKeys:
    desk: Desk
    first: UUID
    headers: Mapping[str, str]
    """Of the first key."""
    others: Mapping[str, str]
    """Of the second."""
    live: UUID
    """A call of the first's that is up."""
    session: UUID
    """A voice session of the first's."""


@pytest.fixture
async def world(pool: asyncpg.Pool) -> AsyncIterator[TwoKeys]:
    desk = Desk()
    desk.context.pool = pool
    first, secret = await stored_key(desk.context, pool, WORKING, "first")
    _, other = await stored_key(desk.context, pool, WORKING, "second")
    await save(pool, replace(started(), owner=first.id, from_uri=f"sip:{MARK}@h"))
    for record in whole_call()[1:]:
        await save(pool, record)
    now = await pool.fetchval("select now()")
    await save(pool, UsageCounted(uuid4(), now, first.id, UsageKind.LLM_PROMPT_TOKENS, 5.0, MARK, MARK, MARK))
    await agents.put_agent(pool, agent(MARK), first.id)
    await routes.put_route(pool, MARK, MARK)
    await pool.execute("insert into numbers (number, label, agent) values ($1, $2, $2)", NUMBER, MARK)
    sound = prompts.NewPrompt(MARK, MARK, "wav", "pcm_s16le", 16_000, 1, b"\0\0")
    await prompts.add_prompt(pool, sound, first.id)
    async with pool.acquire() as connection:
        await flows.save(connection, MARK, {"id": MARK, "nodes": []}, state="draft", owner=first.id)
    session = await voice_sessions.begun(pool, first.id, "token", {"prompt": MARK})
    up = Call(
        uuid4(), "inbound", f"sip:{MARK}@h", "sip:demo@h", "demo", Nowhere(), desk.board.bus, owner=first.id
    )
    desk.board.registry.add(up)
    await desk.start()
    yield TwoKeys(desk, first.id, bearer(secret), bearer(other), up.id, session["id"])
    await desk.stop()


def _things(world: TwoKeys) -> list[tuple[str, dict[str, str]]]:
    """Paths under which there is something of the first key's, and what names it there."""
    return [
        ("/api/telephony/calls/{id}", {"id": str(CALL), "index": "0"}),
        ("/api/telephony/calls/{id}", {"id": str(world.live), "index": "0"}),
        ("/api/usage/calls/{id}", {"id": str(CALL)}),
        ("/api/voice/{id}", {"id": str(world.session)}),
        ("/api/agents/{name}", {"name": MARK}),
        ("/api/telephony/numbers/{number}", {"number": NUMBER}),
        ("/api/telephony/routes/{id}", {"id": "3"}),
        ("/api/telephony/prompts/{name}", {"name": MARK}),
        ("/api/flows/{name}", {"name": MARK, "number": "1", "version": "1"}),
    ]


def _walked(route: ApiRoute, world: TwoKeys) -> list[tuple[str, bool]]:
    """The paths to ask for, and whether they name something of the first key's."""
    named = [parts for prefix, parts in _things(world) if route.path.startswith(prefix)]
    nobodys = {"name": "nobody", "index": "0", "number": "1", "version": "1"}
    found = []
    for parts in named or [nobodys]:
        path = _path(route, parts)
        found += [(path + query, bool(named)) for query in ("", *QUERIES.get(route.path, ()))]
    return [(path.replace("{first}", str(world.first)), is_theirs) for path, is_theirs in found]


def _path(route: ApiRoute, parts: Mapping[str, str]) -> str:
    """With these parts, and for others what is nobody's and fits the route's pattern."""

    def part(found: re.Match[str]) -> str:
        return parts.get(found[1]) or ("1" if "\\d" in (found[2] or "") else str(uuid4()))

    return _PART.sub(part, route.path)


async def ask(world: TwoKeys, route: ApiRoute, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
    writes = route.method in ("POST", "PUT", "PATCH")
    body: dict[str, Any] = {"json": {}} if writes and not route.consumes else {}
    async with world.desk.client.request(route.method, path, headers=headers, **body) as response:
        if response.content_type == STREAM:  # it stays open
            return response.status, ""
        return response.status, await response.text(errors="replace")


async def test_nothing_of_one_keys_is_there_for_another(world: TwoKeys) -> None:
    faults, walked = [], 0
    for route in (each for table in TABLES for each in table):
        if route.scope is None or route.websocket:
            continue
        for path, is_theirs in _walked(route, world):
            if STREAM in route.produces and not is_theirs:
                continue  # it stays open; what it tells is a test of its own
            walked += 1
            status, text = await ask(world, route, path, world.others)
            if route.scope is Scope.ADMIN and status != 403:
                faults.append(f"{route.method} {path}: {status}, and only an admin may")
            if is_theirs and status not in (400, 403, 404, 415, 422, 503):
                faults.append(f"{route.method} {path}: {status}")
            if is_theirs and route.method == "GET" and status not in (403, 404, 503):
                faults.append(f"{route.method} {path}: {status}, not 404")  # 503: what is not up here
            if MARK in text.replace(path.partition("?")[0], ""):
                faults.append(f"{route.method} {path} tells of it: {text[:200]}")
    assert not faults, "\n".join(faults)
    assert walked >= 20
    assert world.desk.board.is_live(world.live)


async def test_each_key_sees_its_own(world: TwoKeys) -> None:
    """Else the walk would prove nothing."""
    seen = set()
    for route in (each for table in TABLES for each in table):
        if route.method != "GET" or route.scope in (None, Scope.ADMIN) or route.websocket:
            continue
        if STREAM in route.produces:
            continue  # it stays open while the call is up
        for path, _ in _walked(route, world):
            status, text = await ask(world, route, path, world.headers)
            if status == 200 and MARK in text:
                seen.add(route.path)
    expected = {each.path for table in TABLES for each in table} & {
        "/api/telephony/calls", "/api/telephony/calls/{id}", "/api/agents", "/api/agents/{name}",
        "/api/telephony/numbers", "/api/telephony/numbers/{number}", "/api/telephony/routes",
        "/api/telephony/routes/{id}", "/api/telephony/prompts", "/api/telephony/prompts/{name}",
        "/api/flows", "/api/flows/{name}", "/api/usage",
    }  # fmt: skip
    assert expected <= seen


async def test_an_admin_route_is_closed_to_every_other_scope(world: TwoKeys) -> None:
    for method, path in (("GET", "/api/keys"), ("POST", "/api/keys"), ("GET", "/api/audit")):
        async with world.desk.client.request(method, path, headers=world.headers) as response:
            assert (await response.json())["error"]["code"] == "missing_scope"
