"""What strangers leave in memory: a refused call a few hundred bytes for a while, a shed datagram nothing."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from sip.calls.user_agent import SipAgent
from sip.transport.shedding import IntakeLimits, Shed
from sip.transport.token_buckets import Rate
from tests.sip.agents import SDP, Callee, RawPeer, agent, raw_peer

CALLS = 200


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def kept() -> int:
    """Bytes."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def refused(us: SipAgent, peer: RawPeer, name: str, calls: int) -> None:
    for n in range(calls):
        to, lines = f"sip:x@127.0.0.1:{us.port}", {"Call-ID": f"{name}-{n}"}
        peer.send(peer.make("INVITE", to, branch=f"{name}{n}", body=SDP, lines=lines), us.port)
        await peer.response(404)


@pytest.mark.usefixtures("traced")
async def test_a_refused_call_leaves_less_than_two_kilobytes_while_it_is_remembered() -> None:
    """It was 19 KB for 32 s."""
    async with agent(lambda call: call.reject(404)) as us, raw_peer() as peer:
        await refused(us, peer, "warm", 20)
        before = kept()
        await refused(us, peer, "call", CALLS)
        assert (kept() - before) / CALLS < 2000


@pytest.mark.usefixtures("traced")
async def test_a_shed_datagram_leaves_nothing() -> None:
    limits = IntakeLimits(source=Rate(0.001, 1))
    async with agent(Callee(), intake=limits) as us, raw_peer() as peer:

        async def flood(first: int) -> None:
            for n in range(first, first + CALLS):
                lines = {"Call-ID": f"c{n}"}
                peer.send(peer.make("INVITE", "sip:x@y", branch=f"f{n}", body=SDP, lines=lines), us.port)
                await asyncio.sleep(0)

        await flood(0)
        before, shed = kept(), us.transport.shed[Shed.SOURCE]
        await flood(CALLS)
        async with asyncio.timeout(10):
            while us.transport.shed[Shed.SOURCE] < shed + CALLS / 2:  # noqa: ASYNC110 - no event of it
                await asyncio.sleep(0.01)
        assert (kept() - before) / CALLS < 100
