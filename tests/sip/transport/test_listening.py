"""One socket for each family of addresses: nobody's address is another family's in disguise."""

from __future__ import annotations

import asyncio
import socket

import pytest

from mediaserver.addresses import site_of, unmapped
from mediaserver.errors import PortInUseError
from sip.messages.parsing import parse
from sip.transport.listening import open_sockets, try_port
from tests.sip.agents import Callee, agent, raw_peer
from tests.sip.transport.test_transport import options


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@needs_ipv6
@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
async def test_both_families_are_served_under_their_own_addresses(family: int, host: str) -> None:
    callee = Callee(lambda call: call.reject(404))
    loop = asyncio.get_running_loop()
    async with agent(callee, host="::") as b, raw_peer() as peer:
        with socket.socket(family, socket.SOCK_DGRAM) as client:
            client.setblocking(False)
            client.bind((host, 0))
            port = client.getsockname()[1]
            invite = peer.make("INVITE", "sip:x@somewhere")
            invite.set("Via", f"SIP/2.0/UDP phone.invalid:{port};rport;branch=z9hG4bK6")
            await loop.sock_sendto(client, bytes(invite), (host, b.port))
            async with asyncio.timeout(10):
                answer = parse(await loop.sock_recv(client, 65_535))
            assert (answer.via.received, answer.via.rport) == (host, port)
            assert callee.calls.get_nowait().source_host == host
        reader, writer = await asyncio.open_connection(host, b.port)
        writer.write(options("SIP/2.0/TCP phone.invalid;branch=z9hG4bKt"))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        assert f"received={host}".encode() in head
        writer.close()


@needs_ipv6
async def test_a_port_that_one_family_lacks_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        with pytest.raises(PortInUseError, match=r"TCP 0\.0\.0\.0"):
            try_port("::", taken.getsockname()[1], tcp=True)


def test_the_system_chooses_one_port_for_all() -> None:
    datagrams, streams = open_sockets("127.0.0.1", 0, tcp=True)
    try:
        assert len({each.getsockname()[1] for each in [*datagrams, *streams]}) == 1
    finally:
        for each in [*datagrams, *streams]:
            each.close()


def test_a_mapped_address_is_an_ipv4_address() -> None:
    assert unmapped("::ffff:192.0.2.1") == "192.0.2.1"
    assert unmapped("2001:db8::1") == "2001:db8::1" and unmapped("192.0.2.1") == "192.0.2.1"


def test_one_owner_of_ipv6_addresses_has_a_network_of_them() -> None:
    assert site_of("2001:db8::1") == site_of("2001:db8::ffff:2") != site_of("2001:db8:0:1::1")
    assert site_of("fe80::1%eth0") == site_of("fe80::2") and site_of("192.0.2.1") != site_of("192.0.2.2")
