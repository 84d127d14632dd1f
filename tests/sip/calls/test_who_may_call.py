"""Who may call, over sockets: a server that lets nobody in without proof, and strangers elsewhere."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.access.challenger import Challenger
from sip.access.digest import answer_challenge
from sip.access.endpoints import Endpoints, Extension, Trunk
from sip.access.gate import Gate
from sip.access.guessing import Guessing
from sip.calls.invitation import SipInvitation
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from sip.messages.message import Response
from tests.sip.agents import SDP, Callee, Events, RawPeer, agent, legs_of, raw_peer

HANGUP = Termination(EndedBy.CALLER, Why.HANGUP)
PASSWORD = "battery staple"
STRANGER, PBX = "127.0.0.66", "127.0.0.30"
ENDPOINTS = Endpoints(
    [Extension("100", PASSWORD), Extension("101", "other")],
    [Trunk("pbx", (ipaddress.ip_network(f"{PBX}/32"),))],
)


@asynccontextmanager
async def guarded(callee: Callee | None = None, max_calls: int | None = None) -> AsyncIterator[SipAgent]:
    """A server behind a gate, for which loopback is a network like any other."""
    challenger = Challenger("voiceforge", ENDPOINTS.password, guessing=Guessing())
    registrar = Registrar("voiceforge", ENDPOINTS.extension_password, challenger=challenger)
    gate = Gate(ENDPOINTS, challenger)
    async with agent(callee, registrar=registrar, gate=gate, max_calls=max_calls) as made:
        yield made


def address(of: SipAgent, user: str = "demo") -> str:
    return f"sip:{user}@127.0.0.1:{of.port}"


async def asked(peer: RawPeer, server: SipAgent, method: str, to: str, cseq: int, **lines: str) -> Response:
    request = peer.make(
        method,
        address(server, to),
        cseq=cseq,
        branch=f"{method}{cseq}",
        body=SDP if method == "INVITE" else b"",
        lines={"From": f"<sip:{to}@voiceforge.test>;tag=x", "Call-ID": f"{method}-{cseq}", **lines},
    )
    peer.send(request, server.port)
    return await peer.response(*range(200, 700))


async def test_a_stranger_learns_no_number_and_leaves_nothing_behind() -> None:
    callee = Callee.answering()
    async with guarded(callee) as server, raw_peer(STRANGER) as peer:
        seen = set()
        for cseq, to in enumerate(["demo", "100", "999", "echo", "+4930123456"], 1):
            for method, expected in [("INVITE", 401), ("OPTIONS", 200), ("SUBSCRIBE", 405)]:
                answer = await asked(peer, server, method, to, cseq)
                assert answer.status == expected
                seen.add((method, tuple(sorted(name for name, _ in answer.headers))))
        for cseq, to in enumerate(["100", "999"], 10):
            assert (await asked(peer, server, "REGISTER", to, cseq)).status == 401
        assert len(seen) == 3, "each method has one answer"
        assert len(server._layer) == 0 and callee.calls.empty()


async def test_an_extension_calls_with_its_password_and_under_its_own_name() -> None:
    callee = Callee.answering()
    async with guarded(callee) as server, agent() as phone:
        for username, password in [(None, None), ("100", "wrong"), ("999", PASSWORD)]:
            with pytest.raises(CallError) as error:
                await phone.call(address(server), username=username, password=password)
            assert error.value.code == 401
        leg = await phone.call(
            address(server), from_uri="sip:boss@127.0.0.1", username="100", password=PASSWORD
        )
        call = await callee.calls.get()
        assert (call.caller.kind, call.caller.name) == ("extension", "100")
        assert call.from_uri == "sip:100@127.0.0.1"
        assert [session.dialog.extension for session in server._places.taken] == ["100"]
        await leg.hangup(HANGUP)


async def test_a_trunk_calls_from_its_address_and_tells_whom_it_calls_for() -> None:
    callee = Callee.answering()
    async with guarded(callee) as server, agent(host=PBX) as pbx:
        leg = await pbx.call(address(server), from_uri="sip:+4930123456@pbx.test")
        call = await callee.calls.get()
        assert (call.caller.kind, call.caller.name) == ("trunk", "pbx")
        assert call.from_uri == "sip:+4930123456@pbx.test"
        await leg.hangup(HANGUP)


async def test_who_forges_the_address_of_a_trunk_leaves_a_place_and_is_sent_little() -> None:
    callee = Callee.answering()
    async with guarded(callee, max_calls=4) as server, raw_peer(PBX) as forger, agent() as phone:
        for n in range(4):
            lines = {"Call-ID": f"c{n}"}
            forger.send(
                forger.make("INVITE", address(server), branch=f"c{n}", body=SDP, lines=lines), server.port
            )
            answer = await forger.response(200, 503)
            while answer.call_id != f"c{n}":  # a 200 is repeated
                answer = await forger.response(200, 503)
            assert answer.status == (200 if n < 3 else 503)
        assert server._places.unproven == 3 and not any(
            session.dialog.budget is None or session.dialog.budget.proven for session in server._places.taken
        )
        leg = await phone.call(address(server), username="100", password=PASSWORD)
        await leg.hangup(HANGUP)


async def test_a_trunk_counts_as_unproven_until_its_ack_and_no_longer() -> None:
    unproven: asyncio.Queue[int] = asyncio.Queue()

    async def answers(call: SipInvitation) -> None:
        unproven.put_nowait(server._places.unproven)
        await call.leg.answer()
        unproven.put_nowait(server._places.unproven)

    async with guarded(Callee(answers), max_calls=2) as server, agent(host=PBX) as pbx:
        for _ in range(3):
            await pbx.call(address(server))
            assert await unproven.get() == 1
            assert await asyncio.wait_for(unproven.get(), 10) == 0
        assert legs_of(server) == 3


async def test_a_phone_that_registered_by_tcp_calls_on_that_connection_unasked() -> None:
    callee = Callee.answering()
    async with guarded(callee) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        port = writer.get_extra_info("sockname")[1]

        async def ask(method: str, cseq: int, *lines: str, body: bytes = b"") -> str:
            uri = f"sip:{'100' if method == 'REGISTER' else 'demo'}@127.0.0.1:{server.port}"
            head = "\r\n".join([
                f"{method} {uri} SIP/2.0", f"Via: SIP/2.0/TCP 127.0.0.1:{port};branch=z9hG4bK{method}{cseq}",
                "Max-Forwards: 70", "From: <sip:100@127.0.0.1>;tag=1", f"To: <{uri}>", f"Call-ID: {method}",
                f"CSeq: {cseq} {method}", f"Contact: <sip:100@127.0.0.1:{port};transport=tcp>",
                *lines, f"Content-Length: {len(body)}", "", "",
            ])  # fmt: skip
            writer.write(head.encode() + body)
            while True:
                answer = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode()
                length = int(answer.lower().split("content-length:")[1].split()[0])
                await reader.readexactly(length)
                if not answer.startswith("SIP/2.0 1"):
                    return answer

        invite = ("Content-Type: application/sdp",)
        assert (await ask("INVITE", 1, *invite, body=SDP)).startswith("SIP/2.0 401")
        challenge = await ask("REGISTER", 1)
        values = [line[18:] for line in challenge.split("\r\n") if line.startswith("WWW-Authenticate: ")]
        right = answer_challenge(values, "100", PASSWORD, "REGISTER", address(server, "100"))
        assert (await ask("REGISTER", 2, f"Authorization: {right}")).startswith("SIP/2.0 200")
        assert (await ask("INVITE", 2, *invite, body=SDP)).startswith("SIP/2.0 200")
        assert (await callee.calls.get()).caller.name == "100"
        writer.close()


async def test_a_phone_that_registered_by_way_of_a_proxy_lends_it_nothing() -> None:
    """The connection is the proxy's, and others call by it."""
    callee = Callee.answering()
    async with guarded(callee) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        port = writer.get_extra_info("sockname")[1]

        async def ask(method: str, cseq: int, *lines: str, body: bytes = b"") -> str:
            uri = f"sip:{'100' if method == 'REGISTER' else 'demo'}@127.0.0.1:{server.port}"
            head = "\r\n".join([
                f"{method} {uri} SIP/2.0", f"Via: SIP/2.0/TCP 127.0.0.1:{port};branch=z9hG4bK{method}{cseq}",
                f"Via: SIP/2.0/UDP 192.168.1.7;branch=z9hG4bKp{method}{cseq}",
                "Max-Forwards: 70", "From: <sip:100@127.0.0.1>;tag=1", f"To: <{uri}>", f"Call-ID: {method}",
                f"CSeq: {cseq} {method}", f"Contact: <sip:100@127.0.0.1:{port};transport=tcp>",
                *lines, f"Content-Length: {len(body)}", "", "",
            ])  # fmt: skip
            writer.write(head.encode() + body)
            while True:
                answer = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode()
                length = int(answer.lower().split("content-length:")[1].split()[0])
                await reader.readexactly(length)
                if not answer.startswith("SIP/2.0 1"):
                    return answer

        invite = ("Content-Type: application/sdp",)
        assert (await ask("INVITE", 1, *invite, body=SDP)).startswith("SIP/2.0 401")
        challenge = await ask("REGISTER", 1)
        values = [line[18:] for line in challenge.split("\r\n") if line.startswith("WWW-Authenticate: ")]
        right = answer_challenge(values, "100", PASSWORD, "REGISTER", address(server, "100"))
        assert (await ask("REGISTER", 2, f"Authorization: {right}")).startswith("SIP/2.0 200")
        assert (await ask("INVITE", 2, *invite, body=SDP)).startswith("SIP/2.0 401")
        assert callee.calls.empty()
        writer.close()


async def test_a_stranger_who_learned_the_tags_cannot_hang_up() -> None:
    callee = Callee.answering()
    async with guarded(callee) as server, raw_peer(PBX) as pbx, raw_peer(STRANGER) as stranger:
        pbx.send(pbx.make("INVITE", address(server), body=SDP), server.port)
        ok = await pbx.response(200)
        pbx.send(pbx.in_dialog("ACK", ok, cseq=1), server.port)
        call = await callee.calls.get()
        events = Events(call.leg)
        for cseq, method in enumerate(["BYE", "INFO", "INVITE"], 2):
            body = SDP if method == "INVITE" else b""
            stranger.send(stranger.in_dialog(method, ok, cseq=cseq, branch=method, body=body), server.port)
            assert (await stranger.response(*range(200, 700))).status == 401
        assert call.leg.termination is None and events.queue.empty()
        pbx.send(pbx.in_dialog("BYE", ok, cseq=9, branch="bye"), server.port)
        assert (await pbx.response(200, method="BYE")).status == 200
        await events.end()


async def test_a_stranger_cannot_cancel_what_another_began() -> None:
    callee = Callee(lambda call: call.leg.ring())
    async with guarded(callee) as server, raw_peer(PBX) as pbx, raw_peer(STRANGER) as stranger:
        invite = pbx.make("INVITE", address(server), body=SDP)
        pbx.send(invite, server.port)
        await pbx.response(180)
        call = await callee.calls.get()
        cancel = pbx.make("CANCEL", address(server))
        # It claims to be where the INVITE came from, in every header; only its own address is another.
        via = (cancel.get("Via") or "").replace(";rport", f";rport={stranger.port};received={STRANGER}")
        cancel.set("Via", via)
        stranger.send(cancel, server.port)
        pbx.send(pbx.make("OPTIONS", address(server), branch="after"), server.port)
        await pbx.response(200, method="OPTIONS")
        assert call.leg.termination is None
        pbx.send(pbx.make("CANCEL", address(server)), server.port)
        assert (await pbx.response(487)).status == 487


async def test_who_guesses_is_not_heard_any_more_and_others_are() -> None:
    async with guarded() as server, raw_peer(STRANGER) as guesser, raw_peer() as phone:
        uri = address(server, "100")
        for cseq in range(1, 11):
            values = (await asked(guesser, server, "REGISTER", "100", 2 * cseq)).get_all("WWW-Authenticate")
            guess = answer_challenge(values, "100", f"guess {cseq}", "REGISTER", uri)
            request = guesser.make(
                "REGISTER", uri, cseq=2 * cseq + 1, branch=f"g{cseq}",
                lines={"Call-ID": f"g{cseq}", "Authorization": guess},
            )  # fmt: skip
            guesser.send(request, server.port)
            assert (await guesser.response(401)).status == 401
        received = server.transport.counts.received
        guesser.send(guesser.make("OPTIONS", address(server), branch="banned"), server.port)
        assert (await asked(phone, server, "OPTIONS", "demo", 1)).status == 200
        assert server.transport.counts.received == received + 1, "the other was not even read"
        assert guesser.messages.empty()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, local_addr=(STRANGER, 0))
        assert await asyncio.wait_for(_rest(reader), 10) == b"", "nor is its connection kept"
        writer.close()
        values = (await asked(phone, server, "REGISTER", "100", 2)).get_all("WWW-Authenticate")
        right = answer_challenge(values, "100", PASSWORD, "REGISTER", uri)
        assert (await asked(phone, server, "REGISTER", "100", 3, Authorization=right)).status == 200


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
