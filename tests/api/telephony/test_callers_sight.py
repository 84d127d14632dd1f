"""What whoever follows a call by its ticket is told, and what places that takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from api.access.scopes import Scope
from api.access.tickets import Opens
from api.context import ApiContext
from api.guard import COOKIE
from api.shared_places import SharedPlaces
from mediaserver.calls.call import Call
from mediaserver.storage.console_sessions import ConsoleSession
from mediaserver.storage.keys import ApiKey, hash_of, new_secret
from tests.api.board import Nowhere
from tests.api.desk import CALLS, Desk
from tests.api.keys import BEGAN, STRANGER, made_up_key

HOUSES_OWN = ("flow", "seat", "briefing", "outbound_limit", "of_tomorrow")
SECRET = {"text": "he owes us money", "to": "+49301234567", "changed": {"score": 3}}


def live_call(desk: Desk, **more: Any) -> Call:
    call = Call(uuid4(), "inbound", "sip:ann@h", "sip:demo@h", "demo", Nowhere(), desk.board.bus, **more)
    desk.board.registry.add(call)
    return call


def signed_in(context: ApiContext, key: ApiKey | None = None) -> dict[str, str]:
    """The headers of a browser. `key`: that it signed in with; else it is the operator's."""
    cookie, until = new_secret("vfs_"), BEGAN + timedelta(days=9999)
    context.access.ring.take_session(
        ConsoleSession(uuid4(), hash_of(cookie), until, None if key is None else key.id)
    )
    return {**STRANGER, "Cookie": f"{COOKIE}={cookie}"}


def own(desk: Desk, call: UUID) -> str:
    return f"{CALLS}/{call}/events?ticket={desk.context.access.tickets.of(call)}"


async def test_a_caller_is_told_what_was_said_and_nothing_of_the_house(desk: Desk) -> None:
    """Somebody's visitor reads along: not what is thought of him, nor who listens, nor whose number rings."""
    call = live_call(desk)
    for kind in HOUSES_OWN:
        call.publish(kind, **SECRET)
    call.publish("transfer", step="ringing", to="+49301234567", why="busy")
    call.publish("final", text="hello", confidence=1.0, understood=True, mood={"hint": "sounds annoyed"})
    call.publish("ended", by="caller", why="hangup", code=None, detail=None)

    async def told(headers: Any = None) -> str:
        return await (await desk.client.get(own(desk, call.id), headers=headers)).text()

    everything = await told()
    assert all(f"event: {kind}\n" in everything for kind in (*HOUSES_OWN, "transfer", "final", "ended"))
    limited, _ = made_up_key(desk.context, Scope.CALLS_READ)
    for caller in (STRANGER, signed_in(desk.context, limited)):
        heard = await told(caller)
        kinds = [line.removeprefix("event: ") for line in heard.splitlines() if line.startswith("event: ")]
        assert kinds == ["state", "transfer", "final", "ended"]
        assert "+4930" not in heard and "annoyed" not in heard and "hello" in heard and "busy" in heard
    # Who is signed in, and may see the call, is told all of it, and who calls by SIP from this machine.
    assert await told(signed_in(desk.context)) == everything
    whole = desk.context.access.tickets.of(call.id, Opens.WHOLE)
    path = f"{CALLS}/{call.id}/events?ticket={whole}"
    assert await (await desk.client.get(path, headers=STRANGER)).text() == everything


async def test_a_caller_reads_the_call_without_what_is_the_houses(desk: Desk, pool: asyncpg.Pool) -> None:
    desk.context.pool = pool
    call = live_call(desk, about={"customer": "owes us money"}, owner=uuid4())
    path = f"{CALLS}/{call.id}"
    whole = await (await desk.client.get(path)).json()
    ticket = {"ticket": desk.context.access.tickets.of(call.id)}
    shown = await (await desk.client.get(path, params=ticket, headers=STRANGER)).json()
    assert shown.keys() == whole.keys() and shown["id"] == whole["id"]
    assert shown["from_uri"] == whole["from_uri"] and shown["transcript"] == whole["transcript"]
    assert whole["about"] and whole["owner"]
    assert (
        shown["legs"] == shown["carried"] == shown["events"] == shown["flows"] == [] and shown["about"] == {}
    )
    assert shown["summary"] is shown["hearing"] is shown["llm_cost"] is shown["owner"] is None


async def test_callers_who_follow_take_no_places_of_the_operators(desk: Desk) -> None:
    desk.context.live_places, desk.context.caller_places = SharedPlaces(1, 1), SharedPlaces(3, 2)
    paths = [own(desk, live_call(desk).id) for _ in range(3)]
    held = [await desk.client.get(paths[at], headers=STRANGER) for at in (0, 0, 1)]
    assert [each.status for each in held] == [200] * 3
    for at in (0, 2):
        refused = await desk.client.get(paths[at], headers=STRANGER)
        assert (refused.status, (await refused.json())["error"]["code"]) == (429, "too_many_watchers")
    async with desk.client.get("/api/telephony/events") as response:
        assert response.status == 200
    for each in held:
        each.close()
