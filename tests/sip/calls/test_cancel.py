"""CANCEL at every stage, forks, and the races between an answer and its cancellation."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Why
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request, Response
from sip.transactions.timing import RFC_TIMING
from tests.sip.agents import SDP, Callee, Events, RawPeer, agent, legs_of, raw_peer


def ok(invite: Request, peer: RawPeer, tag: str = "raw") -> Response:
    contact = [("Contact", f"<sip:raw@127.0.0.1:{peer.port}>")]
    return invite.response(200, to_tag=tag, headers=contact, body=SDP, content_type="application/sdp")


async def cancelled(placing: asyncio.Task[object]) -> None:
    placing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await placing


def place(a: SipAgent, peer: RawPeer, **options: Any) -> asyncio.Task[object]:
    return asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{peer.port}", **options))


@pytest.mark.parametrize("ringing", [False, True])
async def test_the_caller_cancels_before_the_answer(ringing: bool) -> None:
    callee = Callee(lambda call: call.leg.ring() if ringing else None)
    async with agent(callee) as b, raw_peer() as peer:
        invite = peer.make("INVITE", f"sip:demo@127.0.0.1:{b.port}", body=SDP)
        peer.send(invite, b.port)
        await peer.response(180 if ringing else 100)
        peer.send(peer.make("CANCEL", f"sip:demo@127.0.0.1:{b.port}"), b.port)
        # RFC 3261 9.2: the CANCEL is answered at once, then its INVITE, with the same tag.
        yes = await peer.response(200, 487)
        no = await peer.response(487)
        assert (yes.cseq.method, yes.to.tag) == ("CANCEL", no.to.tag)
        peer.send(peer.make("ACK", f"sip:demo@127.0.0.1:{b.port}", lines={"To": no.get("To") or ""}), b.port)
        call = await callee.calls.get()
        ended = (await Events(call.leg).end()).termination
        assert (ended.by, ended.why, ended.code) == (EndedBy.PEER, Why.CANCELLED, 487)
        assert legs_of(b) == 0
        with pytest.raises(CallError):
            await call.leg.answer()


async def test_a_cancel_after_the_200_changes_nothing() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        to = f"sip:demo@127.0.0.1:{b.port}"
        peer.send(peer.make("INVITE", to, body=SDP), b.port)
        answer = await peer.response(200, method="INVITE")
        peer.send(peer.make("CANCEL", to), b.port)
        await peer.response(200, method="CANCEL")
        peer.send(peer.in_dialog("ACK", answer, cseq=1), b.port)
        assert legs_of(b) == 1
        peer.send(peer.in_dialog("BYE", answer), b.port)
        await peer.response(200, method="BYE")


async def test_a_bye_before_the_answer_ends_the_invite_too() -> None:
    callee = Callee(lambda call: call.leg.ring())
    async with agent(callee) as b, raw_peer() as peer:
        to = f"sip:demo@127.0.0.1:{b.port}"
        peer.send(peer.make("INVITE", to, body=SDP), b.port)
        ringing = await peer.response(180)
        peer.send(peer.in_dialog("BYE", ringing), b.port)
        await peer.response(200, method="BYE")
        await peer.response(487)


async def test_we_cancel_while_it_rings() -> None:
    rang = asyncio.Event()
    # With the RFC's timers: a machine that stands still for two seconds is to change nothing.
    async with agent(timing=RFC_TIMING) as a, raw_peer() as peer:
        placing = place(a, peer, on_ringing=rang.set)
        invite = await peer.request("INVITE")
        ringing = invite.response(180, to_tag="raw")
        peer.send(ringing, a.port)
        await peer.sent_until(ringing, a.port, rang.wait)
        await cancelled(placing)
        cancel = await peer.request("CANCEL")
        assert cancel.via.branch == invite.via.branch
        peer.send(cancel.response(200), a.port)
        terminated = invite.response(487, to_tag="raw")
        await peer.sent_until(terminated, a.port, lambda: peer.request("ACK"))
        assert legs_of(a) == 0


async def test_we_cancel_before_any_response_and_wait_for_one_to_send_it() -> None:
    async with agent() as a, raw_peer() as peer:
        placing = place(a, peer)
        invite = await peer.request("INVITE")
        await cancelled(placing)
        assert isinstance(again := await peer.next(), Request) and again.method == "INVITE"
        peer.send(invite.response(100), a.port)
        await peer.request("CANCEL")


async def test_the_200_crosses_our_cancel() -> None:
    async with agent() as a, raw_peer() as peer:
        placing = place(a, peer)
        invite = await peer.request("INVITE")
        await cancelled(placing)
        peer.send(ok(invite, peer), a.port)
        await peer.request("ACK")
        bye = await peer.request("BYE")
        assert bye.to.tag == "raw"
        peer.send(bye.response(200), a.port)


async def test_a_second_fork_is_acknowledged_and_ended() -> None:
    async with agent() as a, raw_peer() as peer:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        peer.send(ok(invite, peer, "one"), a.port)
        leg = await placing
        peer.send(ok(invite, peer, "two"), a.port)
        bye = await peer.request("BYE")
        assert bye.to.tag == "two"
        peer.send(bye.response(200), a.port)
        assert leg.termination is None


async def test_no_answer_in_time_cancels_the_call() -> None:
    async with agent() as a, raw_peer() as peer:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{peer.port}", timeout=0.3))
        invite = await peer.request("INVITE")
        peer.send(invite.response(180, to_tag="raw"), a.port)
        cancel = await peer.request("CANCEL")
        assert "no answer" in (cancel.get("Reason") or "")
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 408


async def test_a_refused_call_is_not_cancelled() -> None:
    async with agent() as a, raw_peer() as peer:
        placing = place(a, peer)
        invite = await peer.request("INVITE")
        peer.send(invite.response(180, to_tag="raw"), a.port)
        peer.send(invite.response(486, to_tag="raw"), a.port)
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 486
        await peer.request("ACK")
        peer.send(peer.make("OPTIONS", f"sip:x@127.0.0.1:{a.port}"), a.port)
        assert isinstance(await peer.next(), Response), "the next message is the answer, not a CANCEL"


async def test_a_call_that_is_rejected_after_its_answer_is_hung_up_on() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{b.port}", body=SDP), b.port)
        answer = await peer.response(200)
        peer.send(peer.in_dialog("ACK", answer, cseq=1), b.port)
        call = await callee.calls.get()
        call.reject(486)
        bye = await peer.request("BYE")
        peer.send(bye.response(200), b.port)
        assert legs_of(b) == 0
