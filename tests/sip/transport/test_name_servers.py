"""Addresses asked of name servers of our own, on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from mediaserver.config import load
from mediaserver.errors import ConfigError
from mediaserver.host_port import split_port
from sip.transport.name_servers import NoAddress, lookup_by
from sip.transport.names import MOST_ADDRESSES, HostNames
from tests.sip.agents import agent
from tests.sip.transport.test_dns_records import Server, loop, refused, rubbish

Answering = Callable[[dns.message.Message], bytes | None]


def hosts(**known: list[str]) -> Answering:
    """By the first label; all else does not exist. SRV of _sip._udp.acme.test is edge.test."""

    def answering(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        question = query.question[0]
        found = known.get(question.name.labels[0].decode())
        kind = dns.rdatatype.to_text(question.rdtype)
        if kind == "SRV":
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "SRV", "1 1 5099 edge.test."))
        elif found is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif lines := [each for each in found if (":" in each) is (kind == "AAAA")]:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *lines))
        return response.to_wire()

    return answering


@asynccontextmanager
async def serving(answering: Answering) -> AsyncIterator[tuple[Server, str]]:
    """The server, and its address as the setting has it."""
    wire, server = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Server(answering), local_addr=("127.0.0.1", 0)
    )
    try:
        yield server, f"127.0.0.1:{wire.get_extra_info('sockname')[1]}"
    finally:
        wire.close()


async def test_both_families_are_asked_for_or_one() -> None:
    async with serving(hosts(a=["192.0.2.1", "192.0.2.2", "2001:db8::1"])) as (_, place):
        ask = lookup_by([place])
        assert set(await ask("a.test")) == {"192.0.2.1", "192.0.2.2", "2001:db8::1"}
        assert set(await ask("a.test", socket.AF_INET)) == {"192.0.2.1", "192.0.2.2"}


@pytest.mark.parametrize("answering", [hosts(), rubbish, loop, refused, lambda query: None])
async def test_a_server_that_lies_loops_or_is_silent_costs_a_moment(answering: Answering) -> None:
    async with serving(answering) as (_, place):
        with pytest.raises(NoAddress):
            await lookup_by([place], 0.2)("a.test")
        assert await HostNames((socket.AF_INET,), lookup_by([place], 0.2)).addresses("a.test") == ()


async def test_names_of_the_local_network_are_the_systems() -> None:
    async with serving(hosts(localhost=["192.0.2.9"])) as (server, place):
        assert "192.0.2.9" not in await lookup_by([place])("localhost", socket.AF_INET)
        assert server.questions == []


async def test_a_name_with_many_addresses_has_some() -> None:
    many = [f"192.0.2.{n}" for n in range(1, 40)]
    async with serving(hosts(a=many)) as (_, place):
        assert (
            len(await HostNames((socket.AF_INET,), lookup_by([place])).addresses("a.test")) == MOST_ADDRESSES
        )


async def test_calls_go_where_these_servers_say() -> None:
    """SRV and address both: nobody else knows this name."""
    async with serving(hosts(edge=["127.0.0.1"], acme=["192.0.2.1"])) as (server, place):
        async with agent(dns_servers=[place]) as ours:
            target, hops, _ = await ours._requester.ways("sip:x@edge.test:5070", None, "udp")
            assert [(hop.host, hop.port) for hop in hops] == [("127.0.0.1", 5070)] and str(target)
            assert "edge.test." in server.questions


@pytest.mark.parametrize("text", ["dns.test", "192.0.2.53:0", "192.0.2.53:99999", "[::1", "[::1]53", "::1:x"])
def test_what_is_no_name_server_is_said(text: str) -> None:
    with pytest.raises(ConfigError, match="dns_servers"):
        load(None, {"sip": {"dns_servers": [text]}})


def test_an_address_may_have_a_port() -> None:
    said = ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]", "[2001:db8::53]:5353"]
    assert load(None, {"sip": {"dns_servers": said[:3]}}).sip.dns_servers == tuple(said[:3])
    assert [split_port(text) for text in said] == [
        ("192.0.2.53", None),
        ("192.0.2.53", 5353),
        ("2001:db8::53", None),
        ("2001:db8::53", None),
        ("2001:db8::53", 5353),
    ]
