"""Challenges to our calls, over sockets: in and out of the dialog, by a proxy and by the other end."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

from mediaserver.media.leg import EndedBy, Termination, Why
from sip.access.challenger import Challenger
from sip.access.credentials import Account
from sip.access.digest import parse_auth
from sip.access.endpoints import Endpoints, Trunk
from sip.access.gate import Gate
from sip.calls.leg import SipLeg
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request
from tests.sip.agents import SDP, Callee, RawPeer, agent, raw_peer

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
CHALLENGE = 'Digest realm="acme", nonce="n1", qop="auth", algorithm=SHA-256'


async def challenged(peer: RawPeer, us: SipAgent, method: str, status: int = 401) -> Request:
    request = await peer.request(method)
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    peer.send(request.response(status, to_tag="t", headers=[(name, CHALLENGE)]), us.port)
    if method == "INVITE":
        await peer.request("ACK")
    return request


async def answered(peer: RawPeer, us: SipAgent, **lines: str) -> tuple[Request, Request]:
    """The INVITE, and the ACK to its 200."""
    invite = await peer.request("INVITE")
    headers = {"Contact": f"<sip:x@127.0.0.1:{peer.port}>", **lines}
    ok = invite.response(
        200, to_tag="t", headers=list(headers.items()), body=SDP, content_type="application/sdp"
    )
    peer.send(ok, us.port)
    return invite, await peer.request("ACK")


def calling(us: SipAgent, peer: RawPeer, **more: Any) -> asyncio.Task[SipLeg]:
    options = {"account": Account("bob", "zanzibar"), **more}
    return asyncio.create_task(us.call(f"sip:x@127.0.0.1:{peer.port}", **options))


def proof(request: Request, name: str = "Authorization") -> dict[str, str]:
    value = request.get(name)
    return {} if value is None else parse_auth(value)[1]


async def test_an_invite_is_proven_to_a_proxy_and_to_the_server_behind_it() -> None:
    async with agent() as us, raw_peer() as peer:
        call = calling(us, peer)
        first = await challenged(peer, us, "INVITE", 407)
        second = await challenged(peer, us, "INVITE", 401)
        third, ack = await answered(peer, us)
        assert not proof(first) and proof(second, "Proxy-Authorization")["nc"] == "00000001"
        assert proof(third, "Proxy-Authorization")["nc"] == "00000002"
        assert proof(third)["nc"] == "00000001" and ack.get("Authorization") == third.get("Authorization")
        await (await call).hangup(HANGUP)
        bye = await peer.request("BYE")  # before it is asked
        assert proof(bye)["nc"] == "00000002" and proof(bye, "Proxy-Authorization")["nc"] == "00000003"
        peer.send(bye.response(200), us.port)


async def test_a_bye_that_is_challenged_is_sent_again() -> None:
    async with agent() as us, raw_peer() as peer:
        call = calling(us, peer)
        await answered(peer, us)
        await (await call).hangup(HANGUP)
        assert not proof(await challenged(peer, us, "BYE"))
        bye = await peer.request("BYE")
        assert proof(bye)["nc"] == "00000001"
        peer.send(bye.response(200), us.port)


async def test_another_host_than_the_one_we_called_gets_no_proof() -> None:
    async with agent() as us, raw_peer() as peer, raw_peer("127.0.0.2") as other:
        call = calling(us, peer)
        await challenged(peer, us, "INVITE")
        route = f"<sip:127.0.0.2:{other.port};lr>"
        await answered_elsewhere(peer, other, us, route)
        await (await call).hangup(HANGUP)
        bye = await other.request("BYE")
        assert not proof(bye)
        reply = bye.response(401, headers=[("WWW-Authenticate", CHALLENGE)])
        other.send(reply, us.port)
        await us._core.all_left()
        assert other.messages.empty()


async def answered_elsewhere(peer: RawPeer, other: RawPeer, us: SipAgent, route: str) -> None:
    """The other end records a route to a host of its own, and asks for us to call somebody by our account."""
    invite = await peer.request("INVITE")
    headers = [("Contact", f"<sip:+1900@127.0.0.1:{peer.port}>"), ("Record-Route", route)]
    ok = invite.response(200, to_tag="t", headers=headers, body=SDP, content_type="application/sdp")
    peer.send(ok, us.port)
    await other.request("ACK")


async def test_an_answer_that_crossed_our_cancel_is_hung_up_on_with_a_proof() -> None:
    """Else whoever is paid for it has the call go on."""
    async with agent() as us, raw_peer() as peer:
        rang = asyncio.Event()
        call = calling(us, peer, on_ringing=rang.set)
        await challenged(peer, us, "INVITE")
        invite = await peer.request("INVITE")
        peer.send(invite.response(180, to_tag="t"), us.port)
        await asyncio.wait_for(rang.wait(), 10)
        call.cancel()
        peer.send((await peer.request("CANCEL")).response(200), us.port)
        contact = [("Contact", f"<sip:x@127.0.0.1:{peer.port}>")]
        ok = invite.response(200, to_tag="t", headers=contact, body=SDP, content_type="application/sdp")
        peer.send(ok, us.port)
        await peer.request("ACK")
        assert proof(await challenged(peer, us, "BYE"))["nc"] == "00000002"
        bye = await peer.request("BYE")
        assert proof(bye)["nc"] == "00000001"
        peer.send(bye.response(200), us.port)


async def test_a_proof_that_was_good_for_once_is_renewed_after_a_longer_session_was_asked_for() -> None:
    async with agent() as us, raw_peer() as peer:
        call = calling(us, peer)
        await challenged(peer, us, "INVITE")
        proven = await peer.request("INVITE")
        peer.send(proven.response(422, to_tag="t", headers=[("Min-SE", "3600")]), us.port)
        await peer.request("ACK")
        await challenged(peer, us, "INVITE")
        invite, _ = await answered(peer, us)
        assert proof(invite)["nc"] == "00000001" and (invite.get("Session-Expires") or "").startswith("3600")
        await (await call).hangup(HANGUP)
        peer.send((await peer.request("BYE")).response(200), us.port)


async def test_a_change_that_collided_is_proven_anew() -> None:
    async with agent() as us, raw_peer() as peer:
        call = calling(us, peer)
        await answered(peer, us)
        leg = await call
        holding = asyncio.create_task(leg.hold())
        await challenged(peer, us, "INVITE")
        collided = await peer.request("INVITE")
        peer.send(collided.response(491), us.port)
        await peer.request("ACK")
        await challenged(peer, us, "INVITE")
        await answered(peer, us)
        await holding
        await leg.hangup(HANGUP)
        peer.send((await peer.request("BYE")).response(200), us.port)


async def test_a_trunk_that_called_us_and_challenges_our_bye_has_its_proof_and_nobody_else() -> None:
    account = Account("bob", "zanzibar", realm="acme")
    carrier = Trunk("acme", (ipaddress.ip_network("127.0.0.1"),), account=account)
    gate = Gate(Endpoints(trunks=[carrier]), Challenger("x", lambda user: None))
    callee = Callee.answering()
    async with agent(callee, gate=gate) as us, raw_peer() as peer, raw_peer("127.0.0.2") as other:
        for at in (peer, other):
            named = {"Contact": f"<sip:raw@127.0.0.{1 if at is peer else 2}:{at.port}>"}
            invite = peer.make(
                "INVITE", f"sip:x@127.0.0.1:{us.port}", branch=f"i{at.port}", body=SDP, lines=named
            )
            invite.set("Call-ID", f"at-{at.port}")
            peer.send(invite, us.port)
            ok = await peer.response(200, method="INVITE")
            ack = peer.in_dialog("ACK", ok, cseq=1)
            ack.set("Call-ID", invite.call_id)
            peer.send(ack, us.port)
            leg = (await callee.calls.get()).leg
            await leg.hangup(HANGUP)
            assert not proof(await challenged(at, us, "BYE", 407))
            if at is peer:
                bye = await peer.request("BYE")
                assert proof(bye, "Proxy-Authorization")["username"] == "bob"
                peer.send(bye.response(200), us.port)
        await us._core.all_left()
        assert other.messages.empty()
