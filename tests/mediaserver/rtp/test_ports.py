from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator

import pytest

from mediaserver.errors import CapacityError
from mediaserver.rtp.ports import REST_NS, PortList, PortPool
from tests.loopback import own_loopback

HOST = own_loopback(89)


def test_ports_are_even_and_in_no_sequence() -> None:
    ports = PortList(10_001, 10_400, random.Random(1))
    taken = [ports.take(0) for _ in range(100)]
    assert all(port is not None and port % 2 == 0 and 10_002 <= port < 10_400 for port in taken)
    assert len(set(taken)) == 100
    steps = {b - a for a, b in zip(taken, taken[1:], strict=False) if a is not None and b is not None}
    assert len(steps) > 50


def test_a_port_that_was_given_back_rests() -> None:
    ports = PortList(10_000, 10_020, random.Random(1))
    port = ports.take(0)
    assert port is not None
    ports.give_back(port, 0)
    assert port not in [ports.take(REST_NS - 1) for _ in range(9)]
    assert ports.take(REST_NS - 1) == port, "unless there is no other"
    assert ports.take(REST_NS - 1) is None


def test_rested_ports_are_in_the_draw_again() -> None:
    ports = PortList(10_000, 10_200, random.Random(1))
    first = {ports.take(0) for _ in range(50)}
    for port in first:
        assert port is not None
        ports.give_back(port, 0)
    later = {ports.take(REST_NS) for _ in range(50)}
    assert first & later and first != later


@pytest.fixture
def pool() -> Iterator[PortPool]:
    made = PortPool(HOST, 24_000, 24_099, ahead=8)
    yield made
    made.close()


def until_ready(pool: PortPool, count: int) -> None:
    """The pool's thread works meanwhile; this waits for nothing but that."""
    patience = threading.Event()
    for _ in range(5_000):
        if pool.ready >= count:
            return
        patience.wait(0.001)
    raise AssertionError(f"{pool.ready} pairs are ready, not {count}")


def test_pairs_are_made_ahead_and_returned_to_the_system(pool: PortPool) -> None:
    assert pool.ready == 0, "nothing is taken from a machine on which nobody calls"
    halves = list(pool.take())
    until_ready(pool, 8)
    assert pool.free == 49
    for _ in range(20):
        halves += pool.take()
    ports = [half.getsockname()[1] for half in halves]
    assert len(set(ports)) == 42 and pool.free == 29
    assert all(even % 2 == 0 and odd == even + 1 for even, odd in zip(ports[::2], ports[1::2], strict=True))
    until_ready(pool, 5)  # more than half of them
    for half in halves:
        half.close()
    pool.close()
    assert pool.ready == 0
    for port in range(24_000, 24_100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((HOST, port))


def test_all_of_a_range_can_be_taken_while_pairs_are_made_ahead() -> None:
    pool = PortPool(HOST, 24_200, 24_219, ahead=8)
    halves: list[socket.socket] = []
    try:
        for _ in range(10):
            halves += pool.take()
        with pytest.raises(CapacityError, match="RTP port"):
            pool.take()
        assert pool.free == 0
        port = halves[0].getsockname()[1]
        for half in halves[:2]:
            half.close()
        pool.give_back(port)
        assert pool.free == 1
        halves[:2] = pool.take()
    finally:
        for half in halves:
            half.close()
        pool.close()


def test_closing_twice_and_taking_after_that_leaves_no_thread() -> None:
    pool = PortPool(HOST, 24_300, 24_319, ahead=2)
    for half in pool.take():
        half.close()
    pool.close()
    pool.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "rtp-ports"]
