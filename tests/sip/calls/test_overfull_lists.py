"""Lists with more values than anybody reads: whoever sends them leaves no transaction behind, for with enough
of those nobody is served any more."""

from __future__ import annotations

import asyncio

import pytest

from sip.calls.session import InviteSession
from sip.calls.user_agent import SipAgent
from sip.transactions.requests import ReceivedRequest
from tests.sip.agents import SDP, Callee, agent, legs_of, raw_peer
from tests.sip.calls.test_session import HANGUP, called, demo


def unanswered(agent: SipAgent) -> int:
    return agent._layer.unanswered


MANY = ",".join(["INVITE"] * 300)


@pytest.mark.parametrize("name", ["Allow", "Supported", "Require", "Accept", "Diversion"])
async def test_an_invite_with_one_is_refused_and_leaves_nothing(name: str) -> None:
    async with agent(Callee.answering()) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines={name: MANY}), b.port)
        assert (await peer.response(400)).status == 400
        assert (unanswered(b), legs_of(b)) == (0, 0)


@pytest.mark.parametrize("method", ["UPDATE", "INVITE"])
async def test_a_request_within_a_call_is_refused_and_the_call_goes_on(method: str) -> None:
    async with agent(Callee.answering()) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        request = peer.in_dialog(method, ok, cseq=2, body=SDP)
        request.set("Allow", MANY)
        peer.send(request, b.port)
        await peer.response(400, method=method)
        peer.send(peer.in_dialog("BYE", ok, cseq=3, branch="bye"), b.port)
        await peer.response(200, method="BYE")
        assert (unanswered(b), legs_of(b)) == (0, 0)


async def test_an_answer_with_one_is_taken_without_it() -> None:
    async with agent() as a, raw_peer() as peer:
        calling = asyncio.create_task(a.call(f"sip:x@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        lines = [("Contact", f"<sip:x@127.0.0.1:{peer.port}>"), ("Allow", MANY)]
        ok = invite.response(200, to_tag="t", headers=lines, body=SDP, content_type="application/sdp")
        peer.send(ok, a.port)
        await peer.request("ACK")
        leg = await calling
        ending = asyncio.create_task(leg.hangup(HANGUP))
        bye = await peer.request("BYE")
        peer.send(bye.response(200), a.port)
        await ending
        assert leg.termination == HANGUP


async def test_a_fault_of_ours_is_answered_with_500_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object, **__: object) -> InviteSession:
        raise ValueError

    async with agent(Callee.answering()) as b, raw_peer() as peer:
        with monkeypatch.context() as broken:
            broken.setattr(InviteSession, "offered", fails)
            peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
            refused = await peer.response(500)
        assert refused.to.tag and (unanswered(b), legs_of(b)) == (0, 0)


async def test_a_fault_of_ours_within_a_call_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(session: InviteSession, server: ReceivedRequest, *, proved: bool = False) -> None:
        raise ValueError

    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        with monkeypatch.context() as broken:
            broken.setattr(InviteSession, "receive", fails)
            far.asks("OPTIONS", 2)
            await peer.response(500, method="OPTIONS")
        assert unanswered(a) == 0
        far.asks("OPTIONS", 3)
        await peer.response(200, method="OPTIONS")
