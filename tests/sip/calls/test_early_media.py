"""Before the answer: reliable responses and PRACK (RFC 3262), early media both ways, UPDATE in early dialogs
(RFC 3311), several early dialogs, delayed offers. A raw peer against the agent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request, Response
from tests.sip.agents import SDP, Callee, Events, RawPeer, agent, legs_of, raw_peer
from tests.sip.calls.test_session import IMPATIENT, demo

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
OTHER = SDP.replace(b"40000", b"40002")


class Placed:
    """The agent calls the peer, which has the INVITE."""

    def __init__(self, a: SipAgent, peer: RawPeer, invite: Request, placing: asyncio.Task[SipLeg]) -> None:
        self.invite, self.placing = invite, placing
        self.early: list[SipLeg] = []
        self._before: str | None = None
        """What was acknowledged last."""
        self._a, self._peer = a, peer

    def says(self, status: int, body: bytes = b"", *, fork: str = "raw", rseq: int | None = None) -> None:
        lines = [("Contact", f"<sip:{fork}@127.0.0.1:{self._peer.port}>")]
        if rseq is not None:
            lines += [("Require", "100rel"), ("RSeq", str(rseq))]
        if body:
            lines.append(("Content-Type", "application/sdp"))
        self._peer.send(self.invite.response(status, to_tag=fork, headers=lines, body=body), self._a.port)

    def asks(self, method: str, cseq: int, body: bytes = b"", *, fork: str = "raw") -> None:
        to = str(self.invite.contacts[0].uri)
        request = self._peer.make(method, to, cseq=cseq, branch=f"{method}{cseq}{len(body)}", body=body)
        request.set("From", f"{self.invite.get('To')};tag={fork}")
        request.set("To", self.invite.get("From") or "")
        request.set("Call-ID", self.invite.call_id)
        self._peer.send(request, self._a.port)

    async def pracked(self, rack: str) -> Request:
        """Answers it, and those before it that are repeated for want of the answer that crossed them."""
        while True:
            prack = await self._peer.request("PRACK")
            self._peer.send(prack.response(200), self._a.port)
            if prack.get("RAck") == rack:
                break
            assert prack.get("RAck") == self._before
        self._before = rack
        return prack

    async def settled(self) -> None:
        """What was sent until now has been worked on."""
        self._peer.send(
            self._peer.make("OPTIONS", f"sip:x@127.0.0.1:{self._a.port}", branch="o"), self._a.port
        )
        await self._peer.response(200, method="OPTIONS")

    async def up(self) -> SipLeg:
        leg = await asyncio.wait_for(self.placing, 10)
        await self._peer.request("ACK")
        return leg

    async def over(self) -> None:
        leg = self.placing.result()
        await leg.hangup(HANGUP)
        self._peer.send((await self._peer.request("BYE")).response(200), self._a.port)


@asynccontextmanager
async def placed(a: SipAgent, peer: RawPeer, **options: Any) -> AsyncIterator[Placed]:
    early: list[SipLeg] = []
    calling = a.call(f"sip:raw@127.0.0.1:{peer.port}", on_early=early.append, **options)
    placing = asyncio.create_task(calling)
    made = Placed(a, peer, await peer.request("INVITE"), placing)
    made.early = early
    yield made
    if not placing.done():
        made.says(486)
        with pytest.raises(CallError):
            await placing
    assert legs_of(a) == 0 or placing.result().termination is None


def port_of(leg: SipLeg) -> int:
    assert leg.stream is not None and leg.stream.remote is not None
    return leg.stream.remote[1]


# -- we call


async def test_a_reliable_183_is_acknowledged_and_heard_and_its_answer_stays() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        assert {"100rel", "timer"} <= set(call.invite.get_all("Supported"))
        assert "PRACK" in call.invite.get_all("Allow")
        call.says(183, SDP, rseq=41)
        prack = await call.pracked(f"41 {call.invite.cseq.number} INVITE")
        assert prack.to.tag == "raw" and prack.uri.user == "raw" and not prack.body
        assert prack.cseq.number == call.invite.cseq.number + 1
        [leg] = call.early
        assert port_of(leg) == 40_000 and not call.placing.done()
        call.says(200)
        assert await call.up() is leg and port_of(leg) == 40_000
        await leg.hangup(HANGUP)
        bye = await peer.request("BYE")
        assert bye.cseq.number > prack.cseq.number, "the dialog is the same"
        peer.send(bye.response(200), a.port)


async def test_what_comes_twice_or_too_early_is_not_acknowledged_again() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        number = call.invite.cseq.number
        call.says(180, rseq=1)
        await call.pracked(f"1 {number} INVITE")
        call.says(180, rseq=1)
        call.says(183, OTHER, rseq=3)
        await call.settled()
        assert not call.early, "what comes before its time is not heard either"
        call.says(183, SDP, rseq=2)
        await call.pracked(f"2 {number} INVITE")
        call.says(183, OTHER, rseq=3)
        await call.pracked(f"3 {number} INVITE")
        assert [port_of(leg) for leg in call.early] == [40_000], "the first answer is the answer"


async def test_an_unreliable_183_is_heard_and_the_answer_may_change_it() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        call.says(183, SDP)
        call.says(180)
        call.says(183, SDP)
        await call.settled()
        assert len(call.early) == 1 and port_of(call.early[0]) == 40_000
        call.says(200, OTHER)
        assert port_of(await call.up()) == 40_002
        await call.over()


async def test_an_answer_without_a_description_after_a_183_with_one_is_taken_as_it_was() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        call.says(183, SDP)
        call.says(200)
        assert port_of(await call.up()) == 40_000
        await call.over()


async def test_an_announcement_one_way_is_no_hold() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        call.says(183, SDP + b"a=sendonly\r\n", rseq=1)
        await call.pracked(f"1 {call.invite.cseq.number} INVITE")
        [leg] = call.early
        events = Events(leg)
        assert events.queue.empty() and leg.negotiated is not None and leg.negotiated.direction == "recvonly"


async def test_each_fork_is_acknowledged_for_itself_and_the_last_to_speak_is_heard() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        number = call.invite.cseq.number
        call.says(183, SDP, fork="one", rseq=100)
        assert (await call.pracked(f"100 {number} INVITE")).to.tag == "one"
        call.says(183, OTHER, fork="two", rseq=7)
        assert (await call.pracked(f"7 {number} INVITE")).to.tag == "two"
        [leg] = call.early
        assert port_of(leg) == 40_002 and len(a._core.dialogs) == 2
        call.says(199, fork="two")
        await call.settled()
        assert len(a._core.dialogs) == 1
        call.says(200, SDP, fork="one")
        assert port_of(await call.up()) == 40_000 and len(a._core.dialogs) == 1
        await call.over()


async def test_the_fork_that_answers_is_heard_again_where_another_spoke_last() -> None:
    """Its answer says nothing of audio, since all was said before; whoever rings in vain hears nothing."""
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        number = call.invite.cseq.number
        call.says(183, SDP, fork="one", rseq=1)
        await call.pracked(f"1 {number} INVITE")
        call.says(183, OTHER, fork="two", rseq=1)
        await call.pracked(f"1 {number} INVITE")
        assert port_of(call.early[0]) == 40_002
        call.says(200, fork="one")
        assert port_of(await call.up()) == 40_000
        await call.over()


async def test_of_forks_that_offered_the_one_that_answers_is_heard() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer, delayed_offer=True) as call:
        number = call.invite.cseq.number
        for fork, body in (("one", SDP), ("two", OTHER)):
            call.says(183, body, fork=fork, rseq=1)
            assert b"m=audio" in (await call.pracked(f"1 {number} INVITE")).body
        call.says(200, fork="one")
        leg = await asyncio.wait_for(call.placing, 10)
        await peer.request("ACK")
        assert port_of(leg) == 40_000
        await call.over()


async def test_forks_without_end_leave_no_dialogs_without_end() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        for number in range(30):
            call.says(180, fork=f"fork{number}")
        await call.settled()
        assert len(a._core.dialogs) == 10
        call.says(486)
        with pytest.raises(CallError):
            await call.placing
        assert len(a._core.dialogs) == 0


async def test_who_rings_may_offer_anew_once_its_answer_is_certain() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        call.says(183, SDP)
        call.asks("UPDATE", 1, OTHER)
        await peer.response(491, method="UPDATE")
        call.says(183, SDP, rseq=1)
        await call.pracked(f"1 {call.invite.cseq.number} INVITE")
        call.asks("UPDATE", 2, OTHER)
        answer = await peer.response(200, method="UPDATE")
        assert b"m=audio" in answer.body and port_of(call.early[0]) == 40_002
        call.asks("UPDATE", 1)
        await peer.response(500, method="UPDATE")  # out of order
        call.asks("UPDATE", 3)
        assert not (await peer.response(200, method="UPDATE")).body
        for number, method in enumerate(("BYE", "INVITE", "REFER"), 4):
            call.asks(method, number, SDP if method == "INVITE" else b"")
            assert (await peer.response(481, 405, method=method)).status in (481, 405)
        call.says(200)
        assert port_of(await call.up()) == 40_002
        await call.over()


async def test_an_offer_that_we_left_to_them_is_answered_in_the_ack() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer, delayed_offer=True) as call:
        assert not call.invite.body and call.invite.get("Content-Type") is None
        call.says(183, SDP)
        await call.settled()
        assert not call.early, "an offer that may be lost is none"
        call.says(200, SDP)
        leg = await asyncio.wait_for(call.placing, 10)
        ack = await peer.request("ACK")
        assert b"m=audio" in ack.body and ack.content_type == "application/sdp" and port_of(leg) == 40_000
        await call.over()


async def test_an_offer_in_a_reliable_183_is_answered_in_the_prack() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer, delayed_offer=True) as call:
        call.says(183, SDP, rseq=5)
        assert b"m=audio" in (await call.pracked(f"5 {call.invite.cseq.number} INVITE")).body
        assert len(call.early) == 1
        call.says(200)
        await asyncio.wait_for(call.placing, 10)
        assert not (await peer.request("ACK")).body
        await call.over()


async def test_an_offer_without_audio_in_common_is_acknowledged_and_hung_up_on() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer, delayed_offer=True) as call:
        call.says(200, SDP.replace(b"RTP/AVP 0 101", b"RTP/AVP 9"))
        await peer.request("ACK")
        peer.send((await peer.request("BYE")).response(200), a.port)
        with pytest.raises(CallError) as error:
            await call.placing
        assert error.value.code == 488


async def test_a_call_that_is_given_up_while_it_is_heard_leaves_nothing() -> None:
    async with agent() as a, raw_peer() as peer, placed(a, peer) as call:
        call.says(183, SDP)
        await call.settled()
        events = Events(call.early[0])
        call.placing.cancel()
        peer.send((await peer.request("CANCEL")).response(200), a.port)
        assert (await events.end()).termination.why is Why.CANCELLED
        call.says(487)
        await peer.request("ACK")
        with pytest.raises(asyncio.CancelledError):
            await call.placing
        call.placing = asyncio.create_task(asyncio.sleep(0))  # type: ignore[arg-type]
        await call.placing
        assert legs_of(a) == 0 and len(a._core.dialogs) == 0


# -- they call


class Waits:
    """An application that lets the caller hear it, and answers when it is told to."""

    def __init__(self) -> None:
        self.heard: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.answers = asyncio.Event()
        self.leg: SipLeg | None = None

    async def __call__(self, call: SipInvitation) -> None:
        self.leg = call.leg
        try:
            self.heard.set_result(await call.leg.progress())
        except CallError as error:
            self.heard.set_exception(error)
            return
        await self.answers.wait()
        await call.leg.answer()


RELIABLY = {"Supported": "100rel"}


def prack(peer: RawPeer, response: Response, rack: str, body: bytes = b"", cseq: int = 2) -> Request:
    request = peer.in_dialog("PRACK", response, cseq=cseq, branch=f"p{cseq}", body=body)
    request.set("RAck", rack)
    return request


async def test_a_caller_hears_us_before_the_answer_once_it_has_acknowledged_that() -> None:
    waits = Waits()
    async with agent(waits) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines=RELIABLY), b.port)
        early = await peer.response(183)
        assert early.get("Require") == "100rel" and b"m=audio" in early.body
        repeated = await peer.response(183)
        assert repeated.get("RSeq") == early.get("RSeq")
        (session,) = b._places.taken
        assert not waits.heard.done() and not session.media.open()._permission.begun  # type: ignore[attr-defined]
        number = early.get("RSeq")
        for wrong in (f"{int(number or 0) + 1} 1 INVITE", f"{number} 2 INVITE", f"{number} 1 BYE"):
            peer.send(prack(peer, early, wrong, cseq=2), b.port)
            await peer.response(481, method="PRACK")
        peer.send(prack(peer, early, f"{number} 1 INVITE", cseq=3), b.port)
        await peer.response(200, method="PRACK")
        assert await asyncio.wait_for(waits.heard, 10)
        assert session.media.open()._permission.begun  # type: ignore[attr-defined]
        peer.send(peer.in_dialog("UPDATE", early, cseq=4, branch="u", body=OTHER), b.port)
        assert b"m=audio" in (await peer.response(200, method="UPDATE")).body
        waits.answers.set()
        ok = await peer.response(200, method="INVITE")
        assert not ok.body, "all was said before"
        assert waits.leg is not None and port_of(waits.leg) == 40_002
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        peer.send(peer.in_dialog("BYE", ok, cseq=5, branch="b"), b.port)
        await peer.response(200, method="BYE")


async def test_our_offer_before_the_answer_is_answered_in_the_prack() -> None:
    waits = Waits()
    async with agent(waits) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), lines=RELIABLY), b.port)
        early = await peer.response(183)
        peer.send(prack(peer, early, f"{early.get('RSeq')} 1 INVITE", SDP), b.port)
        await peer.response(200, method="PRACK")
        assert await asyncio.wait_for(waits.heard, 10)
        waits.answers.set()
        ok = await peer.response(200, method="INVITE")
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        assert not ok.body and waits.leg is not None and port_of(waits.leg) == 40_000
        peer.send(peer.in_dialog("BYE", ok, cseq=5, branch="b"), b.port)
        await peer.response(200, method="BYE")


async def test_who_knows_no_reliable_responses_and_proved_nothing_hears_us_after_the_answer() -> None:
    waits = Waits()
    async with agent(waits) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        assert not await asyncio.wait_for(waits.heard, 10)
        waits.answers.set()
        ok = await peer.response(200)
        assert ok.body
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        peer.send(peer.in_dialog("BYE", ok, cseq=5, branch="b"), b.port)
        await peer.response(200, method="BYE")


async def test_a_short_invite_pays_for_no_reliable_response_and_is_answered_all_the_same() -> None:
    waits = Waits()
    async with agent(waits) as b, raw_peer() as peer:
        short = peer.make("INVITE", demo(b), lines=RELIABLY, short=True)
        peer.send(short, b.port)
        assert not await asyncio.wait_for(waits.heard, 10)
        waits.answers.set()
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1, body=SDP), b.port)
        peer.send(peer.in_dialog("BYE", ok, cseq=5, branch="b"), b.port)
        await peer.response(200, method="BYE")


async def test_who_requires_reliable_responses_gets_none_that_is_not() -> None:
    callee = Callee(lambda call: call.leg.ring())
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines={"Require": "100rel"}), b.port)
        ringing = await peer.response(180)
        assert ringing.get("Require") == "100rel" and not ringing.body
        peer.send(prack(peer, ringing, f"{ringing.get('RSeq')} 1 INVITE"), b.port)
        await peer.response(200, method="PRACK")
        leg = (await callee.calls.get()).leg
        await leg.ring()
        again = await peer.response(180)
        assert int(again.get("RSeq") or 0) == int(ringing.get("RSeq") or 0) + 1
        answering = asyncio.create_task(leg.answer())
        ok = await peer.response(200, method="INVITE")
        assert ok.body, "nothing was described before, so nothing has to wait"
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        await answering
        peer.send(peer.in_dialog("BYE", ok, cseq=5, branch="b"), b.port)
        await peer.response(200, method="BYE")


def requiring(peer: RawPeer, b: SipAgent) -> Request:
    """An INVITE that leaves the offer to us and wants no response to get lost."""
    return peer.make("INVITE", demo(b), lines={"Require": "100rel"})


async def test_who_leaves_the_offer_to_us_and_requires_reliable_responses_has_it_while_it_rings() -> None:
    async def rings(call: SipInvitation) -> None:
        await call.leg.ring()
        assert await call.leg.progress(), "that was as good as a 183"
        await call.leg.answer()

    async with agent(rings) as b, raw_peer() as peer:
        peer.send(requiring(peer, b), b.port)
        ringing = await peer.response(180)
        assert ringing.get("Require") == "100rel" and b"m=audio" in ringing.body
        peer.send(prack(peer, ringing, f"{ringing.get('RSeq')} 1 INVITE", SDP), b.port)
        await peer.response(200, method="PRACK")
        ok = await peer.response(200, method="INVITE")
        assert not ok.body, "all was said before"
        (session,) = b._places.taken
        assert port_of(session.leg) == 40_000
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        peer.send(peer.in_dialog("BYE", ok, cseq=5, branch="b"), b.port)
        await peer.response(200, method="BYE")


@pytest.mark.parametrize("body", [b"", SDP.replace(b"RTP/AVP 0 101", b"RTP/AVP 9")])
async def test_a_prack_without_an_answer_to_our_offer_ends_the_call(body: bytes) -> None:
    waits = Waits()
    async with agent(waits) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), lines=RELIABLY), b.port)
        early = await peer.response(183)
        peer.send(prack(peer, early, f"{early.get('RSeq')} 1 INVITE", body), b.port)
        assert (await peer.response(400, 488, method="PRACK")).status == (488 if body else 400)
        assert (await peer.response(488, method="INVITE")).to.tag == early.to.tag
        with pytest.raises(CallError) as error:
            await waits.heard
        assert error.value.code == 488 and legs_of(b) == 0


async def test_no_200_goes_out_while_a_description_waits_for_its_prack() -> None:
    async def answer(call: SipInvitation) -> None:
        await asyncio.gather(call.leg.progress(), call.leg.answer())

    async with agent(answer) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines=RELIABLY), b.port)
        early = await peer.response(183, 200)
        assert (await peer.response(183, 200)).status == early.status == 183
        peer.send(prack(peer, early, f"{early.get('RSeq')} 1 INVITE"), b.port)
        ok = await peer.response(200, method="INVITE")
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        peer.send(peer.in_dialog("BYE", ok, cseq=5, branch="b"), b.port)
        await peer.response(200, method="BYE")


async def test_who_never_acknowledges_is_refused_and_forgotten() -> None:
    waits = Waits()
    async with agent(waits, timing=IMPATIENT) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines=RELIABLY), b.port)
        assert (await peer.response(504)).to.tag
        with pytest.raises(CallError) as error:
            await waits.heard
        assert error.value.code == 504 and legs_of(b) == 0


async def test_a_caller_that_gives_up_while_it_hears_us_gets_its_487() -> None:
    waits = Waits()
    async with agent(waits) as b, raw_peer() as peer:
        invite = peer.make("INVITE", demo(b), body=SDP, lines=RELIABLY)
        peer.send(invite, b.port)
        await peer.response(183)
        peer.send(peer.make("CANCEL", demo(b)), b.port)
        await peer.response(487)
        with pytest.raises(CallError):
            await waits.heard
        assert legs_of(b) == 0


async def test_two_of_us_hear_each_other_before_the_answer() -> None:
    waits = Waits()
    early: asyncio.Queue[SipLeg] = asyncio.Queue()
    async with agent(waits) as b, agent() as a:
        placing = asyncio.create_task(a.call(demo(b), on_early=early.put_nowait))
        leg = await asyncio.wait_for(early.get(), 10)
        assert await asyncio.wait_for(waits.heard, 10) and leg.codec == "PCMU"
        waits.answers.set()
        assert await asyncio.wait_for(placing, 10) is leg
        await leg.hangup(HANGUP)
