"""Calls in which the other side finds out how it reaches us."""

from __future__ import annotations

import asyncio
import itertools
import socket
import time
from contextlib import closing

from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.rtp.stream import RtpStream
from mediaserver.rtp.stun import binding_request
from mediaserver.sdp.description import SessionDescription
from mediaserver.sdp.ice import Ice
from mediaserver.sdp.policy import Encryption, MediaPolicy
from sip.calls.leg import SipLeg
from tests.sip.agents import SDP, agent, raw_peer
from tests.sip.calls.test_encrypted_audio import Answering, Talk, up

BYE = Termination(EndedBy.SERVER, Why.HANGUP)
_numbers = itertools.count(1)


def with_ice(sdp: bytes, ufrag: str = "them") -> bytes:
    pwd = b"t" * 24
    host = b"a=candidate:1 1 UDP 2130706431 127.0.0.1 40000 typ host\r\n"
    return sdp + b"a=ice-ufrag:%b\r\na=ice-pwd:%b\r\na=rtcp-mux\r\n" % (ufrag.encode(), pwd) + host


class Nominating:
    """A full agent as far as we see one: its audio is not where its SDP says."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.place = self.socket.getsockname()

    def nominate(self, answer: bytes, ufrag: str = "them") -> None:
        media = SessionDescription.parse(answer).media[0]
        said = media.attributes()
        username = f"{said['ice-ufrag']}:{ufrag}"
        request = binding_request(
            next(_numbers).to_bytes(12, "big"), username, said["ice-pwd"], use_candidate=True
        )
        self.socket.sendto(request, ("127.0.0.1", media.port))

    def response(self) -> bytes:
        self.socket.settimeout(5)
        return self.socket.recv(2_048)


def stream_of(leg: SipLeg) -> RtpStream:
    assert isinstance(leg.stream, RtpStream)
    return leg.stream


async def test_a_caller_that_checks_gets_its_audio_where_it_nominates_also_after_a_restart() -> None:
    callee = Answering()
    async with agent(callee, ice=Ice.ANSWER) as ours, raw_peer() as peer:
        peer.send(peer.make("INVITE", "sip:x@127.0.0.1", body=with_ice(SDP)), ours.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), ours.port)
        stream = stream_of(await asyncio.wait_for(callee.legs.get(), 5))
        first, second = Nominating(), Nominating()
        with closing(first.socket), closing(second.socket):
            first.nominate(ok.body)
            stream.wire.receive(time.perf_counter_ns())
            assert first.response()[:2] == b"\x01\x01" and stream.remote == first.place
            again = peer.in_dialog("INVITE", ok, body=with_ice(SDP, "anew"))
            peer.send(again, ours.port)
            anew = await peer.response(200)
            peer.send(peer.in_dialog("ACK", anew, cseq=2, branch="a2"), ours.port)
            assert stream.remote == first.place
            second.nominate(anew.body, "anew")
            stream.wire.receive(time.perf_counter_ns())
            assert stream.remote == second.place
        peer.send(peer.in_dialog("BYE", ok, cseq=3, branch="bye"), ours.port)
        await peer.response(200, method="BYE")


async def test_a_callee_may_nominate_before_its_answer_is_here() -> None:
    async with agent(ice=Ice.OFFER) as ours, raw_peer() as peer:
        calling = asyncio.create_task(ours.call(f"sip:x@127.0.0.1:{peer.port}", timeout=5))
        invite = await peer.request("INVITE")
        assert b"a=ice-lite" in invite.body
        far = Nominating()
        far.nominate(invite.body)
        [stream] = ours._core.wire._streams.values()  # type: ignore[attr-defined]
        stream.wire.receive(time.perf_counter_ns())
        assert far.response()[:2] == b"\x01\x01"
        where = [("Contact", f"<sip:x@127.0.0.1:{peer.port}>"), ("Content-Type", "application/sdp")]
        peer.send(invite.response(200, to_tag="t", headers=where, body=with_ice(SDP)), ours.port)
        leg = await calling
        assert stream_of(leg).remote == far.place
        far.socket.close()
        await leg.hangup(BYE)


async def test_two_lite_sides_talk_as_their_descriptions_say_encrypted_or_not() -> None:
    for media in (MediaPolicy(), MediaPolicy(encryption=Encryption.REQUIRED)):
        callee = Answering()
        async with agent(callee, ice=Ice.ANSWER, media=media) as far:
            async with agent(ice=Ice.OFFER, media=media) as near:
                ours, theirs = await up(near, callee, far.port)
                assert ours.negotiated is not None and ours.negotiated.ice is not None
                talk = Talk(ours, theirs)
                talk.go(30)
                for leg in (ours, theirs):
                    assert leg.stats().packets > 20
                await ours.hold()
                await ours.resume()
                talk.go(10)
                assert theirs.stats().packets > 30
                await ours.hangup(BYE)


async def test_dtls_goes_by_the_way_that_was_nominated() -> None:
    """The handshake comes from a place that SDP did not name, and is the other side's."""
    callee = Answering()
    media = MediaPolicy(encryption=Encryption.REQUIRED)
    async with agent(callee, ice=Ice.ANSWER, media=media) as far, agent(ice=Ice.OFFER, media=media) as near:
        ours, theirs = await up(near, callee, far.port)
        agreed = theirs.negotiated
        assert agreed is not None and agreed.ice is not None and agreed.ice.theirs is not None
        username = f"{agreed.ice.ours.ufrag}:{agreed.ice.theirs.ufrag}"
        request = binding_request(bytes(12), username, agreed.ice.ours.password, use_candidate=True)
        talk = Talk(ours, theirs)
        stream_of(ours).rtp_socket.sendto(request, ("127.0.0.1", stream_of(theirs).local_port))
        talk.go(30)
        for leg in (ours, theirs):
            assert leg.stats().detail["encryption"] == "DTLS AEAD_AES_256_GCM" and leg.stats().packets > 15
        await ours.hangup(BYE)
