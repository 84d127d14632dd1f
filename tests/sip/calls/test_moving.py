"""A phone that goes to another network in mid-call, and says so with its password or by TCP."""

from __future__ import annotations

import asyncio

from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.rtp.stream import RtpStream
from sip.access.challenger import Challenger
from sip.access.digest import answer_challenge
from sip.access.endpoints import Endpoints, Extension
from sip.access.gate import Gate
from sip.access.guessing import Guessing
from sip.calls.session import InviteSession
from sip.messages.message import Response
from sip.transport.own_addresses import OwnAddresses
from tests.sip.agents import SDP, Callee, RawPeer, agent, raw_peer

OFFICE, OUTSIDE = "127.0.0.41", "127.0.0.42"
HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
PASSWORDS = {"100": "battery staple", "200": "other"}


class Faces(OwnAddresses):
    """Has another address for each peer."""

    def towards(self, peer: str, now: float | None = None) -> str:
        return {OFFICE: "192.168.50.1", OUTSIDE: "198.51.100.1"}[peer]


def guarded() -> Gate:
    endpoints = Endpoints([Extension(*each) for each in PASSWORDS.items()])
    return Gate(endpoints, Challenger("voiceforge", endpoints.password, guessing=Guessing()))


async def proved(
    peer: RawPeer, port: int, ok: Response | None, cseq: int, user: str = "100", sdp: bytes = SDP
) -> Response:
    """The answer to an INVITE with a password; within the dialog of `ok`, if there is one."""
    to, lines = f"sip:demo@127.0.0.1:{port}", {"Content-Type": "application/sdp"}
    if ok is not None:
        lines["To"] = ok.get("To") or ""
    peer.send(peer.make("INVITE", to, cseq=cseq, branch=f"i{cseq}", body=sdp, lines=lines), port)
    values = (await peer.response(401)).get_all("WWW-Authenticate")
    lines["Authorization"] = answer_challenge(values, user, PASSWORDS[user], "INVITE", to)
    cseq += 1
    peer.send(peer.make("INVITE", to, cseq=cseq, branch=f"i{cseq}", body=sdp, lines=lines), port)
    return await peer.response(*range(200, 400), 403)


async def test_a_phone_that_moved_and_proved_itself_is_followed() -> None:
    callee = Callee.answering()
    async with (
        agent(callee, gate=guarded(), own=Faces("127.0.0.1")) as us,
        raw_peer(OFFICE) as before,
        raw_peer(OUTSIDE) as after,
    ):
        ok = await proved(before, us.port, None, 1)
        assert ok.contacts[0].uri.host == "192.168.50.1" and b"c=IN IP4 192.168.50.1" in ok.body
        before.send(before.in_dialog("ACK", ok, cseq=2, branch="a"), us.port)
        session = (await callee.calls.get())._session
        assert isinstance(session, InviteSession)
        moved = await proved(after, us.port, ok, 3)
        assert moved.contacts[0].uri.host == "198.51.100.1" and b"c=IN IP4 198.51.100.1" in moved.body
        after.send(after.in_dialog("ACK", moved, cseq=4, branch="b"), us.port)
        stream = session.media.stream
        assert isinstance(stream, RtpStream) and stream.incoming.lock.signalled == OUTSIDE
        after.send(after.in_dialog("OPTIONS", ok, cseq=5, branch="o"), us.port)
        await after.response(200, method="OPTIONS")  # the ACK was read
        await session.leg.hangup(HANGUP)
        byes = [await after.request("BYE") for _ in range(4)]  # no more than two, were it not proven
        after.send(byes[0].response(200), us.port)


async def test_who_only_knows_the_tags_of_a_call_moves_nothing() -> None:
    """From another port of the phone's host anybody may send; nor does the password of somebody else help."""
    callee = Callee.answering()
    async with (
        agent(callee, gate=guarded(), own=Faces("127.0.0.1")) as us,
        raw_peer(OFFICE) as phone,
        raw_peer(OUTSIDE) as other,
    ):
        ok = await proved(phone, us.port, None, 1)
        phone.send(phone.in_dialog("ACK", ok, cseq=2, branch="a"), us.port)
        session = (await callee.calls.get())._session
        assert isinstance(session, InviteSession)
        assert (await proved(other, us.port, ok, 3, "200")).status == 403
        assert (session.host, session.media.stream and session.media.stream.remote) == (
            OFFICE,
            ("127.0.0.1", 40_000),
        )
        asyncio.get_running_loop().call_soon(session.hangup, HANGUP)
        phone.send((await phone.request("BYE")).response(200), us.port)
