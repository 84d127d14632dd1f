"""Asking the switchboard over HTTP, with a real switchboard behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.storage.writer import StoreWriter
from tests.api.desk import CALLS, Desk
from tests.api.keys import STRANGER
from tests.mediaserver.calls.lines import Line, Lines


async def test_a_call_is_hung_up(desk: Desk) -> None:
    ann = Line("ann")
    call_id = await desk.dialled(ann)
    assert (await desk.client.delete(f"{CALLS}/{call_id}")).status == 204
    assert ann.termination == Termination(EndedBy.SERVER, Why.HANGUP)
    response = await desk.client.delete(f"{CALLS}/{call_id}")
    assert response.status == 404 and (await response.json())["error"]["code"] == "not_found"
    assert (await desk.client.delete(f"{CALLS}/nonsense")).status == 400


async def test_a_call_is_placed_for_an_agent(desk: Desk, pool: asyncpg.Pool, tmp_path: Path) -> None:
    desk.context.pool, desk.context.store = pool, StoreWriter(pool, tmp_path)
    carrier = Lines(bob=Line("bob"))
    desk.board.carriers = [carrier]
    status, made = await desk.post(
        "", {"to": "bob", "agent": "echo", "caller": "+4930", "ring_s": 9, "about": {"a": 1}}
    )
    assert status == 201 and carrier.placed == [("bob", "+4930")]
    call = desk.board.get(UUID(made["id"]))
    assert call is not None and call.direction == "outbound" and call.about == {"a": 1}
    assert carrier.rang_s == [9]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"to": "bob", "agent": "mayor"}, "no agent"),
        ({"to": "bob", "agent": "may\r\nor"}, "agent: it has control characters"),
        ({"to": "bob"}, "name an agent or a flow"),
        ({"to": " ", "agent": "echo"}, "to: String should have at least 1"),
        ({"to": 5, "agent": "echo"}, "to: Input should be a valid string"),
        ({"to": "x" * 2001, "agent": "echo"}, "to: String should have at most 2000"),
        ({"to": "bob", "agent": "echo", "caller": 5}, "caller: Input should be a valid string"),
        ({"to": "bob", "agent": "echo", "caller": "a\r\nX: y"}, "caller: it has control characters"),
        ({"to": "bob", "agent": "echo", "about": [1]}, "about: Input should be"),
        ({"to": "bob", "agent": "echo", "ring": 9}, "ring: there is no such field"),
        ({"to": "bob", "agent": "echo", "about": {"x": "y" * 10_000}}, "10000 characters"),
        ({"to": "bob", "agent": "echo", "ring_s": True}, "ring_s: Input should be a valid number"),
        ({"to": "bob", "agent": "echo", "ring_s": 0}, "ring_s: Input should be greater than or equal to 1"),
        (["bob"], "JSON object"),
    ],
)
async def test_what_cannot_be_placed_is_said_so(desk: Desk, content: Any, says: str) -> None:
    status, answer = await desk.post("", content)
    assert status == 400 and says in answer["error"]["message"] and not list(desk.board)


async def test_a_full_server_places_no_call(desk: Desk) -> None:
    desk.board.registry.start_draining()
    status, answer = await desk.post("", {"to": "bob", "agent": "echo"})
    assert status == 503 and answer["error"]["code"] == "unavailable"


async def test_a_body_that_is_not_declared_as_json_is_refused(desk: Desk) -> None:
    """What another site's page can send without asking first is a form or plain text."""
    content = '{"to": "bob", "agent": "echo"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        response = await desk.client.post(CALLS, data=content, headers={"Content-Type": kind})
        assert response.status == 415
    response = await desk.client.post(CALLS, data="{", headers={"Content-Type": "application/json"})
    assert response.status == 400 and not list(desk.board)


@pytest.mark.parametrize(
    ("charset", "content"),
    [
        ("x-nonsense", '{"to": "bob", "agent": "echo"}'),
        ("utf-16", '{"to": "bob", "agent": "echo"}'),
        ("utf-8", '{"to": "bob", "agent": "ec\\u0000ho"}'),
        ("utf-8", '{"to": "bob", "agent": "\\ud800"}'),
        ("utf-8", '{"to": "bob", "agent": "echo", "caller": "a\\r\\nVia: x"}'),
        ("utf-8", '{"to": "bob", "agent": "echo", "caller": "\\udfff"}'),
    ],
)
async def test_what_is_no_text_is_refused_at_the_door(desk: Desk, charset: str, content: str) -> None:
    kind = {"Content-Type": f"application/json; charset={charset}"}
    response = await desk.client.post(CALLS, data=content.encode(), headers=kind)
    assert response.status == 400 and not list(desk.board)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9"}, 403),
        ({"Origin": "http://127.0.0.1:9"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8080", "Host": "127.0.0.1:8080"}, 204),
        ({}, 204),
    ],
)
async def test_only_our_own_page_may_hang_up(desk: Desk, headers: dict[str, str], status: int) -> None:
    call_id = await desk.dialled(Line("ann"))
    response = await desk.client.delete(f"{CALLS}/{call_id}", headers=headers)
    assert response.status == status and desk.board.is_live(call_id) == (status == 403)


async def test_an_exposed_server_wants_its_token() -> None:
    desk = Desk(http={"host": "0.0.0.0", "admin_token": "s3cret"})
    await desk.start()
    call_id = await desk.dialled(Line("ann"))
    assert (await desk.client.delete(f"{CALLS}/{call_id}", headers=STRANGER)).status == 401
    odd = {"Authorization": "Bearer \udcff\udcfe"}
    assert (await desk.client.delete(f"{CALLS}/{call_id}", headers=odd)).status == 401
    assert (await desk.post("", {"to": "bob", "agent": "echo"}, **STRANGER))[0] == 401
    right = {"Authorization": "Bearer s3cret"}
    assert (await desk.client.delete(f"{CALLS}/{call_id}", headers=right)).status == 204
    await desk.board.close()
    await desk.client.close()


async def test_event_streams_are_for_our_own_page(desk: Desk) -> None:
    url = "/api/telephony/events"
    foreign = await desk.client.get(url, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status == 403
    assert not len(desk.context.live_places)


async def test_a_call_is_transferred_and_a_party_added(desk: Desk) -> None:
    ann, bob, carl = Line("ann"), Line("bob"), Line("carl")
    desk.board.carriers = [Lines(bob=bob, carl=carl, dora=CallError("busy", 486))]
    call_id = await desk.dialled(ann)
    assert await desk.post(f"/{call_id}/transfer", {"to": "bob"}) == (204, None)
    assert await desk.post(f"/{call_id}/parties", {"to": "carl"}) == (204, None)
    status, answer = await desk.post(f"/{call_id}/transfer", {"to": "dora"})
    assert status == 409 and answer["error"]["message"] == "busy"
    ann.press("7")
    assert bob.digits == carl.digits == "7"


async def test_keys_are_pressed(desk: Desk) -> None:
    ann = Line("ann")
    call_id = await desk.dialled(ann)
    assert (await desk.post(f"/{call_id}/digits", {"digits": "12#"}))[0] == 204 and ann.digits == "12#"
    status, answer = await desk.post(f"/{call_id}/digits", {"digits": "x"})
    assert status == 400 and "digits" in answer["error"]["message"]
    assert (await desk.post(f"/{call_id}/dtmf", {"digits": "9"}))[0] == 204 and ann.digits == "12#9"


async def test_the_operators_words_are_said_between_the_agents(desk: Desk) -> None:
    call_id = await desk.dialled(Line("ann"), "demo")
    call = desk.board.get(call_id)
    assert call is not None
    await desk.run(1000)
    for text in ("One moment please.", "Thank you."):
        assert await desk.post(f"/{call_id}/say", {"text": text}) == (204, None)
    await desk.run(8000)
    said = [(event.kind, event.data["text"]) for event in call.history if event.kind in ("agent", "operator")]
    assert said[1:3] == [("operator", "One moment please."), ("operator", "Thank you.")]
    heard = [event.data["text"] for event in call.history if event.kind == "heard"]
    assert heard[:3] == [text for _, text in said[:3]]  # then whoever is not heard is asked again


async def test_a_call_that_was_handed_over_has_nobody_to_say_it(desk: Desk) -> None:
    desk.board.carriers = [Lines(bob=Line("bob"))]
    call_id = await desk.dialled(Line("ann"), "demo")
    assert (await desk.post(f"/{call_id}/transfer", {"to": "bob"}))[0] == 204
    status, answer = await desk.post(f"/{call_id}/say", {"text": "Hello"})
    assert status == 409 and "nobody in this call" in answer["error"]["message"]


async def test_an_echo_says_nothing_and_an_unknown_call_is_not_there(desk: Desk) -> None:
    call_id = await desk.dialled(Line("ann"))
    assert (await desk.post(f"/{call_id}/say", {"text": "Hello"}))[0] == 409
    for path, content in ASKED.items():
        assert (await desk.post(f"/{uuid4()}/{path}", content))[0] == 404


async def test_a_server_that_starts_has_no_calls_to_ask_for(desk: Desk) -> None:
    desk.context.switchboard = None
    assert (await desk.client.delete(f"{CALLS}/{uuid4()}")).status == 503
    content = await (await desk.client.get(CALLS)).json()
    assert content["items"] == []
    assert (await (await desk.client.get("/api/health")).json())["calls"] == 0


@pytest.mark.parametrize("to", ["sip:x@evil.example", "+15550100", "tel:+15550100", "bob@127.0.0.1"])
async def test_who_is_not_allowed_is_not_called(desk: Desk, to: str) -> None:
    carrier = Lines()
    desk.board.carriers = [carrier]
    call_id = await desk.dialled(Line("ann"))
    for path in ("", f"/{call_id}/transfer", f"/{call_id}/parties", f"/{call_id}/monitor"):
        status, answer = await desk.post(path, {"to": to} if path else {"to": to, "agent": "echo"})
        assert status == 403 and "sip.allowed_targets" in answer["error"]["message"]
    assert carrier.placed == [] and len(desk.board) == 1


ASKED: dict[str, dict[str, str] | None] = {
    "hangup": None,
    "say": {"text": "x"},
    "digits": {"digits": "1"},
    "dtmf": {"digits": "1"},
    "transfer": {"to": "bob"},
    "parties": {"to": "bob"},
    "hold": None,
    "resume": None,
    "play": {"sound": "a.wav"},
    "record": {"step": "pause"},
    "monitor": {"to": "bob"},
    "mute": {"party": "caller"},
    "unmute": {"party": "caller"},
    "gain": {"listener": "caller", "speaker": "agent"},
    "seat": {"party": "caller", "seat": "listen"},
}
"""What can be asked of a call that is up, with a body that fits."""


class Pbx(Line):
    """A line whose far end calls others itself."""

    refused: CallError | None = None

    async def refer(self, to: str, timeout_s: float) -> None:
        self.steps.append(f"refer {to}")
        if self.refused is not None:
            raise self.refused


async def test_a_call_is_handed_to_the_callers_own_side(desk: Desk) -> None:
    desk.board.carriers = [Lines()]
    ann = Pbx("ann")
    call_id = await desk.dialled(ann)
    ann.refused = CallError("the far end reached nobody (486)", 486)
    status, answer = await desk.post(f"/{call_id}/transfer", {"to": "bob", "how": "refer"})
    assert status == 409 and "reached nobody" in answer["error"]["message"]
    ann.refused = None
    status, _ = await desk.post(f"/{call_id}/transfer", {"to": "bob", "how": "refer"})
    assert status == 204 and ann.steps[-1] == "refer bob"
    assert ann.termination is not None and ann.termination.why is Why.COMPLETED


@pytest.mark.parametrize(
    "content",
    [
        {"to": "bob", "how": "pigeon"},
        {"to": "bob", "how": ["refer"]},
        {"to": "bob", "how": "refer", "warm": True},
    ],
)
async def test_a_call_is_transferred_in_one_of_two_ways(desk: Desk, content: Any) -> None:
    call_id = await desk.dialled(Pbx("ann"))
    status, answer = await desk.post(f"/{call_id}/transfer", content)
    assert status == 400 and "how" in answer["error"]["message"]
