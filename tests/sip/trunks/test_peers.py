"""What some trunks need and others do not, by their addresses and on the wire."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mediaserver.addresses import Network
from mediaserver.errors import CallError
from sip.calls.peer_quirks import NO_QUIRKS
from sip.calls.user_agent import SipAgent
from sip.trunks.peers import TrunkPeers
from sip.trunks.spec import Quirks, TrunkSpec
from tests.sip.agents import RawPeer, agent, raw_peer

NETWORKS = {"odd.test": (ipaddress.ip_network("192.0.2.0/24"),)}


def networks(spec: TrunkSpec) -> tuple[Network, ...]:
    return NETWORKS.get(spec.host, ())


def test_quirks_are_found_by_name_and_address_and_cost_nothing_where_nobody_has_any() -> None:
    odd = TrunkSpec(
        "odd", "odd.test", quirks=Quirks(False, True, False, "me"), outbound_proxy="edge.test:5080"
    )
    peers = TrunkPeers.of([odd, TrunkSpec("plain", "plain.test")], networks)
    for host in ("odd.test", "edge.test", "192.0.2.7"):
        assert peers.stays_on_datagrams(host) and peers.forces_rport(host)
        assert peers.contact_user(host) == "me"
    for host in ("plain.test", "192.0.3.1"):
        assert not peers.stays_on_datagrams(host) and not peers.forces_rport(host)
        assert peers.contact_user(host) == ""
    assert TrunkPeers.of([TrunkSpec("md5", "h", quirks=Quirks(md5_only=True))], networks) is NO_QUIRKS


@asynccontextmanager
async def met(quirks: Quirks) -> AsyncIterator[tuple[SipAgent, RawPeer]]:
    async with agent() as us, raw_peer() as peer:
        us.quirks = TrunkPeers.of([TrunkSpec("a", "127.0.0.1", peer.port, quirks=quirks)], networks)
        yield us, peer


LONG = [("X-Long", "x" * 1400)]


async def test_long_requests_stay_on_udp_where_tcp_is_not_taken() -> None:
    async with met(Quirks(udp_to_tcp=False)) as (us, peer):
        call = asyncio.create_task(us.call(f"sip:x@127.0.0.1:{peer.port}", headers=LONG))
        invite = await peer.request("INVITE")
        assert invite.get("X-Long") == LONG[0][1] and invite.via.transport == "UDP"
        peer.send(invite.response(486, to_tag="t"), us.port)
        with pytest.raises(CallError):
            await call


async def test_our_contact_has_the_user_that_a_trunk_wants() -> None:
    async with met(Quirks(contact_user="me too")) as (us, peer):
        call = asyncio.create_task(us.call(f"sip:x@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        assert invite.contacts[0].uri.unescaped_user == "me too" and invite.contacts[0].uri.port == us.port
        peer.send(invite.response(486, to_tag="t"), us.port)
        with pytest.raises(CallError):
            await call


@pytest.mark.parametrize("forced", [True, False])
async def test_answers_go_to_the_port_that_requests_come_from(forced: bool) -> None:
    async with met(Quirks(force_rport=forced)) as (us, peer), raw_peer() as named:
        asking = peer.make("OPTIONS", f"sip:x@127.0.0.1:{us.port}")
        asking.set("Via", f"SIP/2.0/UDP 127.0.0.1:{named.port};branch=z9hG4bK1")
        peer.send(asking, us.port)
        answered = await (peer if forced else named).response(200)
        assert answered.call_id == "raw-call"
        assert (named if forced else peer).messages.empty()
