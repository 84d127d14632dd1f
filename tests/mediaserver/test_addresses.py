"""Whose an address is, wherever it is asked."""

from __future__ import annotations

import ipaddress

import pytest

from mediaserver.addresses import Networks, address_of, is_address, site_of, unmapped


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::ffff:2", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no:address", "no:address"),
        ("phone.test", "phone.test"),
    ],
)
def test_one_owner_of_addresses_is_one_site(host: str, site: str) -> None:
    assert site_of(host) == site


def test_an_address_is_the_same_by_whichever_socket_it_came() -> None:
    assert address_of("::ffff:192.0.2.1") == address_of("192.0.2.1") == ipaddress.ip_address("192.0.2.1")
    assert address_of("phone.test") is None and not is_address("phone.test") and is_address("::1")
    assert unmapped("::ffff:192.0.2.1") == "192.0.2.1" and unmapped("2001:db8::1") == "2001:db8::1"


def test_what_an_operator_writes_as_a_network_may_name_a_host_of_it() -> None:
    networks = Networks(["192.0.2.77/24", "2001:db8::5"])
    assert "192.0.2.1" in networks and "::ffff:192.0.2.1" in networks and "192.0.3.1" not in networks
    assert "2001:db8::5" in networks and "2001:db8::6" not in networks and "phone.test" not in networks
    with pytest.raises(ValueError, match="nowhere"):
        Networks(["nowhere"])


def test_nobody_is_in_no_network() -> None:
    assert "192.0.2.1" not in Networks() and "phone.test" not in Networks()
