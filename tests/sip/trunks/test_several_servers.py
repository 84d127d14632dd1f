"""A trunk whose name leads to several servers (RFC 3263 4.3), over sockets."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.errors import CallError
from sip.access.credentials import Account
from sip.calls.leg import SipLeg
from sip.calls.user_agent import SipAgent
from sip.messages.uri import Uri
from sip.transactions.timing import Timing
from sip.transport.dns_records import DnsRecords
from sip.transport.resolver import SipPlace, SipResolver
from sip.trunks.carrier import TrunkCarrier
from sip.trunks.line import TrunkLine
from sip.trunks.spec import TrunkSpec
from tests.sip.agents import RawPeer, agent, legs_of, raw_peer
from tests.uncollected import standing_still

PATIENT = Timing(t1=1.0)
"""Nobody is given up, however long this process had to wait for a processor."""


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


def calling(us: SipAgent, line: TrunkLine, timeout_s: float = 5.0) -> asyncio.Task[SipLeg]:
    carrier = TrunkCarrier(us, lambda: [line])
    return asyncio.create_task(carrier.place("+4930", "", timeout_s=timeout_s))


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


async def test_calls_that_come_to_nothing_leave_nothing_for_the_collector() -> None:
    async with (
        agent(timing=PATIENT) as us,
        raw_peer() as first,
        raw_peer() as second,
    ):
        Leading(us, first, second)
        account = Account("bob", "zanzibar")
        line = trunk(first_response_s=60.0)
        line.account = account
        with standing_still() as uncollected:
            for _ in range(2):
                us.transport.resolver._avoided.clear()
                placing = calling(us, line, timeout_s=60.0)
                invite = await first.request("INVITE")
                challenge = 'Digest realm="acme", nonce="n", qop="auth", algorithm=SHA-256'
                first.send(
                    invite.response(401, to_tag="t", headers=[("WWW-Authenticate", challenge)]), us.port
                )
                while (invite := await first.request("INVITE")).get("Authorization") is None:
                    pass
                for peer, request in ((first, invite), (second, None)):
                    asked = request or await peer.request("INVITE")
                    peer.send(asked.response(503, to_tag="t"), us.port)
                await asyncio.wait({placing})
                assert placing.exception() is not None
                del placing
            assert legs_of(us) == 0
            assert uncollected() == []


async def test_whom_a_server_names_is_not_that_server() -> None:
    async with (
        agent(may_redirect_to=lambda uri: True) as us,
        raw_peer() as first,
        raw_peer() as second,
        raw_peer("127.0.0.2") as named,
    ):
        leading = Leading(us, first, second)
        placing = calling(us, trunk())
        invite = await first.request("INVITE")
        leading._peers = [SipPlace("UDP", "127.0.0.2", named.port)]
        contact = [("Contact", f"<sip:x@127.0.0.2:{named.port}>")]
        first.send(invite.response(302, to_tag="t", headers=contact), us.port)
        named.send((await named.request("INVITE")).response(503, to_tag="t"), us.port)
        assert (await failure(placing)).code == 503 and second.messages.empty()
        assert not leading.avoids(SipPlace("UDP", "127.0.0.1", first.port)), "it works"
