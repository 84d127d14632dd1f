"""What a peer is offered and answered: its own policy, the call's, or everybody's."""

from __future__ import annotations

import ipaddress

import pytest

from mediaserver.errors import CallError, EngineMissingError
from mediaserver.rtp.stream import RtpStream
from mediaserver.sdp.codecs import CATALOGUE
from mediaserver.sdp.policy import MediaPolicy
from sip.access.challenger import Challenger
from sip.access.endpoints import Endpoints, Trunk
from sip.access.gate import Gate
from tests.sip.agents import SDP, Callee, agent, legs_of, raw_peer

A_LAW = MediaPolicy(codecs=("PCMA",))
EVERYTHING = MediaPolicy(codecs=tuple(CATALOGUE))
MU_LAW = MediaPolicy(codecs=("PCMU",))


def gate(media: MediaPolicy | None) -> Gate:
    """Whoever comes from this machine is a trunk with this policy."""
    trunk = Trunk("pbx", (ipaddress.ip_network("127.0.0.0/8"),), media=media)
    return Gate(Endpoints(trunks=[trunk]), Challenger("test", lambda user: None))


async def test_a_call_of_ours_offers_what_its_options_say() -> None:
    async with agent(Callee.answering()) as far, agent() as near:
        leg = await near.call(f"sip:demo@127.0.0.1:{far.port}", media=A_LAW)
        assert leg.codec == "PCMA"


async def test_what_everybody_is_offered_is_the_agents() -> None:
    async with agent(Callee.answering()) as far, agent(media=A_LAW) as near:
        assert (await near.call(f"sip:demo@127.0.0.1:{far.port}")).codec == "PCMA"


async def test_a_trunk_is_answered_by_its_own_policy() -> None:
    async with agent(Callee.answering(), gate=gate(A_LAW), media=MU_LAW) as far, agent() as near:
        assert (await near.call(f"sip:demo@127.0.0.1:{far.port}")).codec == "PCMA"


async def test_a_trunk_without_one_is_answered_as_everybody() -> None:
    async with agent(Callee.answering(), gate=gate(None), media=A_LAW) as far, agent() as near:
        assert (await near.call(f"sip:demo@127.0.0.1:{far.port}")).codec == "PCMA"


async def test_a_trunk_that_offers_nothing_of_its_policy_is_refused() -> None:
    async with agent(Callee.answering(), gate=gate(A_LAW)) as far, agent(media=MU_LAW) as near:
        with pytest.raises(CallError) as refused:
            await near.call(f"sip:demo@127.0.0.1:{far.port}")
        assert refused.value.code == 488


@pytest.mark.parametrize("codec", CATALOGUE)
async def test_a_call_runs_in_each_codec(codec: str) -> None:
    async with agent(Callee.answering(), media=EVERYTHING) as far, agent() as near:
        leg = await near.call(f"sip:demo@127.0.0.1:{far.port}", media=MediaPolicy(codecs=(codec,)))
        assert leg.codec == codec
        assert leg.stats().detail["codec"] == codec


async def test_the_caller_moves_the_call_to_another_codec() -> None:
    callee = Callee.answering()
    async with agent(callee, media=EVERYTHING) as far, raw_peer() as peer:
        uri = f"sip:demo@127.0.0.1:{far.port}"
        peer.send(peer.make("INVITE", uri, body=SDP), far.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1, branch="a"), far.port)
        leg = (await callee.calls.get()).leg
        assert leg.codec == "PCMU"
        moved = SDP.replace(b"o=- 1 1", b"o=- 1 2").replace(b"RTP/AVP 0 101", b"RTP/AVP 9 101")
        peer.send(peer.in_dialog("INVITE", ok, cseq=2, branch="b", body=moved), far.port)
        answered = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=2, branch="c"), far.port)
        assert b"RTP/AVP 9 101" in answered.body
        assert leg.codec == "G722"
        assert leg.stats().detail["codec"] == "G722"


async def test_nothing_is_left_of_an_offer_that_no_codec_fits() -> None:
    async with agent(Callee.answering(), media=A_LAW) as far, raw_peer() as peer:
        numbers = " ".join(str(n) for n in range(1_000)).encode()
        offered = SDP.replace(b"RTP/AVP 0 101", b"RTP/AVP " + numbers.replace(b" 8 ", b" "))
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{far.port}", body=offered), far.port)
        assert (await peer.response(488, 513, 400)).status in (400, 488, 513)
        assert legs_of(far) == 0


async def test_a_codec_whose_library_is_missing_is_no_codec_in_common(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(stream: RtpStream, *args: object, **more: object) -> None:
        raise EngineMissingError("PyAV is missing; install the package `av`")

    async with agent(Callee.answering(), media=EVERYTHING) as far, agent() as near:
        monkeypatch.setattr(RtpStream, "configure", missing)
        with pytest.raises(CallError) as refused:
            await near.call(f"sip:demo@127.0.0.1:{far.port}", media=MediaPolicy(codecs=("G722",)))
        assert refused.value.code == 488
        assert legs_of(far) == 0
