"""What an address is for: the registries of IANA for addresses of special purpose, as of 2025
(:rfc:`6890`, iana-ipv4-special-registry, iana-ipv6-special-registry).

`ipaddress.is_global` answers the same question, in each version of Python otherwise: so the table is here.
"""

from __future__ import annotations

import functools
import ipaddress
from enum import StrEnum

from mediaserver.addresses import Address, Network


class AddressKind(StrEnum):
    """The value stands in sentences: "is a ... address"."""

    PUBLIC = "public"
    PRIVATE = "private"
    SHARED = "carrier's shared (100.64.0.0/10)"
    LOOPBACK = "loopback"
    LINK_LOCAL = "link-local"
    METADATA = "cloud's metadata"
    MULTICAST = "multicast"
    UNSPECIFIED = "unspecified"
    RESERVED = "reserved"


def _table(*rows: tuple[str, AddressKind]) -> tuple[tuple[Network, AddressKind], ...]:
    return tuple((ipaddress.ip_network(text), kind) for text, kind in rows)


_K = AddressKind
_IPV4 = _table(
    ("0.0.0.0/32", _K.UNSPECIFIED),
    ("0.0.0.0/8", _K.RESERVED),  # this network
    ("10.0.0.0/8", _K.PRIVATE),
    ("100.100.100.200/32", _K.METADATA),  # Alibaba Cloud
    ("100.64.0.0/10", _K.SHARED),
    ("127.0.0.0/8", _K.LOOPBACK),
    ("168.63.129.16/32", _K.METADATA),  # Azure, in the midst of public ones
    ("169.254.169.254/32", _K.METADATA),
    ("169.254.0.0/16", _K.LINK_LOCAL),
    ("172.16.0.0/12", _K.PRIVATE),
    ("192.0.0.192/32", _K.METADATA),  # Oracle Cloud
    ("192.0.0.0/24", _K.RESERVED),  # assignments of the IETF
    ("192.0.2.0/24", _K.RESERVED),  # documentation
    ("192.88.99.0/24", _K.RESERVED),  # relays of 6to4, given up (RFC 7526)
    ("192.168.0.0/16", _K.PRIVATE),
    ("198.18.0.0/15", _K.RESERVED),  # benchmarks
    ("198.51.100.0/24", _K.RESERVED),  # documentation
    ("203.0.113.0/24", _K.RESERVED),  # documentation
    ("224.0.0.0/4", _K.MULTICAST),
    ("240.0.0.0/4", _K.RESERVED),  # and broadcast
)
_IPV6 = _table(
    ("::/128", _K.UNSPECIFIED),
    ("::1/128", _K.LOOPBACK),
    ("2001::/23", _K.RESERVED),  # assignments of the IETF, Teredo among them, whatever it wraps
    ("2001:db8::/32", _K.RESERVED),  # documentation
    ("3fff::/20", _K.RESERVED),  # documentation
    ("2000::/3", _K.PUBLIC),
    ("fd00:ec2::254/128", _K.METADATA),  # Amazon
    ("fd20:ce::254/128", _K.METADATA),  # Google
    ("fc00::/7", _K.PRIVATE),
    ("fe80::/10", _K.LINK_LOCAL),
    ("fec0::/10", _K.PRIVATE),  # of a site, given up (RFC 3879)
    ("ff00::/8", _K.MULTICAST),
)
"""The first that fits decides; what is in none is not assigned, and reserved."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""The well-known prefix (:rfc:`6052`). Which others a network uses nobody can tell."""


@functools.lru_cache(maxsize=1024)
def kind_of(address: Address) -> AddressKind:
    """An IPv4 address that IPv6 wraps (mapped, NAT64, 6to4) is what it is by itself: the packets go there."""
    if isinstance(address, ipaddress.IPv4Address):
        return next((kind for network, kind in _IPV4 if address in network), AddressKind.PUBLIC)
    if (wrapped := _wrapped(address)) is not None:
        return kind_of(wrapped)
    return next((kind for network, kind in _IPV6 if address in network), AddressKind.RESERVED)


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour
