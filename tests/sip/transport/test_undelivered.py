"""A phone that died is noticed at once, by what the network says of our requests, and by nothing else."""

from __future__ import annotations

import asyncio
import socket

import pytest

from mediaserver.errors import CallError, UnreachableError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.transport.undelivered import request_quoted
from tests.sip.agents import SDP, Callee, agent, raw_peer

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
BRANCH = "z9hG4bK" + "0a" * 10
HEAD = b"INVITE sip:101@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;rport;branch="


def closed_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind((host, 0))
        return int(gone.getsockname()[1])


def test_a_quote_names_the_request_that_it_begins_with() -> None:
    assert request_quoted(HEAD + BRANCH.encode() + b"\r\nMax-F") == (BRANCH, "INVITE")


@pytest.mark.parametrize(
    "quote",
    [
        b"",
        HEAD[:8],
        HEAD + BRANCH[:-1].encode(),
        HEAD + BRANCH.encode() + b"00",
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=" + BRANCH.encode() + b"\r\n",
        b"x" * 600,
    ],
)
def test_what_shows_no_whole_branch_proves_nothing(quote: bytes) -> None:
    assert request_quoted(quote) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_call_to_a_dead_phone_fails_at_once(host: str) -> None:
    try:
        port = closed_port(host)
    except OSError:
        pytest.skip("no IPv6 here")
    to = f"sip:101@[{host}]:{port}" if ":" in host else f"sip:101@{host}:{port}"
    async with agent(host=host) as us:
        with pytest.raises(UnreachableError) as error:
            await us.call(to)
        assert error.value.code == 503, "408 would be the timer's"
        with pytest.raises(CallError) as asked:
            await us.options(to)
        assert asked.value.code == 503


async def test_who_listens_is_reached_between_requests_to_who_does_not() -> None:
    port = closed_port("127.0.0.1")
    async with agent() as us, agent() as other:
        for _ in range(20):
            with pytest.raises(CallError):
                await us.options(f"sip:101@127.0.0.1:{port}")
            assert (await us.options(f"sip:x@127.0.0.1:{other.port}")).status == 200
            assert (await other.options(f"sip:x@127.0.0.1:{us.port}")).status == 200


async def test_a_call_that_is_up_outlives_what_the_network_says() -> None:
    callee = Callee.answering()
    async with agent(callee) as us, raw_peer() as peer:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=SDP), us.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1, branch="a"), us.port)
        peer.send(peer.in_dialog("OPTIONS", ok, branch="o"), us.port)
        await peer.response(200, method="OPTIONS")
        leg = callee.calls.get_nowait().leg
        for method in ("INVITE", "OPTIONS"):
            us.transport.returned(f"{method} sip:x SIP/2.0\r\nVia: x;branch={BRANCH}\r\n".encode())
        assert leg.termination is None
        await leg.hangup(HANGUP)
        peer.send((await peer.request("BYE")).response(200), us.port)


async def test_a_call_that_rings_outlives_what_the_network_says() -> None:
    """Somebody has it: what came back is a repetition."""
    async with agent() as us, raw_peer() as peer:
        placing = asyncio.create_task(us.call(f"sip:raw@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        peer.send(invite.response(180, to_tag="t"), us.port)
        peer.send(peer.make("OPTIONS", f"sip:x@127.0.0.1:{us.port}"), us.port)
        await peer.response(200)
        us.transport.returned(bytes(invite)[:300])
        peer.send(invite.response(486, to_tag="t"), us.port)
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 486
