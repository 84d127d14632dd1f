"""What an operator sets decides how much is looked at."""

from __future__ import annotations

import pytest

from sip.transport.shedding import IntakeLimits, Shed, Shedder

NOW = 1000.0


def let_in(shedder: Shedder, hosts: list[str], each: int) -> int:
    """New requests by datagram at one moment, so many of each address: how many are looked at."""
    return sum(shedder.against_new(host, 0, NOW, proven=False) is None for host in hosts for _ in range(each))


@pytest.mark.parametrize("per_source", (10, 70))
def test_one_address_may_send_what_is_set(per_source: int) -> None:
    shedder = Shedder(IntakeLimits.of(per_source, 10_000))
    assert let_in(shedder, ["192.0.2.1"], 2 * per_source) == per_source
    assert let_in(shedder, ["192.0.2.99"], 1) == 1, "others have their own"


def test_one_that_is_known_may_send_four_times_that() -> None:
    shedder = Shedder(IntakeLimits.of(10, 10_000))
    shedder.proved("192.0.2.1", NOW)
    assert let_in(shedder, ["192.0.2.1"], 100) == 40


@pytest.mark.parametrize("of_strangers", (10, 35))
def test_strangers_together_may_send_what_is_set(of_strangers: int) -> None:
    shedder = Shedder(IntakeLimits.of(10, of_strangers))
    assert let_in(shedder, [f"198.51.{n}.7" for n in range(100)], 1) == of_strangers
    shedder.proved("192.0.2.1", NOW)
    assert let_in(shedder, ["192.0.2.1"], 1) == 1, "those who are known have a share of their own"


def test_those_who_are_known_have_room_for_two_of_them_at_the_least() -> None:
    shedder = Shedder(IntakeLimits.of(10, 10))
    for n in range(4):
        shedder.proved(f"198.51.{n}.7", NOW)
    assert let_in(shedder, [f"198.51.{n}.7" for n in range(4)], 40) == 80


def test_as_much_again_as_strangers_may_send_is_let_in_of_the_known() -> None:
    shedder = Shedder(IntakeLimits.of(10, 100))
    for n in range(9):
        shedder.proved(f"198.51.{n}.7", NOW)
    assert let_in(shedder, [f"198.51.{n}.7" for n in range(9)], 40) == 200


def test_it_fills_again_with_time_as_it_is_set() -> None:
    shedder = Shedder(IntakeLimits.of(10, 1000))
    assert let_in(shedder, ["192.0.2.1"], 20) == 10
    later = NOW + 0.5
    passed = [shedder.against_new("192.0.2.1", 0, later, proven=False) for _ in range(20)]
    assert passed.count(None) == 5
    assert set(passed) - {None} == {Shed.SOURCE}
