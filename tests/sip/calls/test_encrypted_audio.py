"""Encrypted calls between two agents, with the measuring caller's own SRTP, and refused ones."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from callers.rtp import MeasuringWire
from mediaserver.errors import CallError
from mediaserver.media.encryption import DtlsPeer, SrtpKeys
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.rtp.dtls import DtlsIdentity, DtlsMachine
from mediaserver.rtp.wire import RtpStream
from mediaserver.sdp.crypto import new_key
from mediaserver.sdp.description import SessionDescription
from mediaserver.sdp.policy import Encryption, MediaPolicy
from sip.access.challenger import Challenger
from sip.access.endpoints import Endpoints, Trunk
from sip.access.gate import Gate
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg
from sip.calls.user_agent import SipAgent
from tests.sip.agents import SDP, Callee, Events, agent, raw_peer

TICK_NS = 20_000_000
BYE = Termination(EndedBy.SERVER, Why.HANGUP)
REQUIRED, OPTIONAL = MediaPolicy(encryption=Encryption.REQUIRED), MediaPolicy(encryption=Encryption.OPTIONAL)
CRYPTO = b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + b"QUJD" * 10 + b"\r\n"


def opened(policy: MediaPolicy, **options: Any) -> dict[str, Any]:
    return {"media": policy, "srtp_without_tls": True, **options}


class Answering(Callee):
    """Keeps the legs that it answered, once their callers have acknowledged that."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.legs: asyncio.Queue[SipLeg] = asyncio.Queue()

    async def _answer(self, call: SipInvitation) -> None:
        await call.leg.answer()
        self.legs.put_nowait(call.leg)


async def up(caller: SipAgent, callee: Answering, port: int) -> tuple[SipLeg, SipLeg]:
    leg = await caller.call(f"sip:x@127.0.0.1:{port}", timeout=5)
    return leg, await asyncio.wait_for(callee.legs.get(), 5)


class Talk:
    """Both legs talk, on a clock that is driven by hand."""

    def __init__(self, *legs: SipLeg) -> None:
        self.streams = [self._stream(leg) for leg in legs]
        self._now = time.perf_counter_ns()
        self._tone = np.full(320, 3_000, np.int16)

    @staticmethod
    def _stream(leg: SipLeg) -> RtpStream:
        assert isinstance(leg.stream, RtpStream)
        return leg.stream

    def go(self, ticks: int) -> None:
        for _ in range(ticks):
            for stream in self.streams:
                stream.write(self._tone)
            for stream in self.streams:
                stream.wire.receive(time.perf_counter_ns())
                stream.read()


async def test_audio_is_encrypted_both_ways_and_the_figures_say_so() -> None:
    callee = Answering()
    async with agent(callee, **opened(OPTIONAL)) as far, agent(**opened(REQUIRED)) as near:
        ours, theirs = await up(near, callee, far.port)
        talk = Talk(ours, theirs)
        talk.go(30)
        for leg in (ours, theirs):
            detail = leg.stats().detail
            assert detail["encryption"] == "SDES AEAD_AES_256_GCM"
            assert detail["packets"] > 20 and detail["rejected_packets"] == 0
        await ours.hangup(BYE)
        assert ours.stats().detail["encryption"] == "SDES AEAD_AES_256_GCM"


async def test_what_is_on_the_wire_is_not_the_audio() -> None:
    callee = Answering()
    async with agent(callee, **opened(REQUIRED)) as far, agent(**opened(REQUIRED)) as near:
        ours, theirs = await up(near, callee, far.port)
        talk = Talk(ours, theirs)
        talk.go(10)
        first, second = talk.streams
        sent: list[bytes] = []
        plain = second.rtp_socket.recvmsg
        first.write(talk._tone)
        data, *_ = plain(2_048, 64)
        sent.append(data)
        assert len(sent[0]) == 172 + 16 and sent[0][0] == 0x80
        payload = sent[0][12:172]
        assert len(set(payload)) > 32  # a steady level is one octet, over and over
        await ours.hangup(BYE)


async def test_hold_and_resume_go_on_with_the_same_keys() -> None:
    callee = Answering()
    async with agent(callee, **opened(REQUIRED)) as far, agent(**opened(REQUIRED)) as near:
        ours, theirs = await up(near, callee, far.port)
        talk = Talk(ours, theirs)
        talk.go(10)
        keys = ours.negotiated.encrypting if ours.negotiated is not None else None
        await ours.hold()
        await ours.resume()
        talk.go(10)
        await theirs.hold()
        await theirs.resume()
        talk.go(20)
        assert keys is not None and ours.negotiated is not None and ours.negotiated.encrypting == keys
        for leg in (ours, theirs):
            detail = leg.stats().detail
            assert detail["rejected_packets"] == 0 and detail["source_changes"] == 0
            assert detail["packets"] >= 30
        await ours.hangup(BYE)


async def test_other_keys_in_mid_call_are_taken() -> None:
    """As a server does that puts somebody else behind its call."""
    callee = Answering()
    async with agent(callee, **opened(REQUIRED)) as far, agent(**opened(REQUIRED)) as near:
        ours, theirs = await up(near, callee, far.port)
        talk = Talk(ours, theirs)
        talk.go(10)
        before = theirs.negotiated.encrypting if theirs.negotiated is not None else None
        securing = ours._session.media._securing  # type: ignore[attr-defined]
        securing.agreed = replace(securing.agreed, ours=new_key(securing.agreed.ours.suite))
        await ours.hold()
        await ours.resume()
        talk.go(20)
        after = theirs.negotiated.encrypting if theirs.negotiated is not None else None
        assert isinstance(before, SrtpKeys) and isinstance(after, SrtpKeys)
        assert after.theirs != before.theirs and after.ours != before.ours
        for leg in (ours, theirs):
            assert leg.stats().detail["packets"] >= 25
            assert leg.stats().detail["rejected_packets"] == 0
        await ours.hangup(BYE)


async def test_what_strangers_send_reaches_nothing_and_is_counted() -> None:
    callee = Answering()
    async with agent(callee, **opened(REQUIRED)) as far, agent(**opened(REQUIRED)) as near:
        ours, theirs = await up(near, callee, far.port)
        talk = Talk(ours, theirs)
        talk.go(10)
        first, second = talk.streams
        heard = second.stats()
        forged = b"\x80\0" + (heard.packets + 5).to_bytes(2, "big") + bytes(168)
        for _ in range(9):
            first.rtp_socket.sendto(forged, ("127.0.0.1", second.local_port))  # from the right place, too
            first.rtcp_socket.sendto(b"\x80\xc9\0\1\0\0\0\7", ("127.0.0.1", second.local_port + 1))
        second.wire.receive(time.perf_counter_ns())
        after = second.stats()
        assert after.rejected_packets == 18
        assert (after.packets, after.foreign_packets, after.invalid_packets) == (heard.packets, 0, 0)
        assert second.rtcp.heard_at is None
        talk.go(5)
        assert second.stats().packets == heard.packets + 5
        await ours.hangup(BYE)


async def test_nothing_is_encrypted_where_keys_could_be_read() -> None:
    callee = Answering()
    async with agent(callee, media=OPTIONAL) as far, agent(media=OPTIONAL) as near:
        ours, theirs = await up(near, callee, far.port)
        talk = Talk(ours, theirs)
        talk.go(10)
        assert ours.stats().detail["encryption"] is None and ours.stats().detail["packets"] > 5
        await ours.hangup(BYE)


async def test_where_keys_could_be_read_they_are_agreed_on_by_dtls() -> None:
    callee = Answering()
    async with agent(callee, media=OPTIONAL) as far, agent(media=REQUIRED) as near:
        ours, theirs = await up(near, callee, far.port)
        talk = Talk(ours, theirs)
        talk.go(30)
        for leg in (ours, theirs):
            detail = leg.stats().detail
            assert detail["encryption"] == "DTLS AEAD_AES_256_GCM"
            assert detail["packets"] > 20 and detail["foreign_packets"] == 0
        for stream in talk.streams:  # reports by the port of audio
            stream.wire.now_ns = lambda: time.perf_counter_ns() + 20_000_000_000
            stream.sweep(time.perf_counter_ns() + 10_000_000_000, time.time_ns())
            stream.wire.now_ns = time.perf_counter_ns
        talk.go(2)
        assert all(stream.rtcp.heard_at is not None for stream in talk.streams)
        await ours.hold()
        await ours.resume()
        talk.go(10)
        assert theirs.stats().detail["packets"] > 30 and theirs.stats().detail["source_changes"] == 0
        await ours.hangup(BYE)


async def test_a_handshake_that_overtakes_the_answer_is_gone_on_with() -> None:
    """It would come again after a second, of silence."""
    async with agent(media=REQUIRED) as near, raw_peer() as peer:
        calling = asyncio.create_task(near.call(f"sip:x@127.0.0.1:{peer.port}", timeout=5))
        invite = await peer.request("INVITE")
        offered = SessionDescription.parse(invite.body).media[0]
        far = DtlsIdentity()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as audio:
            audio.bind(("127.0.0.1", 0))
            print_ = near._core.wire.fingerprint
            assert print_ is not None
            ours = DtlsMachine(far, DtlsPeer(False, (print_,)), 0)
            for datagram in ours.begin(0):
                audio.sendto(datagram, ("127.0.0.1", offered.port))
            (session,) = near._places.taken
            stream = session.media.stream
            assert isinstance(stream, RtpStream)
            stream.wire.receive(time.perf_counter_ns())
            shown = far.fingerprint.hex(":").upper()
            body = SDP.replace(b"40000 RTP/AVP", b"%d UDP/TLS/RTP/SAVP" % audio.getsockname()[1])
            body += f"a=fingerprint:sha-256 {shown}\r\na=setup:active\r\na=rtcp-mux\r\n".encode()
            lines = [("Contact", f"<sip:x@127.0.0.1:{peer.port}>"), ("Content-Type", "application/sdp")]
            peer.send(invite.response(200, to_tag="t", headers=lines, body=body), near.port)
            leg = await calling
            audio.setblocking(False)
            assert audio.recv(2_048)[0] == 22, "our part of the handshake"
            await leg.hangup(BYE)


async def test_who_shows_another_certificate_is_hung_up_on() -> None:
    callee = Answering()
    async with agent(callee, media=OPTIONAL) as far, agent(media=REQUIRED) as near:
        ours, theirs = await up(near, callee, far.port)
        events = Events(theirs)
        first, second = Talk(ours, theirs).streams
        machine = second.encryption.handshaking.machine if second.encryption.handshaking else None
        assert machine is not None
        machine.peer = DtlsPeer(True, (("sha256", bytes(32)),))
        Talk(ours, theirs).go(10)
        end = await events.end()
        assert end.termination.code == 488 and "certificate" in end.termination.detail
        assert second.stats().packets == 0


async def test_a_caller_that_offers_less_than_is_required_is_told_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with agent(Answering(), **opened(REQUIRED)) as far, raw_peer() as peer:
        with caplog.at_level(logging.WARNING):
            peer.send(peer.make("INVITE", "sip:x@127.0.0.1", body=SDP), far.port)
            no = await peer.response(488)
    said = "audio must be encrypted (SRTP) here, and none of that kind is offered"
    assert no.get("Warning") == f'399 voiceforge "{said}"'
    assert any(said in record.getMessage() for record in caplog.records)


async def test_a_callee_that_takes_less_than_is_required_is_hung_up_on() -> None:
    async with agent(**opened(REQUIRED)) as near, raw_peer() as peer:
        calling = asyncio.create_task(near.call(f"sip:x@127.0.0.1:{peer.port}", timeout=5))
        invite = await peer.request("INVITE")
        assert b"RTP/SAVP " in invite.body and invite.body.count(b"a=crypto:") == 2
        ok = invite.response(
            200,
            to_tag="t",
            headers=[("Contact", f"<sip:x@127.0.0.1:{peer.port}>"), ("Content-Type", "application/sdp")],
            body=SDP,
        )
        peer.send(ok, near.port)
        with pytest.raises(CallError, match="the answer has no key for it") as refused:
            await calling
        assert refused.value.code == 488
        bye = await peer.request("BYE")
        assert "488" in (bye.get("Reason") or "")


async def test_a_caller_has_the_policy_of_who_it_is() -> None:
    carrier = Trunk("carrier", (ipaddress.ip_network("127.0.0.0/8"),), media=REQUIRED)
    gate = Gate(Endpoints(trunks=[carrier]), Challenger("x", lambda user: None))
    plain = MediaPolicy()
    async with (
        agent(Answering(), gate=gate, **opened(plain)) as far,
        agent(**opened(plain)) as near,
    ):
        with pytest.raises(CallError) as refused:
            await near.call(f"sip:x@127.0.0.1:{far.port}", timeout=5)
        assert refused.value.code == 488
        leg = await near.call(f"sip:x@127.0.0.1:{far.port}", media=OPTIONAL, timeout=5)
        assert leg.negotiated is not None and leg.negotiated.encrypting is not None
        await leg.hangup(BYE)


@contextmanager
def measuring_wire() -> Iterator[MeasuringWire]:
    wire = MeasuringWire("127.0.0.1")
    try:
        yield wire
    finally:
        wire.close()


async def test_the_measuring_caller_speaks_srtp_of_its_own() -> None:
    """One that shares no code with the server's: each hears the other."""
    callee = Answering()
    with measuring_wire() as wire:
        async with agent(callee, **opened(OPTIONAL)) as far:
            near = SipAgent(
                host="127.0.0.1",
                port=0,
                wire=wire,
                on_invite=Callee(),
                **opened(REQUIRED),
            )
            await near.start()
            try:
                ours, theirs = await up(near, callee, far.port)
                talk = Talk(theirs)
                caller = wire.at(ours.stream.local_port) if ours.stream is not None else None
                assert caller is not None
                for _ in range(500):
                    talk.go(1)
                    if caller.reception.received >= 5 and theirs.stats().packets >= 5:
                        break
                    await asyncio.sleep(0.01)  # the caller's wire has a thread and a clock of its own
                assert caller.reception.received >= 5 and caller.rejected == 0
                assert theirs.stats().packets >= 5 and theirs.stats().detail["rejected_packets"] == 0
                await ours.hangup(BYE)
            finally:
                await near.stop(1.0)


def test_endpoints_carry_what_the_settings_say() -> None:
    from cli.serving.media_policy import media_policy
    from cli.serving.who_may_call import endpoints_of
    from mediaserver.config import load

    sip = load(
        None,
        {
            "sip": {
                "extensions": {
                    "101": {"password": "correct horse", "srtp": "required"},
                    "102": "battery",
                },
                "trunks": {"carrier": {"networks": ["192.0.2.0/24"], "srtp": "optional"}},
            }
        },
    ).sip
    endpoints: Endpoints = endpoints_of(sip)
    media = endpoints.extensions["101"].admitted.media
    assert media is not None and media.encryption is Encryption.REQUIRED
    assert media.codecs == media_policy(sip).codecs
    assert endpoints.extensions["102"].admitted.media is None
    media = endpoints.trunks["carrier"].admitted.media
    assert media is not None and media.encryption is Encryption.OPTIONAL
