"""What may cross or go missing in a dialog: a raw peer against the agent, one case each of RFC 3261
sections 13 to 15 (and of RFC 3311 and RFC 3262)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import Ended, EndedBy, Hold, Termination, Why
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg
from sip.calls.session import InviteSession
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request, Response
from sip.transactions.requests import SentRequest
from sip.transactions.timing import Timing
from tests.sip.agents import SDP, Callee, Events, RawPeer, agent, legs_of, raw_peer

IMPATIENT = Timing(t1=0.01, t2=0.04, t4=0.05)
"""64*T1 is 0.64 s."""
HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)


def demo(b: SipAgent) -> str:
    return f"sip:demo@127.0.0.1:{b.port}"


class Called:
    """The agent called the peer, which answered: the peer's side of that dialog."""

    def __init__(self, a: SipAgent, peer: RawPeer, leg: SipLeg, invite: Request) -> None:
        self.leg = leg
        self._a, self._peer, self._invite = a, peer, invite

    def answers(self, request: Request, status: int, **options: str) -> None:
        contact = options.get("contact", f"sip:raw@127.0.0.1:{self._peer.port}")
        success = request.method == "INVITE" and status == 200
        body = SDP + options.get("sdp", "").encode() if success else b""
        kind = "application/sdp" if body else ""
        lines = [("Contact", f"<{contact}>")]
        tag = None if request.to.tag else "raw"
        response = request.response(status, to_tag=tag, headers=lines, body=body, content_type=kind)
        self._peer.send(response, self._a.port)

    def asks(self, method: str, cseq: int, body: bytes = b"") -> None:
        request = self._peer.make(
            method, str(self._invite.contacts[0].uri), cseq=cseq, branch=f"{method}{cseq}", body=body
        )
        request.set("From", f"{self._invite.get('To')};tag=raw")
        request.set("To", self._invite.get("From") or "")
        request.set("Call-ID", self._invite.call_id)
        self._peer.send(request, self._a.port)


@asynccontextmanager
async def called(a: SipAgent, peer: RawPeer, headers: Mapping[str, str] = {}) -> AsyncIterator[Called]:
    placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{peer.port}"))
    invite = await peer.request("INVITE")
    contact = [("Contact", f"<sip:raw@127.0.0.1:{peer.port}>"), *headers.items()]
    ok = invite.response(200, to_tag="raw", headers=contact, body=SDP, content_type="application/sdp")
    peer.send(ok, a.port)
    leg = await placing
    await peer.request("ACK")
    far = Called(a, peer, leg, invite)
    yield far
    if leg.termination is None:
        ending = asyncio.create_task(leg.hangup(HANGUP))
        far.answers(await peer.request("BYE"), 200)
        await ending


# -- they call us


async def test_a_second_invite_before_the_ack_is_asked_to_come_again() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("INVITE", ok, cseq=2, branch="r", body=SDP), b.port)
        wait = await peer.response(500)
        assert 0 <= int(wait.get("Retry-After") or "") <= 10
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        peer.send(peer.in_dialog("INVITE", ok, cseq=3, branch="s", body=SDP), b.port)
        assert (await peer.response(200)).cseq.number in (1, 3)
        peer.send(peer.in_dialog("BYE", ok, cseq=4), b.port)
        await peer.response(200, method="BYE")


async def test_a_second_invite_before_the_answer_is_asked_to_come_again() -> None:
    callee = Callee(lambda call: call.leg.ring())
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ringing = await peer.response(180)
        peer.send(peer.in_dialog("INVITE", ringing, cseq=2, branch="r", body=SDP), b.port)
        assert (await peer.response(500)).get("Retry-After")
        peer.send(peer.in_dialog("UPDATE", ringing, cseq=3, branch="u", body=SDP), b.port)
        assert (await peer.response(500)).get("Retry-After")


@pytest.mark.parametrize("answered", [False, True])
async def test_an_invite_that_expires_is_over_unless_it_was_answered(answered: bool) -> None:
    callee = Callee.answering() if answered else Callee(lambda call: call.leg.ring())
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines={"Expires": "3600"}), b.port)
        response = await peer.response(200 if answered else 180)
        (session,) = b._places.taken
        assert isinstance(session, InviteSession)
        now = b._core.now()
        assert session._answering.deadline == (None if answered else pytest.approx(now + 3600, abs=60))
        if answered:
            peer.send(peer.in_dialog("ACK", response, cseq=1), b.port)
            peer.send(peer.in_dialog("BYE", response, cseq=2), b.port)
            await peer.response(200, method="BYE")
            return
        session._answering._expires_at = now
        session.rearm()
        assert (await peer.response(487)).to.tag == response.to.tag
        ended = (await Events((await callee.calls.get()).leg).end()).termination
        assert (ended.by, ended.why) == (EndedBy.PEER, Why.CANCELLED) and legs_of(b) == 0


async def test_a_bye_before_the_ack_ends_the_call_and_the_repetition_of_the_200() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        events = Events((await callee.calls.get()).leg)
        peer.send(peer.in_dialog("BYE", ok, cseq=2), b.port)
        await peer.response(200, method="BYE")
        assert (await events.end()).termination.by is EndedBy.PEER
        assert legs_of(b) == 0
        peer.send(peer.in_dialog("OPTIONS", ok, cseq=3, branch="o"), b.port)
        await peer.response(481, method="OPTIONS")


async def test_an_ack_without_the_answer_to_our_offer_ends_the_call_in_words() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b)), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        bye = await peer.request("BYE")
        peer.send(bye.response(200), b.port)
        ended = (await Events((await callee.calls.get()).leg).end()).termination
        assert (ended.why, ended.code) == (Why.UNACCEPTABLE, 488)


async def test_a_late_answer_to_our_offer_in_a_re_invite_holds_the_call() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        events = Events((await callee.calls.get()).leg)
        peer.send(peer.in_dialog("INVITE", ok, cseq=2, branch="r"), b.port)
        while (offer := await peer.response(200)).cseq.number != 2:
            pass
        assert b"m=audio" in offer.body
        peer.send(peer.in_dialog("UPDATE", ok, cseq=3, branch="u", body=SDP), b.port)
        await peer.response(491, method="UPDATE")
        peer.send(peer.in_dialog("ACK", ok, cseq=2, branch="a", body=SDP + b"a=inactive\r\n"), b.port)
        assert await events.next() == Hold(True)
        zero = SDP.replace(b"c=IN IP4 127.0.0.1", b"c=IN IP4 0.0.0.0")
        for cseq, sdp, held in ((4, SDP, False), (5, zero, True), (6, SDP, False)):
            peer.send(peer.in_dialog("UPDATE", ok, cseq=cseq, branch=f"u{cseq}", body=sdp), b.port)
            await peer.response(200, method="UPDATE")
            assert await events.next() == Hold(held)
        peer.send(peer.in_dialog("BYE", ok, cseq=9), b.port)
        await peer.response(200, method="BYE")


async def test_extensions_that_we_do_not_have_are_named_and_none_is_taken_for_granted() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        lines = {"Require": "precondition, 100rel", "Supported": "sec-agree"}
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines=lines), b.port)
        assert (await peer.response(420)).get("Unsupported") == "precondition"
        peer.send(peer.make("INVITE", demo(b), branch="2", body=SDP), b.port)
        ok = await peer.response(200)
        assert ok.get("Require") in (None, "timer")
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        peer.send(peer.in_dialog("PUBLISH", ok, cseq=2, branch="p"), b.port)
        assert "PUBLISH" not in ((await peer.response(405)).get("Allow") or "")
        update = peer.in_dialog("UPDATE", ok, cseq=3, branch="u", body=b"<xml/>")
        update.set("Content-Type", "application/xml")
        peer.send(update, b.port)
        assert "application/sdp" in ((await peer.response(415)).get("Accept") or "")
        peer.send(peer.in_dialog("BYE", ok, cseq=9), b.port)
        await peer.response(200, method="BYE")


@pytest.mark.parametrize("answers", [False, True])
async def test_a_caller_that_no_answer_reaches_leaves_nothing_behind(
    answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: asyncio.Queue[CallError] = asyncio.Queue()

    async def answer(call: object) -> None:
        if answers:
            with pytest.raises(CallError) as error:
                await callee_of(call).answer()
            told.put_nowait(error.value)

    callee = Callee(answer)
    async with agent(callee, timing=IMPATIENT) as b, raw_peer() as peer:
        monkeypatch.setattr(b.transport, "send_response", lambda response, peer, failed: failed())
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        leg = (await callee.calls.get()).leg
        ended = (await Events(leg).end()).termination
        assert ended.by is EndedBy.NETWORK
        assert not answers or "by network" in str(await asyncio.wait_for(told.get(), 10))
        assert b._layer.unanswered == 0 and legs_of(b) == 0


def callee_of(call: object) -> SipLeg:
    leg = getattr(call, "leg", None)
    assert isinstance(leg, SipLeg)
    return leg


# -- we call them


@pytest.mark.parametrize(
    ("status", "why", "code"),
    [
        (302, Why.FAILED, 302),
        (401, Why.FAILED, 401),
        (407, Why.FAILED, 407),
        (408, Why.NO_ANSWER, 408),
        (481, Why.FAILED, 481),
    ],
)
async def test_a_refusal_is_acknowledged_and_told(status: int, why: Why, code: int) -> None:
    async with agent() as a, raw_peer() as peer:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        peer.send(invite.response(status, to_tag="raw"), a.port)
        ack = await peer.request("ACK")
        assert ack.via.branch == invite.via.branch and ack.to.tag == "raw"
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == code and str(why) in str(error.value)
        assert legs_of(a) == 0


async def test_a_password_that_is_refused_is_not_sent_again() -> None:
    async with agent() as a, raw_peer() as peer:
        placing = asyncio.create_task(
            a.call(f"sip:raw@127.0.0.1:{peer.port}", username="100", password="wrong")
        )
        sent: list[str | None] = []
        for _ in range(2):
            invite = await peer.request("INVITE")
            sent.append(invite.get("Proxy-Authorization"))
            challenge = [("Proxy-Authenticate", 'Digest realm="r", nonce="n", algorithm=MD5')]
            peer.send(invite.response(407, to_tag="raw", headers=challenge), a.port)
            await peer.request("ACK")
        assert sent[0] is None and sent[1] is not None
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 407


async def test_ringing_is_told_once_and_trying_is_no_ringing() -> None:
    rang: list[int] = []
    async with agent() as a, raw_peer() as peer:
        calling = a.call(f"sip:raw@127.0.0.1:{peer.port}", on_ringing=lambda: rang.append(sent))
        placing = asyncio.create_task(calling)
        invite = await peer.request("INVITE")
        for sent in (100, 180, 183, 180):
            peer.send(invite.response(sent, to_tag="raw"), a.port)
            # Once the OPTIONS is answered the response was worked on.
            peer.send(peer.make("OPTIONS", f"sip:x@127.0.0.1:{a.port}", branch=f"o{len(rang)}"), a.port)
            await peer.response(200, method="OPTIONS")
        peer.send(invite.response(486, to_tag="raw"), a.port)
        with pytest.raises(CallError):
            await placing
    assert rang == [180]


async def test_the_ack_to_an_answer_goes_to_where_the_answer_says() -> None:
    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        holding = asyncio.create_task(far.leg.hold())
        far.answers(await peer.request("INVITE"), 200, contact=f"sip:moved@127.0.0.1:{peer.port}")
        ack = await peer.request("ACK")
        assert ack.uri.user == "moved"
        await holding


async def test_a_change_that_we_refuse_leaves_no_line_in_what_we_offer_next() -> None:
    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        elsewhere = SDP.replace(b"IN IP4 127.0.0.1", b"IN IP6 ::1") + b"m=video 40004 RTP/AVP 31\r\n"
        far.asks("INVITE", 7, elsewhere)
        await peer.response(488, method="INVITE")
        far.asks("ACK", 7)
        holding = asyncio.create_task(far.leg.hold())
        invite = await peer.request("INVITE")
        assert b"m=video" not in invite.body and b"m=audio" in invite.body
        far.answers(invite, 200)
        await peer.request("ACK")
        await holding


async def test_what_is_said_reliably_of_our_change_is_acknowledged_once_and_may_hold_the_answer() -> None:
    """Else the far end takes it for lost and refuses the change (RFC 3262 section 3)."""
    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        holding = asyncio.create_task(far.leg.hold())
        invite = await peer.request("INVITE")
        reliably = [("Require", "100rel"), ("RSeq", "9"), ("Content-Type", "application/sdp")]
        hold = SDP.replace(b"40000", b"40002") + b"a=recvonly\r\n"
        for _ in range(2):
            peer.send(invite.response(183, headers=reliably, body=hold), a.port)
        prack = await peer.request("PRACK")
        assert prack.get("RAck") == f"9 {invite.cseq.number} INVITE" and not prack.body
        peer.send(prack.response(200), a.port)
        assert far.leg.stream is not None and far.leg.stream.remote == ("127.0.0.1", 40_000)
        ok = invite.response(200, headers=[("Contact", f"<sip:raw@127.0.0.1:{peer.port}>")])
        peer.send(ok, a.port)
        await holding
        assert (await peer.request("ACK", "PRACK")).method == "ACK"
        assert far.leg.stream.remote == ("127.0.0.1", 40_002)


async def test_a_refused_change_leaves_the_call_as_it_was_though_nobody_waits_for_it() -> None:
    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        holding = asyncio.create_task(far.leg.hold())
        invite = await peer.request("INVITE")
        holding.cancel()
        far.answers(invite, 488)
        await peer.request("ACK")
        far.asks("INVITE", 7, SDP)
        answer = await peer.response(200, method="INVITE")
        far.asks("ACK", 7)
        assert b"sendonly" not in answer.body


async def test_whoever_hears_of_a_hold_by_the_answer_to_a_change_may_hang_up_at_once() -> None:
    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        (session,) = a._places.taken
        ends: list[object] = []

        def happened(event: object) -> None:
            ends.append(event)
            if isinstance(event, Hold):
                session.hangup(HANGUP)

        far.leg.on_event = happened
        holding = asyncio.create_task(far.leg.hold())
        far.answers(await peer.request("INVITE"), 200, sdp="a=inactive\r\n")
        await holding
        assert isinstance(ack := await peer.next(), Request) and ack.method in ("ACK", "BYE")
        assert ends == [Hold(True), Ended(HANGUP)]


async def test_a_change_that_is_never_answered_is_cancelled_and_the_next_may_come() -> None:
    async with agent(timing=IMPATIENT) as a, raw_peer() as peer, called(a, peer) as far:
        holding = asyncio.create_task(far.leg.hold())
        invite = await peer.request("INVITE")
        far.answers(invite, 100)
        cancel = await peer.request("CANCEL")
        assert cancel.via.branch == invite.via.branch and cancel.to.tag == "raw"
        far.answers(cancel, 200)
        far.answers(invite, 487)
        with pytest.raises(CallError) as error:
            await holding
        assert error.value.code == 487
        far.asks("INVITE", 7, SDP)
        assert b"sendonly" not in (await peer.response(200, method="INVITE")).body
        far.asks("ACK", 7)


async def test_a_change_that_somebody_has_and_never_answers_ends_and_the_call_goes_on_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with agent(timing=IMPATIENT) as a, raw_peer() as peer, called(a, peer) as far:
        forgotten, forget = asyncio.Event(), a._layer.forget

        def forgets(request: SentRequest) -> None:
            forget(request)
            if request.request.method == "INVITE" and request.request.to.tag:
                forgotten.set()

        monkeypatch.setattr(a._layer, "forget", forgets)
        holding = asyncio.create_task(far.leg.hold())
        far.answers(await peer.request("INVITE"), 100)
        await peer.request("CANCEL")
        with pytest.raises(CallError, match="never answered") as error:
            await holding
        assert error.value.code == 408 and far.leg.termination is None
        await asyncio.wait_for(forgotten.wait(), 10)
        far.asks("INVITE", 7, SDP)
        assert b"sendonly" not in (await peer.response(200, method="INVITE")).body
        far.asks("ACK", 7)


async def test_a_change_that_nobody_answers_with_anything_ends_the_call() -> None:
    async with agent(timing=IMPATIENT) as a, raw_peer() as peer, called(a, peer) as far:
        holding = asyncio.create_task(far.leg.hold())
        await peer.request("INVITE")
        far.answers(await peer.request("BYE"), 200)
        with pytest.raises(CallError):
            await holding
        ended = far.leg.termination
        assert ended is not None and (ended.by, ended.why, ended.code) == (EndedBy.NETWORK, Why.LOST, 408)


async def test_a_far_end_that_always_has_an_offer_of_its_own_under_way_is_given_up_on() -> None:
    async with agent(timing=IMPATIENT) as a, raw_peer() as peer, called(a, peer) as far:
        holding = asyncio.create_task(far.leg.hold())
        while not holding.done():
            asked = asyncio.create_task(peer.request("INVITE"))
            await asyncio.wait([holding, asked], return_when=asyncio.FIRST_COMPLETED)
            if asked.done():
                far.answers(asked.result(), 491)
            asked.cancel()
        with pytest.raises(CallError) as error:
            await holding
        assert error.value.code == 491 and far.leg.termination is None


@pytest.mark.parametrize(
    ("later", "again"), [("0 (busy)", True), ("0;duration=5", True), ("9", False), ("x", False)]
)
async def test_a_far_end_with_an_exchange_of_its_own_is_asked_again_when_it_says(
    later: str, again: bool
) -> None:
    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        holding = asyncio.create_task(far.leg.hold())
        invite = await peer.request("INVITE")
        peer.send(invite.response(500, headers=[("Retry-After", later)]), a.port)
        await peer.request("ACK")
        if again:
            far.answers(await peer.request("INVITE"), 200)
            await holding
            await peer.request("ACK")
        else:
            with pytest.raises(CallError) as error:
                await holding
            assert error.value.code == 500 and far.leg.termination is None


async def test_a_far_end_that_cannot_be_reached_any_more_refuses_the_change_in_words() -> None:
    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        holding = asyncio.create_task(far.leg.hold())
        far.answers(await peer.request("INVITE"), 200, contact="sips:raw@127.0.0.1")
        await holding
        with pytest.raises(CallError) as error:
            await far.leg.resume()
        assert error.value.code == 503 and far.leg.termination is None
        await far.leg.hangup(HANGUP)


async def test_keys_are_for_calls_that_are_up_and_keys_only() -> None:
    callee = Callee(lambda call: call.leg.ring())
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        await peer.response(180)
        leg = (await callee.calls.get()).leg
        leg.send_digit("5")
        for key in ("x", "", "55", "5\r\nX: y"):
            with pytest.raises(ValueError, match="key"):
                leg.send_digit(key)
        peer.send(peer.make("OPTIONS", demo(b), branch="o"), b.port)
        assert isinstance(await peer.next(), Response), "no INFO came"
    async with agent() as a, raw_peer() as peer:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        (session,) = a._places.taken
        session.leg.send_digit("5")
        peer.send(invite.response(486, to_tag="raw"), a.port)
        with pytest.raises(CallError):
            await placing
        session.leg.send_digit("5")


async def test_keys_by_info_go_out_one_after_the_other() -> None:
    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        for key in "12":
            far.leg._session.send_info_digit(key, 100)
        first = await peer.request("INFO")
        assert b"Signal=1" in first.body
        assert peer.messages.empty()
        far.answers(first, 200)
        second = await peer.request("INFO")
        assert b"Signal=2" in second.body
        far.answers(second, 481)
        assert (await Events(far.leg).end()).termination.code == 481


@pytest.mark.parametrize("contact", ["sips:raw@127.0.0.1;transport=udp", "tel:+4912345"])
async def test_an_answer_from_where_no_way_leads_is_no_call(contact: str) -> None:
    async with agent() as a, raw_peer() as peer:
        calling = asyncio.create_task(a.call(f"sip:x@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        lines = [("Contact", f"<{contact}>"), ("Content-Type", "application/sdp")]
        peer.send(invite.response(200, to_tag="raw", headers=lines, body=SDP), a.port)
        with pytest.raises(CallError, match="no way back"):
            await calling
        assert legs_of(a) == 0


# -- until the ACK


async def test_nobody_works_for_a_caller_before_its_ack() -> None:
    answered: asyncio.Queue[SipLeg] = asyncio.Queue()

    async def answer(call: SipInvitation) -> None:
        await call.leg.answer()
        answered.put_nowait(call.leg)

    async with agent(answer) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        await peer.response(200)  # repeated: the loop had its turns
        assert answered.empty()
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        assert (await asyncio.wait_for(answered.get(), 10)).termination is None


async def test_audio_of_the_caller_is_listened_to_before_its_ack() -> None:
    answered: asyncio.Queue[SipLeg] = asyncio.Queue()

    async def answer(call: SipInvitation) -> None:
        await call.leg.answer()
        answered.put_nowait(call.leg)

    async with agent(answer) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        await peer.response(200)
        (session,) = b._places.taken
        stream = session.leg.stream
        assert stream is not None and stream.on_heard is not None and answered.empty()
        stream.on_heard()
        assert (await asyncio.wait_for(answered.get(), 10)).termination is None


async def test_a_caller_that_is_gone_before_its_ack_is_told_to_whoever_answered() -> None:
    failed: asyncio.Queue[CallError] = asyncio.Queue()

    async def answer(call: SipInvitation) -> None:
        with pytest.raises(CallError) as error:
            await call.leg.answer()
        failed.put_nowait(error.value)

    async with agent(answer, timing=IMPATIENT) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("BYE", ok, cseq=2), b.port)
        await peer.response(200, method="BYE")
        assert "hung up by peer" in str(await asyncio.wait_for(failed.get(), 10))
        peer.send(peer.make("INVITE", demo(b), branch="2", body=SDP, lines={"Call-ID": "second"}), b.port)
        await peer.response(200, method="INVITE")
        assert "failed by network" in str(await asyncio.wait_for(failed.get(), 10))
        assert legs_of(b) == 0


# -- what is lost on the way


async def test_the_answer_to_a_refresh_is_repeated_until_an_ack_arrives() -> None:
    """The caller's first ACK has proven where it is; a refresh is nothing new."""
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        leg = (await callee.calls.get()).leg
        refresh = peer.make("INVITE", demo(b), cseq=2, branch="r", body=SDP, short=True)
        refresh.set("To", ok.get("To") or "")
        peer.send(refresh, b.port)
        repeated = 0
        while repeated < 8:
            repeated += (await peer.response(200)).cseq.number == 2
        peer.send(peer.in_dialog("ACK", ok, cseq=2, branch="a2"), b.port)
        peer.send(peer.in_dialog("OPTIONS", ok, cseq=3, branch="o"), b.port)
        await peer.response(200, method="OPTIONS")
        assert leg.termination is None
        await leg.hangup(HANGUP)
        peer.send((await peer.request("BYE")).response(200), b.port)


async def test_audio_without_an_ack_pays_for_no_signalling() -> None:
    """It may be sent in anybody's name, to any port: our answer and our BYE stay within three times what the
    INVITE cost."""
    callee = Callee.answering()
    async with agent(callee, timing=IMPATIENT) as b, raw_peer() as peer:
        invite = peer.make("INVITE", demo(b), body=SDP, short=True)
        peer.send(invite, b.port)
        came: list[Request | Response] = [await peer.response(200)]
        (session,) = b._places.taken
        assert session.leg.stream is not None and session.leg.stream.on_heard is not None
        session.leg.stream.on_heard()
        assert (await callee.calls.get()).leg.termination is None  # the agent works
        assert (await Events(session.leg).end()).termination.by is EndedBy.NETWORK
        await b._core.all_left()
        while not peer.messages.empty():
            came.append(await peer.next())
        assert sum(len(bytes(each)) for each in came) <= 3 * len(bytes(invite))
