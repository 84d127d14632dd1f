"""Callers whose audio is at another host than their signalling, and who listen before they speak."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import numpy as np
import pytest

from sip.access.challenger import Challenger
from sip.access.digest import answer_challenge
from sip.access.endpoints import Endpoints, Extension, Trunk
from sip.access.gate import Gate
from sip.access.guessing import Guessing
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg
from sip.calls.user_agent import SipAgent
from sip.messages.message import Response
from tests.sip.agents import RawPeer, agent, raw_peer

PBX, PHONE, ANYBODY = "127.0.0.30", "127.0.0.31", "127.0.0.66"
GATEWAY = "127.0.0.86"
PASSWORD = "battery staple"
ENDPOINTS = Endpoints(
    [Extension("100", PASSWORD)],
    [Trunk("pbx", (ipaddress.ip_network(f"{PBX}/32"),))],
    [ipaddress.ip_network(f"{ANYBODY}/32")],
)
FRAMES = 100


class Gateway:
    """Hears and never says a word."""

    def __init__(self, socket: socket.socket) -> None:
        self._socket = socket
        self.port: int = socket.getsockname()[1]

    def sdp(self, version: int = 1) -> bytes:
        return (
            f"v=0\r\no=- 1 {version} IN IP4 {GATEWAY}\r\ns=-\r\nc=IN IP4 {GATEWAY}\r\nt=0 0\r\n"
            f"m=audio {self.port} RTP/AVP 0\r\n"
        ).encode()

    def hears(self, leg: SipLeg) -> int:
        """So many of the frames that are written now come."""
        for _ in range(FRAMES):
            leg.write(np.zeros(320, np.int16))
        came = 0
        try:
            while self._socket.recv(2_048):
                came += 1
        except BlockingIOError:
            return came
        raise AssertionError("an empty datagram is no RTP")


@contextmanager
def gateway() -> Iterator[Gateway]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind((GATEWAY, 0))
        made.setblocking(False)
        yield Gateway(made)


@asynccontextmanager
async def guarded() -> AsyncIterator[tuple[SipAgent, asyncio.Queue[SipLeg]]]:
    """A server behind a gate, and its calls that were answered and acknowledged."""
    answered: asyncio.Queue[SipLeg] = asyncio.Queue()

    async def answer(call: SipInvitation) -> None:
        await call.leg.answer()
        answered.put_nowait(call.leg)

    challenger = Challenger("voiceforge", ENDPOINTS.password, guessing=Guessing())
    async with agent(answer, gate=Gate(ENDPOINTS, challenger)) as server:
        yield server, answered


async def invited(peer: RawPeer, server: SipAgent, sdp: bytes) -> Response:
    """The 200 to a call from there, with the password when it is asked for, and acknowledged."""
    to = f"sip:demo@127.0.0.1:{server.port}"
    peer.send(peer.make("INVITE", to, branch="i1", body=sdp), server.port)
    answer = await peer.response(200, 401)
    cseq = 1
    if answer.status == 401:
        cseq = 2
        right = answer_challenge(answer.get_all("WWW-Authenticate"), "100", PASSWORD, "INVITE", to, sdp)
        again = peer.make("INVITE", to, cseq=cseq, branch="i2", body=sdp, lines={"Authorization": right})
        peer.send(again, server.port)
        answer = await peer.response(200)
    peer.send(peer.in_dialog("ACK", answer, cseq=cseq, branch="a1"), server.port)
    return answer


@pytest.mark.parametrize(("host", "verified"), [(PBX, True), (PHONE, True), (ANYBODY, False)])
async def test_a_gateway_that_only_listens_hears_all_when_its_caller_is_known(
    host: str, verified: bool
) -> None:
    async with guarded() as (server, answered), raw_peer(host) as peer:
        with gateway() as far:
            await invited(peer, server, far.sdp())
            came = far.hears(await asyncio.wait_for(answered.get(), 10))
    assert came == FRAMES if verified else 0 < came < FRAMES // 2


async def test_what_an_unknown_caller_asks_for_more_it_has_sent_itself() -> None:
    """Three bytes for each of all its requests, not of the last alone."""
    async with guarded() as (server, answered), raw_peer(ANYBODY) as peer:
        with gateway() as far:
            ok = await invited(peer, server, far.sdp())
            leg = await asyncio.wait_for(answered.get(), 10)
            first = far.hears(leg)
            sent = 0
            for cseq in range(5, 8):
                info = peer.in_dialog("INFO", ok, cseq=cseq, branch=f"n{cseq}")
                info.add("X-Correlation", 300 * "0")
                peer.send(info, server.port)
                sent += len(bytes(info))
                await peer.response(200, method="INFO")
            change = peer.in_dialog("INVITE", ok, cseq=9, branch="r9", body=far.sdp(2))
            peer.send(change, server.port)
            again = await peer.response(200, method="INVITE")
            peer.send(peer.in_dialog("ACK", again, cseq=9, branch="a9"), server.port)
            peer.send(peer.in_dialog("INFO", ok, cseq=10, branch="n10"), server.port)
            await peer.response(200, method="INFO")  # the ACK is read by now
            second = far.hears(leg)
    worth = 3 * (sent + len(bytes(change))) // 172
    assert worth - 2 <= second <= worth + 1, f"after {first} before"


async def test_whom_we_called_is_known_wherever_its_answer_puts_its_audio() -> None:
    async with agent() as a, raw_peer() as peer:
        with gateway() as far:
            calling = asyncio.create_task(a.call(f"sip:x@127.0.0.1:{peer.port}"))
            invite = await peer.request("INVITE")
            ok = invite.response(
                200,
                to_tag="far",
                headers=[
                    ("Contact", f"<sip:x@127.0.0.1:{peer.port}>"),
                    ("Content-Type", "application/sdp"),
                ],
                body=far.sdp(),
            )
            peer.send(ok, a.port)
            leg = await asyncio.wait_for(calling, 10)
            assert far.hears(leg) == FRAMES
