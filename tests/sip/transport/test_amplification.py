"""Nobody is sent more than three bytes for each byte that somebody else sent in his name."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from mediaserver.media.leg import EndedBy, Termination, Why
from sip.messages.message import Request
from sip.messages.parsing import parse
from sip.transport.connection import Source
from sip.transport.way_back import fitted, stamped
from tests.sip.agents import SDP, Callee, Events, agent, raw_peer
from tests.sip.transport.test_transport import options


class Spoofed:
    """A socket in whose name requests come; it counts what it gets."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = int(self.socket.getsockname()[1])
        self.sent = 0

    def send(self, data: bytes, port: int) -> None:
        self.sent += len(data)
        self.socket.sendto(data, ("127.0.0.1", port))

    def got(self) -> list[bytes]:
        datagrams: list[bytes] = []
        while True:
            try:
                datagrams.append(self.socket.recv(65_535))
            except BlockingIOError:
                return datagrams


@pytest.fixture
async def victim() -> AsyncIterator[Spoofed]:
    made = Spoofed()
    yield made
    made.socket.close()


MALFORMED = [
    b"INVITE a SIP/2.0\nv:x",
    b"INVITE sip:a SIP/2.0\r\nVia: x\r\n\r\n",
    b"A b SIP/9.0\r\nVia: SIP/2.0/UDP c\r\n\r\n",
    b"REGISTER sip:a SIP/2.0\r\nv: SIP/2.0/UDP c;rport\r\nv: SIP/2.0/UDP d\r\n\r\n",
    b"OPTIONS sip:a SIP/2.0\r\nv:SIP/2.0/UDP c;rport;branch=z9hG4bKa\r\nf:sip:a;tag=1\r\nt:sip:b\r\n"
    b"i:a\r\nCSeq:1 OPTIONS\r\n\r\n",
]


@pytest.mark.parametrize("data", MALFORMED)
async def test_an_answer_without_state_is_no_longer_than_three_requests(data: bytes, victim: Spoofed) -> None:
    async with agent() as b, raw_peer() as peer:
        victim.send(data, b.port)
        peer.send(options(f"SIP/2.0/UDP 127.0.0.1:{peer.port};branch=z9hG4bKs"), b.port)
        await peer.response(200)  # what came before was dealt with
        assert sum(map(len, victim.got())) <= 3 * victim.sent


async def test_a_call_that_nobody_acknowledges_ends_within_its_budget(victim: Spoofed) -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        invite = peer.make("INVITE", f"sip:demo@127.0.0.1:{b.port}", body=SDP)
        invite.set("Contact", f"<sip:x@127.0.0.1:{victim.port}>")
        data = bytes(invite).replace(b":%d;rport" % peer.port, b":%d" % victim.port)
        victim.send(data, b.port)
        leg = (await asyncio.wait_for(callee.calls.get(), 10)).leg
        ended = (await Events(leg).end()).termination
        assert ended.by is EndedBy.NETWORK
        got = victim.got()
        assert any(b" 200 OK" in each for each in got)
        assert sum(map(len, got)) <= 3 * victim.sent


async def test_a_caller_that_acknowledged_gets_our_bye_as_often_as_it_takes(victim: Spoofed) -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{b.port}", body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        peer.send(peer.in_dialog("OPTIONS", ok, cseq=2, branch="o"), b.port)
        await peer.response(200, method="OPTIONS")
        call = await callee.calls.get()
        await call.leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
        byes = [await peer.request("BYE") for _ in range(8)]
        peer.send(byes[-1].response(200), b.port)


async def test_a_refused_invite_keeps_nothing_and_repeats_say_the_same() -> None:
    callee = Callee(lambda call: call.reject(404))
    async with agent(callee) as b, raw_peer() as peer:
        invite = peer.make("INVITE", f"sip:nobody@127.0.0.1:{b.port}", body=SDP)
        peer.send(invite, b.port)
        first = await peer.response(404)
        assert len(b._layer) == 0 and not b._core.dialogs
        peer.send(invite, b.port)
        again = await peer.response(404)
        assert again.to.tag == first.to.tag and callee.calls.qsize() == 1
        to = {"To": first.get("To") or ""}
        peer.send(peer.make("ACK", f"sip:nobody@127.0.0.1:{b.port}", lines=to), b.port)
        peer.send(options(f"SIP/2.0/UDP 127.0.0.1:{peer.port};branch=z9hG4bKs"), b.port)
        await peer.response(200)
        assert peer.messages.empty()


@pytest.mark.parametrize(
    ("via", "seen"),
    [
        ("h:1;branch=x", ";branch=x;received=192.0.2.1"),
        ("192.0.2.1:1;branch=x", ";branch=x"),
        ("192.0.2.1;received=203.0.113.9;branch=x", ";branch=x"),
        ("h;maddr=203.0.113.9;branch=x", ";branch=x;received=192.0.2.1"),
        ("h;rport=9;branch=x", ";rport=7;branch=x;received=192.0.2.1"),
        ("192.0.2.1;RPORT;received=1;branch=x", ";rport=7;branch=x;received=192.0.2.1"),
    ],
)
def test_what_the_sender_says_of_its_address_is_replaced_by_what_we_saw(via: str, seen: str) -> None:
    request = parse(options(f"SIP/2.0/UDP {via}"))
    assert isinstance(request, Request)
    assert str(stamped(request, Source("UDP", "192.0.2.1", 7)).via).partition(";")[2] == seen[1:]


def test_a_long_answer_loses_what_it_can_do_without_first() -> None:
    request = parse(options("SIP/2.0/UDP h;branch=z9hG4bKx"))
    assert isinstance(request, Request)
    more = [("Server", "s" * 200), ("Allow", "a" * 100), ("Unsupported", "100rel")]
    response = request.response(420, headers=more)
    whole = len(bytes(response))
    assert fitted(response, whole) == bytes(response) and len(bytes(response)) == whole
    data = fitted(response, (whole - 100) // 3)
    assert data is not None and b"Server" not in data and b"Allow" in data and b"Unsupported" in data
    assert fitted(response, 10) is None
