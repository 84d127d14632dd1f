"""A trunk whose name leads to several servers (RFC 3263 4.3), over sockets."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.errors import CallError
from sip.calls.leg import SipLeg
from sip.calls.user_agent import SipAgent
from sip.messages.uri import Uri
from sip.transport.dns_records import DnsRecords
from sip.transport.resolver import SipPlace, SipResolver
from sip.trunks.carrier import TrunkCarrier
from sip.trunks.line import TrunkLine
from sip.trunks.spec import TrunkSpec
from tests.sip.agents import RawPeer, agent, raw_peer


class Leading(SipResolver):
    """Every name leads to these servers."""

    def __init__(self, us: SipAgent, *peers: RawPeer) -> None:
        super().__init__(DnsRecords(), us.transport._names.addresses, lambda: 0.5)
        self._peers = [SipPlace("UDP", "127.0.0.1", peer.port) for peer in peers]
        us.transport.resolver = self

    async def _found(self, uri: Uri, named: str) -> list[SipPlace]:
        return self._peers


def trunk(first_response_s: float = 5.0) -> TrunkLine:
    return TrunkLine(TrunkSpec("acme", "acme.test", prefixes=("*",), first_response_s=first_response_s))


async def failure(work: asyncio.Task[SipLeg]) -> CallError:
    with pytest.raises(CallError) as error:
        await work
    return error.value


def calling(us: SipAgent, line: TrunkLine) -> asyncio.Task[SipLeg]:
    carrier = TrunkCarrier(us, lambda: [line])
    return asyncio.create_task(carrier.place("+4930", "", timeout_s=5.0))


async def test_the_next_server_is_called_where_the_first_takes_no_calls_and_stays_the_first() -> None:
    async with agent() as us, raw_peer() as full, raw_peer() as well:
        Leading(us, full, well)
        line = trunk()
        placing = calling(us, line)
        invite = await full.request("INVITE")
        full.send(invite.response(503, to_tag="t"), us.port)
        other = await well.request("INVITE")
        assert other.call_id != invite.call_id
        well.send(other.response(486, to_tag="t"), us.port)
        assert (await failure(placing)).code == 486
        placing = calling(us, line)
        well.send((await well.request("INVITE")).response(486, to_tag="t"), us.port)
        assert (await failure(placing)).code == 486


async def test_the_next_server_is_called_where_the_first_is_silent() -> None:
    async with agent() as us, raw_peer() as silent, raw_peer() as well:
        Leading(us, silent, well)
        placing = calling(us, trunk(0.2))
        await silent.request("INVITE")
        well.send((await well.request("INVITE")).response(486, to_tag="t"), us.port)
        assert (await failure(placing)).code == 486


async def test_a_server_that_forbids_the_call_is_believed() -> None:
    async with agent() as us, raw_peer() as first, raw_peer() as second:
        Leading(us, first, second)
        placing = calling(us, trunk())
        first.send((await first.request("INVITE")).response(403, to_tag="t"), us.port)
        assert (await failure(placing)).code == 403 and second.messages.empty()


async def test_when_no_server_takes_calls_that_is_what_is_said() -> None:
    async with agent() as us, raw_peer() as first, raw_peer() as second:
        Leading(us, first, second)
        placing = calling(us, trunk())
        for peer in (first, second):
            peer.send((await peer.request("INVITE")).response(503, to_tag="t"), us.port)
        assert (await failure(placing)).code == 503


async def test_requests_outside_of_calls_go_to_the_next_server_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sip.calls.user_agent_client.NEXT_S", 0.2)
    async with agent() as us, raw_peer() as silent, raw_peer() as full, raw_peer() as well:
        Leading(us, silent, full, well)
        asking = asyncio.create_task(us.options("sip:acme.test"))
        await silent.request("OPTIONS")
        full.send((await full.request("OPTIONS")).response(503, to_tag="t"), us.port)
        well.send((await well.request("OPTIONS")).response(200, to_tag="t"), us.port)
        assert (await asking).status == 200
