from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mediaserver.addresses import Address, address_of
from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.address_kinds import AddressKind, kind_of
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.dialling import JudgingSockets

CLOSED = AddressRule()


def passes(rule: AddressRule, address: str | Address, host: str = "", port: int = 443) -> bool:
    it = ipaddress.ip_address(address) if isinstance(address, str) else address
    try:
        rule.check(host or str(it), port, it)
    except FetchError as error:
        assert error.kind is FetchFault.REFUSED_ADDRESS
        return False
    return True


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("8.8.8.8", AddressKind.PUBLIC),
        ("2606:4700::1111", AddressKind.PUBLIC),
        ("0.0.0.0", AddressKind.UNSPECIFIED),
        ("0.1.2.3", AddressKind.RESERVED),
        ("10.1.2.3", AddressKind.PRIVATE),
        ("100.64.0.1", AddressKind.SHARED),
        ("100.127.255.255", AddressKind.SHARED),
        ("100.128.0.0", AddressKind.PUBLIC),
        ("127.255.255.254", AddressKind.LOOPBACK),
        ("169.254.1.1", AddressKind.LINK_LOCAL),
        ("169.254.169.254", AddressKind.METADATA),
        ("168.63.129.16", AddressKind.METADATA),
        ("100.100.100.200", AddressKind.METADATA),
        ("172.15.255.255", AddressKind.PUBLIC),
        ("172.31.255.255", AddressKind.PRIVATE),
        ("192.168.1.1", AddressKind.PRIVATE),
        ("198.19.0.1", AddressKind.RESERVED),
        ("224.0.0.251", AddressKind.MULTICAST),
        ("255.255.255.255", AddressKind.RESERVED),
        ("::", AddressKind.UNSPECIFIED),
        ("::1", AddressKind.LOOPBACK),
        ("::7f00:1", AddressKind.RESERVED),
        ("::ffff:0:7f00:1", AddressKind.RESERVED),
        ("::ffff:10.0.0.1", AddressKind.PRIVATE),
        ("::ffff:8.8.8.8", AddressKind.PUBLIC),
        ("64:ff9b::a00:1", AddressKind.PRIVATE),
        ("64:ff9b::808:808", AddressKind.PUBLIC),
        ("64:ff9b::a9fe:a9fe", AddressKind.METADATA),
        ("64:ff9b:1::808:808", AddressKind.RESERVED),
        ("2002:7f00:1::", AddressKind.LOOPBACK),
        ("2002:808:808::1", AddressKind.PUBLIC),
        ("2001:0:808:808::f5ff:fffe", AddressKind.RESERVED),
        ("2001:db8::1", AddressKind.RESERVED),
        ("fc00::1", AddressKind.PRIVATE),
        ("fd00:ec2::254", AddressKind.METADATA),
        ("fe80::1", AddressKind.LINK_LOCAL),
        ("fec0::1", AddressKind.PRIVATE),
        ("ff02::1", AddressKind.MULTICAST),
        ("4000::1", AddressKind.RESERVED),
    ],
)
def test_an_address_is_of_a_kind(address: str, kind: AddressKind) -> None:
    assert kind_of(ipaddress.ip_address(address)) is kind


@settings(max_examples=100)
@given(st.ip_addresses())
def test_what_python_knows_to_be_special_is_never_public(address: Address) -> None:
    assume(address not in ipaddress.ip_network("64:ff9b::/96"))  # reserved to Python, whatever is inside
    address = address_of(str(address)) or address
    special = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
    if special or address.is_reserved or address.is_unspecified:
        assert not passes(CLOSED, address)
    if passes(CLOSED, address):
        assert CLOSED.may_dial(address, 443)


@settings(max_examples=100)
@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "64:ff9b::"]))
def test_an_ipv4_address_in_ipv6_is_what_it_is_by_itself(inner: ipaddress.IPv4Address, prefix: str) -> None:
    wrapped = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(inner))
    six_to_four = ipaddress.IPv6Address(0x2002 << 112 | int(inner) << 80 | 1)
    assert kind_of(wrapped) is kind_of(six_to_four) is kind_of(inner)


PRIVATE_NETWORKS = ["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "192.168.0.0/16", "::1/128"]


@settings(max_examples=100)
@given(st.data(), st.sampled_from(PRIVATE_NETWORKS), st.sampled_from(PRIVATE_NETWORKS))
def test_a_listed_network_opens_itself_and_nothing_else(data: st.DataObject, listed: str, other: str) -> None:
    rule = AddressRule([listed])
    address = data.draw(st.ip_addresses(network=ipaddress.ip_network(other)))
    assert passes(rule, address) == (listed == other) == rule.may_dial(address, 443)


def test_a_listed_name_opens_private_addresses_to_itself_alone() -> None:
    rule = AddressRule(["crm.internal"])
    assert passes(rule, "10.0.0.7", "crm.internal")
    assert passes(rule, "100.64.0.7", "crm.internal")
    assert passes(rule, "fd12::7", "crm.internal")
    assert not passes(rule, "10.0.0.7", "evil.example")
    assert not passes(rule, "10.0.0.7", "10.0.0.7")


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0"]
)
def test_whoever_keeps_a_listed_names_dns_cannot_lead_it_to_this_machine_or_a_metadata_service(
    address: str,
) -> None:
    rule = AddressRule(["crm.internal"])
    assert not passes(rule, address, "crm.internal")
    assert not rule.may_dial(ipaddress.ip_address(address), 443)


def test_this_machine_is_listed_by_its_own_name() -> None:
    rule = AddressRule(["localhost"])
    assert passes(rule, "127.0.0.1", "localhost")
    assert passes(rule, "::1", "localhost")
    assert not passes(rule, "127.0.0.1", "rebound.example")
    assert not passes(rule, "169.254.169.254", "localhost")


def test_no_socket_is_made_for_what_may_not_be_dialled_however_it_came_there() -> None:
    sockets = JudgingSockets(AddressRule(["127.0.0.1:9000", "crm.internal"]))

    def row(host: str, port: int) -> tuple[Any, ...]:
        return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)

    for host, port in (("127.0.0.1", 9000), ("8.8.8.8", 443), ("10.0.0.1", 443)):
        sockets(row(host, port)).close()
    for host, port in (("127.0.0.1", 80), ("169.254.169.254", 80), ("evil.example", 80)):
        with pytest.raises(FetchError) as caught:
            sockets(row(host, port))
        assert caught.value.kind is FetchFault.REFUSED_ADDRESS


def test_a_port_that_is_listed_opens_no_other() -> None:
    rule = AddressRule(["127.0.0.1:9000", "crm.internal:8443", "[::1]:9000"])
    assert passes(rule, "127.0.0.1", port=9000)
    assert passes(rule, "::1", port=9000)
    assert not passes(rule, "127.0.0.1", port=9001)
    assert passes(rule, "10.0.0.1", "crm.internal", 8443)
    assert not passes(rule, "10.0.0.1", "crm.internal", 443)


def test_ports_of_other_protocols_are_refused_unless_they_are_listed_with_their_host() -> None:
    rule = AddressRule(["127.0.0.1:25", "10.0.0.0/8"])
    rule.check_port("127.0.0.1", 25)
    rule.check_port("example.com", 8080)
    for host, port in (("10.0.0.1", 25), ("example.com", 22), ("127.0.0.1", 5060)):
        with pytest.raises(FetchError, match="port") as caught:
            rule.check_port(host, port)
        assert caught.value.kind is FetchFault.REFUSED_ADDRESS


def test_a_refusal_says_what_to_list() -> None:
    with pytest.raises(FetchError, match="evil.example leads to a private address.*list it in fetch.allow"):
        CLOSED.check("evil.example", 443, ipaddress.ip_address("10.0.0.1"))
    with pytest.raises(FetchError, match="list its address 127.0.0.1 in fetch.allow"):
        AddressRule(["crm.internal"]).check("crm.internal", 443, ipaddress.ip_address("127.0.0.1"))


@pytest.mark.parametrize(
    "text", ["", "*", "*.internal", "10.0.0.0/99", "a b", "http://crm", "crm:x", "crm:0"]
)
def test_what_cannot_be_listed_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="must be a host, an address or a network"):
        AddressRule([text])


def test_secrets_may_go_unencrypted_to_what_the_operator_wrote_down() -> None:
    rule = AddressRule(["crm.internal", "10.0.0.0/8"])
    assert rule.lists("crm.internal", 80)
    assert rule.lists("10.0.0.1", 80)
    assert not rule.lists("example.com", 80)


@pytest.mark.parametrize(
    "host", ["localhost", "a.localhost", "nas.local", "crm.internal", "db", "x.home.arpa"]
)
def test_names_of_local_networks_are_refused_where_nothing_is_listed_that_they_could_be(host: str) -> None:
    for allow in ([], ["other.internal"], [f"{host}:9000"]):
        with pytest.raises(FetchError, match="local network"):
            AddressRule(allow).check_name(host, 443)
    for allow in ([host], [f"{host}:443"], ["10.0.0.0/8"]):
        AddressRule(allow).check_name(host, 443)
    AddressRule().check_name("example.com", 443)
