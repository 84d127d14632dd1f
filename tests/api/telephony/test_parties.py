"""Who is in a call, over HTTP: listeners, whispers, barging in, muting."""

from __future__ import annotations

from typing import Any

import pytest

from mediaserver.errors import CallError
from tests.api.desk import CALLS, Desk
from tests.mediaserver.calls.lines import Line, Lines


async def names(desk: Desk, call_id: object) -> dict[str, Any]:
    response = await desk.client.get(f"{CALLS}/{call_id}/parties")
    assert response.status == 200
    return {party["name"]: party for party in (await response.json())["parties"]}


async def test_a_listener_is_called_in_and_heard_by_nobody(desk: Desk) -> None:
    ann, bob = Line("ann", 1), Line("bob", 100)
    desk.board.carriers = [Lines(bob=bob)]
    call_id = await desk.dialled(ann)
    assert set(await names(desk, call_id)) == {"caller", "agent"}
    assert await desk.post(f"/{call_id}/monitor", {"to": "bob"}) == (204, None)
    await desk.ticks(3)
    assert bob.heard[-1] == 2 and ann.heard[-1] == 1, "the listener hears the caller and the echo of it"
    parties = await names(desk, call_id)
    assert parties["listener"]["listens"] and parties["caller"]["hears"] == {"listener": 0.0}


@pytest.mark.parametrize(
    ("how", "caller", "callee"),
    [({}, 10, 1), ({"whisper_to": "callee", "gain": 0.5}, 10, 51), ({"barge": True}, 110, 101)],
)
async def test_a_listener_whispers_or_barges_in(desk: Desk, how: Any, caller: int, callee: int) -> None:
    ann, bob, coach = Line("ann", 1), Line("bob", 10), Line("coach", 100)
    desk.board.carriers = [Lines(bob=bob, carl=coach)]
    call_id = await desk.dialled(ann, "bob")
    assert (await desk.post(f"/{call_id}/monitor", {"to": "carl", **how}))[0] == 204
    await desk.ticks(3)
    assert (ann.heard[-1], bob.heard[-1], coach.heard[-1]) == (caller, callee, 11)


async def test_a_supervisor_changes_seats_takes_over_and_hands_back(desk: Desk) -> None:
    ann, bob = Line("ann", 1), Line("bob", 100)
    desk.board.carriers = [Lines(bob=bob)]
    call_id = await desk.dialled(ann)
    await desk.post(f"/{call_id}/monitor", {"to": "bob"})
    for change, heard in (
        ({"seat": "whisper", "whisper_to": "caller", "gain": 0.5}, 51),
        ({"seat": "takeover"}, 100),
        ({"seat": "listen"}, 1),
    ):
        assert await desk.post(f"/{call_id}/seat", {"party": "listener", **change}) == (204, None)
        await desk.ticks(6)
        assert ann.heard[-1] == heard
    assert (await desk.post(f"/{call_id}/seat", {"party": "listener", "seat": "conference"}))[0] == 204
    assert not (await names(desk, call_id))["listener"]["listens"]
    bob.leave()
    status, answer = await desk.post(f"/{call_id}/seat", {"party": "listener", "seat": "takeover"})
    assert status == 409 and "no listener" in answer["error"]["message"]


async def test_a_listener_who_begins_to_whisper_is_given_a_gain(desk: Desk) -> None:
    ann, bob = Line("ann", 1), Line("bob", 100)
    desk.board.carriers = [Lines(bob=bob)]
    call_id = await desk.dialled(ann)
    await desk.post(f"/{call_id}/monitor", {"to": "bob"})
    change = {"listener": "caller", "speaker": "listener", "gain": 0.1}
    assert (await desk.post(f"/{call_id}/gain", change))[0] == 204
    await desk.ticks(3)
    assert ann.heard[-1] == 11


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("monitor", {"to": "bob", "barge": True, "whisper_to": "caller"}, 400),
        ("monitor", {"to": "bob", "barge": "yes"}, 400),
        ("monitor", {"to": "bob", "barge": True, "gain": "loud"}, 400),
        ("monitor", {"to": "bob", "barge": True, "gain": 17}, 400),
        ("monitor", {"to": "bob", "whisper_to": "mayor"}, 409),
        ("gain", {"listener": "caller", "speaker": "caller"}, 409),
        ("gain", {"listener": "caller", "speaker": "mayor"}, 409),
        ("gain", {"listener": "caller", "speaker": "agent", "gain": -1}, 400),
        ("gain", {"listener": "caller", "speaker": "agent", "gain": True}, 400),
        ("mute", {"party": "may\r\nor"}, 400),
        ("mute", {"party": "mayor"}, 409),
        ("mute", {}, 400),
        ("seat", {"party": "caller", "seat": "takeover"}, 409),
        ("seat", {"party": "caller", "seat": "throne"}, 400),
        ("seat", {"party": "caller"}, 400),
        ("seat", {"party": "caller", "seat": "whisper"}, 400),
        ("seat", {"party": "caller", "seat": "listen", "whisper_to": "agent"}, 400),
        ("seat", {"party": "mayor", "seat": "listen", "gain": True}, 400),
        ("monitor", {"to": "carl"}, 409),
    ],
)
async def test_what_cannot_be_is_refused_and_nobody_called_for_it(
    desk: Desk, path: str, content: Any, status: int
) -> None:
    bob = Line("bob")
    carrier = Lines(bob=bob, carl=CallError("busy", 486))
    desk.board.carriers = [carrier]
    call_id = await desk.dialled(Line("ann"))
    assert (await desk.post(f"/{call_id}/{path}", content))[0] == status
    assert "bob" not in [to for to, _ in carrier.placed]


async def test_a_muted_party_hears_and_is_not_heard(desk: Desk) -> None:
    ann, bob = Line("ann", 1), Line("bob", 10)
    desk.board.carriers = [Lines(bob=bob)]
    call_id = await desk.dialled(ann, "bob")
    assert (await desk.post(f"/{call_id}/mute", {"party": "callee"}))[0] == 204
    await desk.ticks(4)
    assert ann.heard[-1] == 0 and bob.heard[-1] == 1
    assert (await names(desk, call_id))["callee"]["muted"]
    assert (await desk.post(f"/{call_id}/unmute", {"party": "callee"}))[0] == 204
    await desk.ticks(4)
    assert ann.heard[-1] == 10


@pytest.mark.parametrize("path", ["monitor", "gain", "mute", "unmute", "parties"])
async def test_other_sites_change_nothing(desk: Desk, path: str) -> None:
    call_id = await desk.dialled(Line("ann"))
    content = {"to": "bob", "party": "caller", "listener": "caller", "speaker": "agent"}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await desk.post(f"/{call_id}/{path}", content, **headers))[0] == 403
