"""What real phones send and no RFC allows, and what we do not do: the call goes on. A raw peer each."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Hold, Termination, Why
from sip.calls.core import SUPPORTED
from sip.calls.invitation import SipInvitation
from sip.calls.registrar import Registrar
from sip.messages.message import Response
from tests.sip.agents import SDP, Callee, Events, agent, legs_of, raw_peer
from tests.sip.calls.test_session import called, demo

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
FAX = SDP.partition(b"m=")[0] + b"m=image 40002 udptl t38\r\na=T38FaxVersion:0\r\n"


@pytest.mark.parametrize("ending", [b"\r\n", b""])
async def test_a_bye_without_its_final_blank_line_ends_the_call(ending: bytes) -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        events = Events((await callee.calls.get()).leg)
        bye = bytes(peer.in_dialog("BYE", ok, cseq=2))
        peer.send(bye.removesuffix(b"\r\n\r\n") + ending, b.port)
        await peer.response(200, method="BYE")
        assert (await events.end()).termination.why is Why.HANGUP


@pytest.mark.parametrize("contact", [None, "<tel:+4912345>", "<sip:raw@0.0.0.0>", "<sip:raw@224.0.0.1>"])
async def test_an_invite_without_a_usable_contact_is_refused(contact: str | None) -> None:
    async with agent(Callee.answering()) as b, raw_peer() as peer:
        invite = peer.make("INVITE", demo(b), body=SDP)
        invite.remove("Contact")
        if contact is not None:
            invite.add("Contact", contact)
        peer.send(invite, b.port)
        response = await peer.next()
        assert isinstance(response, Response) and response.status == 400
        assert legs_of(b) == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]"])
async def test_a_caller_or_a_phone_that_names_us_as_itself_is_refused(host: str) -> None:
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    async with agent(Callee.answering(), registrar=registrar) as b, raw_peer() as peer:
        contact = {"Contact": f"<sip:101@{host}:{b.port}>"}
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines=contact), b.port)
        assert (await peer.response(482)).cseq.method == "INVITE"
        peer.send(peer.make("REGISTER", f"sip:127.0.0.1:{b.port}", branch="r", lines=contact), b.port)
        assert (await peer.response(403)).cseq.method == "REGISTER"
        assert legs_of(b) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"To": "sip:@127.0.0.1"},
        {"From": "<sip:raw@127.0.0.1;x=1;>;tag=raw;methods=INVITE,ACK;"},
        {"Contact": "<sip:raw@127.0.0.1:{port}>;methods=INVITE,ACK,BYE;"},
        {"Expires": "soon", "Route": "<sip:x"},
    ],
)
async def test_oddities_of_headers_do_not_keep_a_caller_out(headers: dict[str, str]) -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        lines = {name: value.format(port=peer.port) for name, value in headers.items()}
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines=lines), b.port)
        ok = await peer.response(200)
        ack = peer.in_dialog("ACK", ok, cseq=1)
        ack.set("From", ok.get("From") or "")
        peer.send(ack, b.port)
        leg = (await callee.calls.get()).leg
        await leg.hangup(HANGUP)
        bye = await peer.request("BYE")
        assert bye.to.tag == "raw"
        peer.send(bye.response(200), b.port)


async def test_a_body_of_no_type_is_an_offer() -> None:
    async with agent(Callee.answering()) as b, raw_peer() as peer:
        invite = peer.make("INVITE", demo(b), body=SDP)
        invite.remove("Content-Type")
        peer.send(invite, b.port)
        assert b"m=audio" in (await peer.response(200)).body


async def test_an_offer_among_other_parts_is_answered() -> None:
    async with agent(Callee.answering()) as b, raw_peer() as peer:
        body = (
            b"--b1\r\nContent-Type: application/sdp\r\n\r\n" + SDP + b"\r\n"
            b"--b1\r\nContent-Type: application/pidf+xml\r\n\r\n<presence/>\r\n--b1--\r\n"
        )
        invite = peer.make(
            "INVITE", demo(b), body=body, lines={"Content-Type": "multipart/mixed;boundary=b1"}
        )
        peer.send(invite, b.port)
        ok = await peer.response(200)
        assert b"m=audio" in ok.body and ok.content_type == "application/sdp"


async def test_a_host_name_for_audio_means_where_the_caller_is() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        body = SDP.replace(b"c=IN IP4 127.0.0.1", b"c=IN IP4 phone.invalid")
        peer.send(peer.make("INVITE", demo(b), body=body), b.port)
        await peer.response(200)
        negotiated = (await callee.calls.get()).leg.negotiated
        assert negotiated is not None and negotiated.remote_host == "127.0.0.1"


@pytest.mark.parametrize("body", [FAX, FAX.replace(b"m=image", b"m=audio 0 RTP/AVP 0\r\nm=image")])
async def test_fax_is_refused_and_the_call_goes_on(body: bytes) -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        leg = (await callee.calls.get()).leg
        before = leg.negotiated
        peer.send(peer.in_dialog("INVITE", ok, cseq=2, branch="t38", body=body), b.port)
        assert (await peer.response(488)).cseq.number == 2
        peer.send(peer.in_dialog("ACK", ok, cseq=2, branch="t38"), b.port)
        assert leg.termination is None and leg.negotiated is before
        peer.send(peer.in_dialog("INVITE", ok, cseq=3, branch="hold", body=SDP + b"a=sendonly\r\n"), b.port)
        assert b"a=recvonly" in (await peer.response(200)).body


async def test_an_answer_of_which_something_optional_cannot_be_read_is_the_answer() -> None:
    async with (
        agent() as a,
        raw_peer() as peer,
        called(a, peer, {"Expires": "x", "Session-Expires": "\xff;"}),
    ):
        assert legs_of(a) == 1


async def test_our_hold_keeps_the_lines_that_the_caller_offered() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        body = SDP.replace(b"m=audio", b"m=video 5000 RTP/AVP 31\r\nm=audio") + b"m=image 5002 udptl t38\r\n"
        peer.send(peer.make("INVITE", demo(b), body=body), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        leg = (await callee.calls.get()).leg
        kinds = [line.split()[0] for line in ok.body.split(b"\r\n") if line.startswith(b"m=")]
        assert kinds == [b"m=video", b"m=audio", b"m=image"]
        holding = asyncio.create_task(leg.hold())
        offer = await peer.request("INVITE")
        assert [line.split()[0] for line in offer.body.split(b"\r\n") if line.startswith(b"m=")] == kinds
        peer.send(offer.response(488), b.port)
        with pytest.raises(CallError, match="488"):
            await holding


async def test_audio_that_the_caller_closes_holds_us_until_it_opens_it_again() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        events = Events((await callee.calls.get()).leg)
        for cseq, port, held in ((2, b"0", True), (3, b"40000", False)):
            body = SDP.replace(b"m=audio 40000", b"m=audio " + port)
            peer.send(peer.in_dialog("INVITE", ok, cseq=cseq, branch=f"c{cseq}", body=body), b.port)
            answer = await peer.response(200)
            while answer.cseq.number != cseq:
                answer = await peer.response(200)
            assert (b"m=audio 0 " in answer.body) is held
            peer.send(peer.in_dialog("ACK", ok, cseq=cseq), b.port)
            assert await events.next() == Hold(held)


async def test_the_shortest_of_callers_hears_it_ring_and_gets_its_answer() -> None:
    async def ring_and_answer(call: SipInvitation) -> None:
        await call.leg.ring()
        await call.leg.answer()

    async with agent(ring_and_answer) as b, raw_peer() as peer:
        few = {"Call-ID": "1", "From": "<sip:a@127.0.0.1>;tag=1"}
        invite = peer.make("INVITE", demo(b), lines=few, short=True)
        peer.send(invite, b.port)
        assert b"m=audio" in (await peer.response(200)).body


async def test_extras_of_the_answer_give_way_to_its_repetition() -> None:
    async def announce_and_answer(call: SipInvitation) -> None:
        call.announce("http://127.0.0.1/" + "x" * 60)
        await call.leg.ring()
        await call.leg.answer()

    async with agent(announce_and_answer) as b, raw_peer() as peer:
        for call, room in ((1, b""), (2, SDP)):
            more = {"Call-ID": f"call-{call}"}
            invite = peer.make("INVITE", demo(b), branch=str(call), body=room, lines=more, short=not room)
            peer.send(invite, b.port)
            ok = await peer.response(200)
            while ok.call_id != f"call-{call}":
                ok = await peer.response(200)
            assert (ok.get("Call-Info") is not None) is bool(room)
            assert set(ok.get_all("Supported")) == (set(SUPPORTED) if room else set())
            peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
