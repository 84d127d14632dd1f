"""Browsers call by HTTP: who may, whom, what hostile offers get, and who may end what."""

from __future__ import annotations

import pytest

from api.access.scopes import Scope
from mediaserver.media.leg import EndedBy, Why
from tests.api.desk import Desk
from tests.api.keys import STRANGER, bearer, made_up_key
from tests.api.webrtc.door_desk import OFFER, SDP, fault, open_door
from tests.webrtc.bench import over, until
from webrtc.door import DoorLimits

FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"}
ANEW = f"a=ice-ufrag:anew\r\na=ice-pwd:{'n' * 24}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n".encode()


async def test_a_page_calls_follows_its_call_and_hangs_up(desk: Desk) -> None:
    async with open_door(desk) as world:
        response = await world.offer("to=echo&name=Ann")
        assert response.status == 201 and response.content_type == "application/sdp"
        browser, where = world.browsers[0], response.headers["Location"]
        await browser.answered(await response.read())
        await until(browser.connected.is_set)
        await until(browser.speaks.is_set)
        shown = await (await desk.client.get(where)).json()
        assert shown["state"] == "connected" and shown["codec"] == "PCMU" and shown["mos"] is not None
        call_id, ticket = response.headers["X-Call-Id"], response.headers["X-Call-Ticket"]
        path = f"/api/telephony/calls/{call_id}/events?ticket={ticket}"
        events = await desk.client.get(path, headers=STRANGER)
        assert events.status == 200 and events.content_type == "text/event-stream"
        events.close()
        [call] = desk.board
        assert str(call.id) == call_id and call.from_uri.startswith("sip:Ann@") and call.to_uri == "echo"
        leg = next(iter(world.door._calls.values())).leg
        assert (await desk.client.delete(where)).status == 200
        assert over(leg) == (EndedBy.PEER, Why.HANGUP) and len(world.door) == 0
        assert await fault(await desk.client.get(where)) == (404, "not_found")
        await until(lambda: browser.pc.connectionState == "closed")


async def test_who_shows_nothing_calls_from_here_alone_whom_anybody_may_call(desk: Desk) -> None:
    async with open_door(desk, visitor_calls_per_minute=2) as world:
        sdp = await world.sdp()
        assert (await world.offer("to=echo", STRANGER, sdp)).status == 201
        assert await fault(await world.offer("to=ann", STRANGER, sdp)) == (403, "forbidden")
        limited = await world.offer("to=echo", STRANGER, sdp)
        assert await fault(limited) == (429, "rate_limited") and int(limited.headers["Retry-After"]) > 0
        for more in ({"X-Forwarded-For": "203.0.113.9"}, {"Authorization": "Bearer wrong"}):
            assert await fault(await world.offer("to=echo", {**STRANGER, **more}, sdp)) == (
                401,
                "unauthorized",
            )
        assert await fault(await world.offer("agent=echo", STRANGER, sdp)) == (401, "unauthorized")
        foreign = {**STRANGER, "Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        assert await fault(await world.offer("to=echo", foreign, sdp)) == (403, "wrong_origin")


async def test_visitors_have_few_calls_at_once(desk: Desk) -> None:
    async with open_door(desk, visitor_calls=1) as world:
        sdp = await world.sdp()
        assert (await world.offer("to=echo", STRANGER, sdp)).status == 201
        assert await fault(await world.offer("to=echo", STRANGER, sdp)) == (503, "unavailable")


async def test_visitors_may_be_switched_off(desk: Desk) -> None:
    async with open_door(desk, visitors=False) as world:
        assert await fault(await world.offer("to=echo", STRANGER)) == (401, "unauthorized")
    async with open_door(desk, enabled=False) as world:
        assert await fault(await world.offer("to=echo")) == (503, "switched_off")


async def test_a_key_needs_the_right_to_call_and_somebody_has_to_be_there(desk: Desk) -> None:
    async with open_door(desk) as world:
        sdp = await world.sdp()
        _, reads = made_up_key(desk.context, Scope.CALLS_READ)
        assert await fault(await world.offer("to=echo", bearer(reads), sdp)) == (403, "missing_scope")
        assert await fault(await world.offer("to=nobody-here", sdp=sdp)) == (404, "no_such_address")
        assert await fault(await world.offer("to=echo&agent=echo", sdp=sdp)) == (400, "bad_request")
        assert len(world.door) == 0 and world.wire.active == 0


@pytest.mark.parametrize(
    ("sdp", "says"),
    [
        (b"", "begins with v=0"),
        (b"\x00\xff" * 400, "begins with v=0"),
        (b"v=0\r\n" + b"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 1_000, "1,000 media lines"),
        (b"v=0\r\n" + b"a=x\r\n" * 2_000, "2,001 lines"),
        (b"v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n", "no audio"),
        (b"v=0\r\ns=-\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n", "a=fingerprint"),
        (b"v=0\r\nm=audio\r\n", "Bad media line"),
    ],
)
async def test_a_hostile_offer_gets_one_line_and_opens_nothing(desk: Desk, sdp: bytes, says: str) -> None:
    async with open_door(desk) as world:
        response = await world.offer(sdp=sdp)
        error = (await response.json())["error"]
        assert (response.status, error["code"]) == (400, "bad_offer") and says in error["message"]
        assert "\n" not in error["message"] and world.wire.active == 0 and len(world.door) == 0
        assert world.counted == ["refused"]


async def test_an_offer_that_is_too_long_or_none_is_not_read(desk: Desk) -> None:
    async with open_door(desk) as world:
        assert await fault(await world.offer(sdp=b"v=0\r\n" + b"a" * (64 << 10))) == (413, "too_large")
        response = await desk.client.post(f"{OFFER}?to=echo", json={"sdp": "v=0"})
        assert await fault(response) == (415, "unsupported_media_type")


async def test_places_are_limited_for_each_and_for_all(desk: Desk) -> None:
    async with open_door(desk, DoorLimits(calls=2, per_caller=1)) as world:
        sdp = await world.sdp()
        _, ann = made_up_key(desk.context, Scope.CALLS_WRITE)
        assert (await world.offer("to=echo", bearer(ann), sdp)).status == 201
        assert await fault(await world.offer("to=echo", bearer(ann), sdp)) == (503, "unavailable")
        assert (await world.offer("to=echo", STRANGER, sdp)).status == 201
        assert await fault(await world.offer("to=echo", sdp=sdp)) == (503, "unavailable")


async def test_nobody_changes_or_ends_the_call_of_another(desk: Desk) -> None:
    async with open_door(desk) as world:
        _, ann = made_up_key(desk.context, Scope.CALLS_WRITE)
        _, bob = made_up_key(desk.context, Scope.CALLS_WRITE)
        where = (await world.offer("to=echo", bearer(ann))).headers["Location"]
        [call] = world.door._calls.values()
        before = call.ice
        for other in (bearer(bob), STRANGER):
            assert (await desk.client.patch(where, data=ANEW, headers={**FRAGMENT, **other})).status == 404
            assert (await desk.client.get(where, headers=other)).status == 404
            assert (await desk.client.delete(where, headers=other)).status == 404
        assert call.ice is before and call.leg.termination is None
        assert (await desk.client.delete(where, headers=bearer(ann))).status == 200


async def test_ice_begins_anew_by_a_fragment(desk: Desk) -> None:
    async with open_door(desk) as world:
        response = await world.offer()
        where, etag = response.headers["Location"], response.headers["ETag"]
        again = await desk.client.patch(where, data=ANEW, headers=FRAGMENT)
        body = (await again.read()).decode()
        assert again.status == 200 and again.content_type == "application/trickle-ice-sdpfrag"
        assert again.headers["ETag"] != etag and "a=mid:0" in body and "a=candidate:1 1 UDP" in body
        [call] = world.door._calls.values()
        assert call.ice is not None and call.ice.theirs is not None and call.ice.theirs.ufrag == "anew"
        assert f"a=ice-ufrag:{call.ice.ours.ufrag}" in body
        lost = await desk.client.patch(where, data=ANEW, headers=FRAGMENT)
        assert (await lost.read()).decode() == body  # the answer was lost, and is asked for again
        stale = {**FRAGMENT, "If-Match": etag}
        assert await fault(await desk.client.patch(where, data=ANEW, headers=stale)) == (
            412,
            "precondition_failed",
        )
        trickled = {**FRAGMENT, "If-Match": again.headers["ETag"]}
        assert (await desk.client.patch(where, data=ANEW, headers=trickled)).status == 204
        bad = await desk.client.patch(where, data=b"a=ice-ufrag:x\r\n", headers=FRAGMENT)
        assert await fault(bad) == (400, "bad_offer")
        assert (await desk.client.patch(where, data=ANEW, headers=SDP)).status == 415


async def test_a_server_that_others_cannot_hear_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_door(desk) as world:
        monkeypatch.setattr(type(world.door.hosts), "is_here", lambda self, asker: False)
        assert await fault(await world.offer()) == (503, "audio_unreachable")
    async with open_door(desk) as world:  # through a proxy on this machine
        proxied = {"X-Forwarded-For": "203.0.113.9"}
        monkeypatch.undo()
        assert await fault(await world.offer(headers=proxied)) == (503, "audio_unreachable")
