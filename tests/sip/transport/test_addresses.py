"""Whom we send to because somebody else says so."""

from __future__ import annotations

import pytest

from sip.transport.addresses import is_behind_nat, may_name

STRANGER = "8.8.8.8"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "169.254.169.254", "10.0.0.1", "fe80::1"])
def test_a_stranger_names_no_address_of_ours(host: str) -> None:
    assert not may_name(STRANGER, host)
    assert is_behind_nat(STRANGER, host)


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        (STRANGER, "9.9.9.9"),
        ("10.0.0.1", "192.168.1.5"),
        ("10.0.0.1", "9.9.9.9"),
        ("127.0.0.1", "127.0.0.2"),
        ("::1", "127.0.0.1"),
    ],
)
def test_a_peer_is_believed_about_others_in_its_own_network_and_in_the_open(peer: str, host: str) -> None:
    assert may_name(peer, host) and not is_behind_nat(peer, host)


def test_a_neighbour_names_no_door_of_this_machine() -> None:
    assert not may_name("10.0.0.1", "127.0.0.1")


def test_a_name_or_the_peer_itself_is_behind_no_nat() -> None:
    assert not is_behind_nat(STRANGER, "phone.example") and not is_behind_nat("10.0.0.1", "10.0.0.1")
