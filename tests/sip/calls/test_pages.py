"""Phones in pages: they are reached by their WebSocket alone, and by nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from mediaserver import logs
from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, TransferAsked, Why
from mediaserver.rtp.stream import RtpStream
from mediaserver.sdp.description import SessionDescription
from sip.access.challenger import Challenger
from sip.access.endpoints import Endpoints, Extension, Trunk
from sip.access.gate import Gate
from sip.calls import left_alone
from sip.calls.carrier import SipCarrier
from sip.calls.invitation import SipInvitation
from sip.calls.registrar import Registrar
from sip.calls.told_call import CALL_HEADER
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request, Response
from sip.messages.parsing import parse
from tests.sip.access.test_gate import network
from tests.sip.agents import SDP, Callee, Events, agent, raw_peer
from tests.sip.pages import OFFER, Page

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
ANSWER = OFFER.replace(b"actpass", b"active")
ENDPOINTS = Endpoints([Extension("100", "secret"), Extension("200", "other")])


def guarded(endpoints: Endpoints = ENDPOINTS) -> dict[str, Any]:
    """What an agent needs to ask for passwords."""
    challenger = Challenger("voiceforge", endpoints.password)
    registrar = Registrar("voiceforge", endpoints.extension_password, challenger=challenger)
    return {"gate": Gate(endpoints, challenger), "registrar": registrar}


def carrier(us: SipAgent) -> SipCarrier:
    assert us.registrar is not None
    return SipCarrier(us, us.registrar)


async def answered(page: Page, invite: Request) -> None:
    """The page takes a call."""
    page.say(taken(page, invite))
    await page.request("ACK")


def taken(page: Page, invite: Request) -> Response:
    line = [("Contact", f"<{page.uri}>")]
    return invite.response(200, to_tag="t", headers=line, body=ANSWER, content_type="application/sdp")


async def test_a_page_is_called_by_its_socket_and_hung_up_on_there() -> None:
    async with agent(**guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        placing = asyncio.create_task(carrier(us).place("100", "", timeout_s=5))
        invite = await page.request("INVITE")
        assert str(invite.uri) == page.uri and invite.via.transport == "WS"
        assert invite.contacts[0].uri.transport == "ws"
        await answered(page, invite)
        leg = await placing
        await leg.hangup(HANGUP)
        page.say((await page.request("BYE")).response(200))


@pytest.mark.parametrize("transport", ["", ";transport=udp", ";transport=tcp"])
async def test_a_contact_that_names_another_phone_is_reached_by_the_socket_alone(transport: str) -> None:
    """Also once that is closed: a page would have us call whomever it likes."""
    async with agent(**guarded()) as us, raw_peer() as victim:
        page = Page(us)
        contact = f"sip:x@127.0.0.1:{victim.port}{transport}"
        await page.register("100", "secret", contact=contact)
        placing = asyncio.create_task(carrier(us).place("100", "", timeout_s=5))
        assert str((await page.request("INVITE")).uri) == contact
        page.leave()
        with pytest.raises(CallError, match="480|reached"):
            await placing
        with pytest.raises(CallError, match="not registered"):
            await carrier(us).place("100", "", timeout_s=5)
        assert victim.messages.empty()


async def test_a_page_whose_socket_is_being_closed_is_called_by_no_other_way() -> None:
    async with agent(**guarded()) as us, raw_peer() as victim:
        page = Page(us)
        await page.register("100", "secret", contact=f"sip:x@127.0.0.1:{victim.port}")
        page.wire.closed = True
        with pytest.raises(CallError, match="closed its connection"):
            await carrier(us).place("100", "", timeout_s=5)
        assert victim.messages.empty()


async def test_a_page_that_has_another_socket_is_not_spoken_to_by_the_one_that_hangs() -> None:
    """Its network changed, and nobody told us that the first one is dead."""
    callee = Callee.answering()
    async with agent(callee, **guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        await page.called(us)
        again = Page(us, name=page.name)
        await again.register("100", "secret")
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        again.say((await again.request("BYE")).response(200))
        left = [parse(page.wire.sent.get_nowait()) for _ in range(page.wire.sent.qsize())]
        assert not [each for each in left if isinstance(each, Request)], [str(each) for each in left]


async def test_a_contact_with_maddr_is_refused() -> None:
    async with agent(**guarded()) as us:
        answer = await Page(us).register("100", "secret", contact="sip:x@h;transport=udp;maddr=192.0.2.7")
        assert answer.status == 400


async def test_requests_within_a_call_go_by_the_socket_whatever_its_contact_says() -> None:
    callee = Callee.answering()
    async with agent(callee, **guarded()) as us, raw_peer() as victim:
        page = Page(us)
        await page.register("100", "secret")
        page.uri = f"sip:x@127.0.0.1:{victim.port}"
        await page.called(us)
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        page.say((await page.request("BYE")).response(200))
        assert victim.messages.empty()


async def test_all_tabs_ring_and_the_others_stop_when_one_answers() -> None:
    async with agent(**guarded()) as us:
        one, two = Page(us), Page(us)
        for page in (one, two):
            await page.register("100", "secret")
        placing = asyncio.create_task(carrier(us).place("100", "", timeout_s=5))
        first, second = await one.request("INVITE"), await two.request("INVITE")
        one.say(first.response(180, to_tag="a", headers=[("Contact", f"<{one.uri}>")]))
        two.say(second.response(180, to_tag="b", headers=[("Contact", f"<{two.uri}>")]))
        await answered(one, first)
        leg = await placing
        cancel = await two.request("CANCEL")
        two.say(cancel.response(200))
        two.say(second.response(487, to_tag="b"))
        await leg.hangup(HANGUP)
        one.say((await one.request("BYE")).response(200))


async def test_a_tab_that_is_closed_while_it_rings_is_asked_no_more() -> None:
    async with agent(**guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        placing = asyncio.create_task(carrier(us).place("100", "", timeout_s=60))
        invite = await page.request("INVITE")
        page.say(invite.response(180, to_tag="a", headers=[("Contact", f"<{page.uri}>")]))
        page.leave()
        with pytest.raises(CallError):
            await asyncio.wait_for(placing, 10)


async def test_a_call_that_no_page_waits_for_any_more_is_over() -> None:
    callee = Callee()
    async with agent(callee, **guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        page.say(page.make("INVITE", body=OFFER))
        events = Events((await callee.calls.get()).leg)
        page.leave()
        assert (await events.end()).termination.why is Why.LOST


async def test_a_call_whose_page_does_not_come_back_ends() -> None:
    callee = Callee.answering()
    async with agent(callee, **guarded()) as us:
        us._core.comes_back_s = 0.02
        page = Page(us)
        await page.register("100", "secret")
        await page.called(us)
        events = Events(callee.calls.get_nowait().leg)
        page.leave()
        assert (await events.end()).termination.why is Why.LOST
        await asyncio.wait_for(us._core.all_left(), 10)


@pytest.mark.parametrize("left", [True, False])
async def test_who_has_closed_its_media_as_well_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, left: bool
) -> None:
    monkeypatch.setattr(left_alone, "LEFT_S", 0.02)
    monkeypatch.setattr(RtpStream, "left", left)
    callee = Callee.answering()
    async with agent(callee, **guarded()) as us:
        us._core.comes_back_s = 60 if left else 0.2
        page = Page(us)
        await page.register("100", "secret")
        await page.called(us)
        events = Events(callee.calls.get_nowait().leg)
        page.leave()
        assert (await events.end()).termination.why is Why.LOST
        await asyncio.wait_for(us._core.all_left(), 10)


async def test_a_page_that_comes_back_keeps_its_call_and_is_hung_up_on_by_its_new_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    callee = Callee.answering()
    async with agent(callee, **guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        await page.called(us)
        leg = callee.calls.get_nowait().leg
        looks: list[Callable[[], None]] = []
        with monkeypatch.context() as patched:
            patched.setattr(us._core, "later", lambda seconds, look: looks.append(look))
            page.leave()
        again = Page(us, name=page.name)
        await again.register("100", "secret")
        assert looks
        for look in looks:
            look()
        assert leg.termination is None
        await leg.hangup(HANGUP)
        again.say((await again.request("BYE")).response(200))


async def test_a_page_that_comes_back_goes_on_in_its_call_once_it_registered() -> None:
    callee = Callee.answering()
    async with agent(callee, **guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        ok = await page.called(us)
        page.leave()
        again = Page(us, name=page.name)
        await again.register("100", "secret")
        again.say(again.in_dialog("BYE", ok))
        assert (await again.response(200, 401)).status == 200


@pytest.mark.parametrize("registered", ["", "200"])
async def test_nobody_elses_socket_says_anything_in_a_call(registered: str) -> None:
    """Though it has the same address, and knows all its tags."""
    callee = Callee.answering()
    async with agent(callee, **guarded()) as us, raw_peer() as phone:
        page = Page(us)
        await page.register("100", "secret")
        ok = await page.called(us)
        thief = Page(us, name=page.name)
        if registered:
            await thief.register("200", "other")
        thief.say(thief.in_dialog("BYE", ok))
        assert (await thief.response(200, 401)).status == 401
        lines = {"Call-ID": ok.call_id, "To": ok.get("To") or "", "From": ok.get("From") or ""}
        phone.send(phone.make("BYE", "sip:demo@pbx", cseq=9, lines=lines), us.port)
        assert (await phone.response(200, 401)).status == 401
        assert callee.calls.get_nowait().leg.termination is None


async def test_nobody_elses_socket_cancels_a_call() -> None:
    callee = Callee()
    async with agent(callee, **guarded()) as us:
        page, thief = Page(us), Page(us)
        await page.register("100", "secret")
        invite = page.make("INVITE", body=OFFER)
        page.say(invite)
        call = await callee.calls.get()
        lines = [(name, value) for name, value in invite.headers if name != "CSeq"]
        cancel = Request("CANCEL", invite.uri, [*lines, ("CSeq", "1 CANCEL")])
        thief.say(cancel)
        assert (await thief.response(200, 481)).status == 481
        assert call.leg.termination is None
        page.say(cancel)
        assert (await page.response(200)).cseq.method == "CANCEL"


async def test_nobody_elses_socket_answers_for_a_page() -> None:
    async with agent(**guarded()) as us:
        page, thief = Page(us), Page(us)
        await page.register("100", "secret")
        placing = asyncio.create_task(carrier(us).place("100", "", timeout_s=5))
        invite = await page.request("INVITE")
        before = us.transport.counts.dropped
        thief.say(taken(thief, invite))
        thief.say(thief.make("OPTIONS"))
        await thief.response(200)  # by then the first message was read, too
        assert us.transport.counts.dropped == before + 1
        page.say(invite.response(486, to_tag="u"))
        with pytest.raises(CallError, match="486"):
            await placing


async def test_a_page_behind_a_proxy_on_this_machine_is_asked_for_a_password() -> None:
    endpoints = Endpoints([], [], [network("127.0.0.0/8")])
    callee = Callee.answering()
    async with agent(callee, **guarded(endpoints)) as us:
        far, near = Page(us, relayed=True), Page(us)
        far.say(far.make("INVITE", body=OFFER))
        assert (await far.response(200, 401)).status == 401
        await near.called(us)


async def test_a_page_beside_a_trunk_is_not_that_trunk() -> None:
    endpoints = Endpoints([], [Trunk("carrier", (network("127.0.0.0/8"),))])
    async with agent(Callee.answering(), **guarded(endpoints)) as us:
        page = Page(us)
        page.say(page.make("INVITE", body=OFFER))
        assert (await page.response(200, 401)).status == 401


async def test_the_last_challenge_is_one_that_jssip_can_answer() -> None:
    """It reads no other (3.13, Parser.js)."""
    challenger = Challenger("voiceforge", ENDPOINTS.password, algorithms=("MD5", "SHA-256"))
    async with agent(gate=Gate(ENDPOINTS, challenger)) as us, raw_peer() as phone:
        page = Page(us)
        page.say(page.make("INVITE", body=OFFER))
        asked = (await page.response(401)).get_all("WWW-Authenticate")
        assert "algorithm=SHA-256" in asked[0] and "algorithm=MD5" in asked[1]
        phone.send(phone.make("INVITE", "sip:demo@pbx", body=SDP), us.port)
        assert "algorithm=MD5" in (await phone.response(401)).get_all("WWW-Authenticate")[0]


async def test_what_a_page_is_offered_is_what_browsers_take() -> None:
    async with agent(**guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        placing = asyncio.create_task(carrier(us).place("100", "", timeout_s=5))
        invite = await page.request("INVITE")
        offered = SessionDescription.parse(invite.body)
        audio = offered.media[0]
        named = audio.attributes()
        assert audio.proto == "UDP/TLS/RTP/SAVPF" and audio.formats[:3] == ["107", "0", "8"]
        assert named["setup"] == "actpass" and named["mid"] == "0" and "rtcp-mux" in named
        assert offered.attributes()["group"] == "BUNDLE 0" and "ice-lite" in offered.attributes()
        assert {"ice-ufrag", "ice-pwd", "candidate", "fingerprint"} <= named.keys()
        clocks = {rate for name, rate, _ in audio.encodings().values() if name == "TELEPHONE-EVENT"}
        assert clocks == {8_000, 48_000}
        await answered(page, invite)
        leg = await placing
        held = asyncio.create_task(leg.hold())
        again = SessionDescription.parse((reinvite := await page.request("INVITE")).body)
        line = again.media[0]
        assert line.attributes()["mid"] == "0" and again.attributes()["group"] == "BUNDLE 0"
        assert line.proto == "UDP/TLS/RTP/SAVPF" and line.direction() == "sendonly"
        assert line.attributes()["ice-ufrag"] == named["ice-ufrag"]
        page.say(taken(page, reinvite))
        await held
        await leg.hangup(HANGUP)
        page.say((await page.request("BYE")).response(200))


@pytest.mark.parametrize(
    ("old", "new", "status", "says"),
    [
        (b"111 63 0 8 110 126", b"63", 488, "no audio in opus"),
        (b"m=audio", b"m=video", 488, "no audio in opus"),
        (b"m=audio 9", b"m=audio 0", 488, "no audio in opus"),
        (b"AB:AB", b"ZZ:AB", 488, "a=fingerprint"),
        (b"a=ice-ufrag:5wUf\r\n", b"", 488, "a=ice-ufrag"),
        (b"PpNXZnQ0Uy8qdUvyzTPtRyYb", b"short", 488, "a=ice-pwd"),
        (b"c=IN IP4 0.0.0.0", b"c=IN IP4 224.0.0.1", 400, "a single host"),
        (b"t=0 0\r\n", b"t=0 0\r\nm=\r\n", 400, "bad media line"),
        (b"t=0 0\r\n", b"t=0 0\r\n" + b"m=video 9 RTP/AVP 96\r\n" * 70, 400, "more than 64 media lines"),
        (b"t=0 0\r\n", b"t=0 0\r\n" + b"a=x\r\n" * 2_100, 400, "more than 2000 lines"),
    ],
)
async def test_an_offer_that_cannot_be_taken_is_refused_in_words_and_leaves_nothing(
    old: bytes, new: bytes, status: int, says: str
) -> None:
    async with agent(Callee.answering(), **guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        page.say(page.make("INVITE", body=OFFER.replace(old, new, 1)))
        refused = await page.response(400, 488)
        assert refused.status == status and says in (refused.get("Warning") or "")
        assert us._core.wire.active == 0  # type: ignore[attr-defined]


async def test_a_page_that_offers_no_encryption_is_refused() -> None:
    async with agent(Callee.answering(), **guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        page.say(page.make("INVITE", body=SDP))
        assert (await page.response(200, 488)).status == 488


async def test_a_page_is_told_which_call_it_has_and_a_telephone_is_not() -> None:
    known = uuid4()

    async def serve(call: SipInvitation) -> None:
        with logs.in_call(known):
            await call.leg.ring()
            await call.leg.answer()

    async with agent(Callee(serve), **guarded()) as us, raw_peer() as phone:
        page = Page(us)
        await page.register("100", "secret")
        page.say(page.make("INVITE", body=OFFER))
        assert (await page.response(180)).get(CALL_HEADER) == str(known)
        ok = await page.response(200)
        assert ok.get(CALL_HEADER) == str(known)
        page.say(page.in_dialog("ACK", ok, cseq=1))
        with logs.in_call(known):
            placing = asyncio.create_task(carrier(us).place("100", "", timeout_s=5))
            assert (await page.request("INVITE")).get(CALL_HEADER) == str(known)
            to_phone = asyncio.create_task(us.call(f"sip:x@127.0.0.1:{phone.port}"))
            assert (await phone.request("INVITE")).get(CALL_HEADER) is None
        placing.cancel()
        to_phone.cancel()


@pytest.mark.parametrize(("host", "here"), [("console.test", True), ("elsewhere.test", False)])
async def test_a_page_that_was_called_names_us_as_its_browser_does(host: str, here: bool) -> None:
    """In a transfer: it has heard of no other name of ours."""
    async with agent(**guarded()) as us:
        page = Page(us)
        await page.register("100", "secret")
        placing = asyncio.create_task(carrier(us).place("100", "", timeout_s=5))
        invite = await page.request("INVITE")
        await answered(page, invite)
        leg = await placing
        events = Events(leg)
        mine = f"{invite.get('To')};tag=t"
        lines = {
            "From": mine, "To": invite.get("From") or "", "Call-ID": invite.call_id,
            "Refer-To": f"<sip:200@{host}>",
        }  # fmt: skip
        page.say(page.make("REFER", str(invite.contacts[0].uri), lines=lines))
        asked = await events.next()
        assert isinstance(asked, TransferAsked) and asked.here is here
        await leg.hangup(HANGUP)
        page.say((await page.request("BYE")).response(200))
