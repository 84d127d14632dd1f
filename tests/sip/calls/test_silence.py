"""A server that is silent to strangers, over sockets: not one byte, and phones get in all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sip.access.challenger import Challenger
from sip.access.digest import answer_challenge
from sip.access.gate import Gate
from sip.access.guessing import Guessing
from sip.access.silence import StrangersSilence
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from sip.messages.message import Response
from tests.sip.agents import SDP, Callee, RawPeer, agent, raw_peer
from tests.sip.calls.test_who_may_call import ENDPOINTS, PASSWORD, PBX, STRANGER, address, asked

PHONE = "127.0.0.77"


@asynccontextmanager
async def silent(callee: Callee | None = None) -> AsyncIterator[SipAgent]:
    challenger = Challenger("voiceforge", ENDPOINTS.password, guessing=Guessing())
    registrar = Registrar("voiceforge", ENDPOINTS.extension_password, challenger=challenger)
    gate = Gate(ENDPOINTS, challenger)
    async with agent(callee, registrar=registrar, gate=gate, silence=StrangersSilence(gate)) as made:
        yield made


async def registers(peer: RawPeer, server: SipAgent, cseq: int = 1) -> Response:
    """With its password, once it is asked for it."""
    challenge = await asked(peer, server, "REGISTER", "100", cseq)
    assert challenge.status == 401
    values = challenge.get_all("WWW-Authenticate")
    proof = answer_challenge(values, "100", PASSWORD, "REGISTER", address(server, "100"))
    return await asked(peer, server, "REGISTER", "100", cseq + 1, Authorization=proof)


async def test_what_a_stranger_sends_gets_nothing_and_a_phone_that_names_itself_its_challenge() -> None:
    async with silent() as server, raw_peer(STRANGER) as peer:
        for number, method in enumerate(("OPTIONS", "SUBSCRIBE", "BYE", "CANCEL", "INVITE"), 1):
            lines = {"From": "<sip:nobody@h>;tag=x", "Call-ID": f"c{number}"}
            body = SDP if method == "INVITE" else b""
            peer.send(
                peer.make(method, address(server), branch=f"b{number}", body=body, lines=lines), server.port
            )
        within = {"To": "<sip:demo@h>;tag=none", "Call-ID": "none"}
        peer.send(peer.make("BYE", address(server), branch="in", lines=within), server.port)
        assert peer._wire is not None
        unreadable = b"INVITE sip:x@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKm\r\nCSeq: x\r\n\r\n"
        peer._wire.sendto(unreadable, ("127.0.0.1", server.port))
        assert (await asked(peer, server, "REGISTER", "100", 9)).status == 401
        assert peer.messages.empty()
        assert server.transport.sent == 1 and len(server._layer) == 0


async def test_a_phone_registers_from_a_new_address_and_is_answered_from_then_on() -> None:
    async with silent() as server, raw_peer(PHONE) as peer:
        assert (await registers(peer, server)).status == 200
        assert (await asked(peer, server, "OPTIONS", "nobody", 9)).status == 200


async def test_a_trunk_is_answered_whatever_it_asks() -> None:
    async with silent() as server, raw_peer(PBX) as peer:
        assert (await asked(peer, server, "OPTIONS", "nobody", 1)).status == 200
        assert (await asked(peer, server, "SUBSCRIBE", "nobody", 2)).status == 405


async def test_a_call_that_is_up_is_served() -> None:
    async with silent(Callee.answering()) as server, raw_peer(PBX) as peer:
        peer.send(peer.make("INVITE", address(server), body=SDP), server.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), server.port)
        peer.send(peer.in_dialog("BYE", ok), server.port)
        await peer.response(200, method="BYE")


async def test_a_connection_of_a_stranger_gets_not_even_an_answer_to_its_keep_alives() -> None:
    async with silent() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, local_addr=(STRANGER, 0))
        via = f"Via: SIP/2.0/TCP {STRANGER};branch=z9hG4bK"
        rest = (
            "Max-Forwards: 70\r\nTo: <sip:100@h>\r\nCall-ID: c\r\nContact: <sip:x@h>\r\nContent-Length: 0\r\n"
        )
        options = f"OPTIONS sip:h SIP/2.0\r\n{via}1\r\nFrom: <sip:a@h>;tag=1\r\nCSeq: 1 OPTIONS\r\n{rest}\r\n"
        register = (
            f"REGISTER sip:h SIP/2.0\r\n{via}2\r\nFrom: <sip:100@h>;tag=1\r\nCSeq: 2 REGISTER\r\n{rest}\r\n"
        )
        writer.write(b"\r\n\r\n" + options.encode() + b"\r\n\r\n" + register.encode())
        first = await asyncio.wait_for(reader.readline(), 5)
        assert first == b"SIP/2.0 401 Unauthorized\r\n"
        writer.close()
        await writer.wait_closed()
