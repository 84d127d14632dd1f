"""One wire for callers of both families: each hears what is sent to it."""

from __future__ import annotations

import socket

import pytest

from mediaserver.rtp.families import PortFamilies
from mediaserver.rtp.wire import RtpWire

PORTS = (31_500, 31_699)


@pytest.fixture(autouse=True)
def _needs_ipv6() -> None:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 here")


@pytest.mark.parametrize(
    ("local", "family", "there"),
    [("127.0.0.1", socket.AF_INET, "127.0.0.1"), ("::1", socket.AF_INET6, "::1")],
)
def test_a_peer_gets_a_socket_of_its_own_family(local: str, family: int, there: str) -> None:
    wire = RtpWire("::", PORTS)
    free = wire.free
    with socket.socket(family, socket.SOCK_DGRAM) as peer:
        peer.bind((there, 0))
        stream = wire.open(local)
        assert stream.rtp_socket.family == family
        peer.sendto(b"hello", (there, stream.local_port))
        assert stream.rtp_socket.recvfrom(100)[1][0] == there, "no address in disguise"
        stream.close()
    assert wire.free == free
    wire.close()


def test_both_families_may_have_the_same_port() -> None:
    ports = PortFamilies("::", 31_700, 31_701)
    pairs = [ports.take(local) for local in ("127.0.0.1", "::1")]
    assert {pair[0].getsockname()[1] for pair, _ in pairs} == {31_700}
    for pair, pool in pairs:
        for half in pair:
            half.close()
        pool.give_back(31_700)
    assert ports.free == 1
    ports.close()


def test_one_address_has_one_family() -> None:
    ports = PortFamilies("127.0.0.1", *PORTS)
    pair, _ = ports.take("::1")
    assert pair[0].family == socket.AF_INET
    for half in pair:
        half.close()
    ports.close()
