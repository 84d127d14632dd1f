"""Which IP address a text is, whose, and in which networks: one place for all that judge where something came
from. Nothing is looked up and nothing is sent.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


@functools.lru_cache(maxsize=4096)
def address_of(host: str) -> Address | None:
    """None for what is no IP address; an IPv4 address that came by an IPv6 socket is the IPv4 address. The
    zone of one that is local to a link is left out."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@functools.lru_cache(maxsize=4096)
def is_address(host: str) -> bool:
    """Whether this is an IP address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@functools.lru_cache(maxsize=4096)
def may_send_to(host: str) -> bool:
    """Not to broadcast, multicast or no address at all: where to send is the other side's word
    (:rfc:`4475` 3.3.10, and the c= line of SDP)."""
    address = ipaddress.ip_address(host)
    return not (address.is_multicast or address.is_unspecified or host == "255.255.255.255")


@functools.lru_cache(maxsize=4096)
def unmapped(host: str) -> str:
    """The IPv4 address that an IPv6 address stands for, or the address as it is. Raises ValueError for what
    is none."""
    address = ipaddress.ip_address(host)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


@functools.lru_cache(maxsize=4096)
def site_of(host: str) -> str:
    """What one owner of addresses has at least, for limits and bans: an IPv4 address, or an IPv6 network of
    64 bits. What is no address stands for itself."""
    address = address_of(host)
    if address is None:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """As 192.0.2.0/24; an address is a network of one, and one that names a host of it is its network. Raises
    ValueError for what is none."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def within(address: Address | None, networks: Iterable[Network]) -> bool:
    return address is not None and any(address in network for network in networks)


class Networks:
    """A few networks, as an operator wrote them; asked by hosts."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Raises ValueError for what is none."""
        self._networks = networks_of(texts)

    def __contains__(self, host: object) -> bool:
        """What is no IP address is in none of them."""
        return bool(self._networks) and within(address_of(str(host)), self._networks)
