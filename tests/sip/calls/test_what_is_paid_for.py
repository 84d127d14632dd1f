"""What a call's signalling pays for: audio towards a host that proved nothing, three bytes for each that came
from where the caller proved to be, less what it was answered with before.
"""

from __future__ import annotations

from mediaserver.addresses import site_of
from sip.calls.session import InviteSession
from sip.messages.message import Response
from sip.transactions.budget import FACTOR
from tests.sip.agents import SDP, Callee, RawPeer, agent, raw_peer
from tests.sip.calls.test_way_back import connected_phone

ELSEWHERE = "127.0.0.9"


async def acknowledged(callee: Callee, peer: RawPeer, port: int) -> tuple[int, Response, list[Response]]:
    """A call of the peer's: bytes of its INVITE, the 200, and all that came before its ACK."""
    invite = peer.make("INVITE", f"sip:demo@127.0.0.1:{port}", body=SDP)
    peer.send(invite, port)
    came = [await peer.response(180, 200)]
    while came[-1].status != 200:
        came.append(await peer.response(180, 200))
    peer.send(peer.in_dialog("ACK", came[-1], cseq=1), port)
    await callee.calls.get()
    peer.send(peer.in_dialog("OPTIONS", came[-1], cseq=2, branch="o"), port)
    await peer.response(200, method="OPTIONS")  # the ACK was read
    return len(bytes(invite)), came[-1], came


def paid_for(session: InviteSession) -> int:
    """What it may be sent in all, by what signalling received."""
    return FACTOR * session.received


async def test_what_was_answered_before_the_ack_is_not_granted_again_for_audio() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        size, ok, came = await acknowledged(callee, peer, b.port)
        (session,) = b._places.taken
        assert isinstance(session, InviteSession)
        asked = len(bytes(peer.in_dialog("OPTIONS", ok, cseq=2, branch="o")))
        sent = sum(len(bytes(each)) for each in came)
        assert 0 < paid_for(session) <= FACTOR * (size + asked) - sent


async def test_requests_from_elsewhere_pay_for_their_answers_and_for_no_audio() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer, raw_peer(ELSEWHERE) as forger:
        _, ok, _ = await acknowledged(callee, peer, b.port)
        (session,) = b._places.taken
        before = session.received
        forged = forger.in_dialog("UPDATE", ok, cseq=3, branch="f")
        forger.send(forged, b.port)
        await forger.response(200, method="UPDATE")
        assert session.received == before
        own = peer.in_dialog("UPDATE", ok, cseq=4, branch="p")
        peer.send(own, b.port)
        await peer.response(200, method="UPDATE")
        assert session.received == before + len(bytes(own))


async def test_a_call_over_tcp_is_worth_what_it_took() -> None:
    callee = Callee.answering()
    async with agent(callee) as us, connected_phone(us):
        (session,) = us._places.taken
        assert 200 < session.received < 2_000


async def test_a_re_invite_in_somebody_elses_name_makes_nobody_known() -> None:
    """Who is in a call knows its tags, and acknowledges what went to another's address as well."""
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer, raw_peer(ELSEWHERE) as forger:
        _, ok, _ = await acknowledged(callee, peer, b.port)
        known = b.transport.intake.shedder._known
        assert site_of("127.0.0.1") in known
        forger.send(forger.in_dialog("INVITE", ok, cseq=3, branch="f", body=SDP), b.port)
        await forger.response(200, method="INVITE")
        peer.send(peer.in_dialog("ACK", ok, cseq=3, branch="a"), b.port)
        peer.send(peer.in_dialog("OPTIONS", ok, cseq=4, branch="o2"), b.port)
        await peer.response(200, method="OPTIONS")  # the ACK was read
        (session,) = b._places.taken
        assert isinstance(session, InviteSession)
        assert not session.machine.unacknowledged
        assert site_of(ELSEWHERE) not in known
