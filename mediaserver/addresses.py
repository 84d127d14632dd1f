"""Which IP address a text is, and whose: one place for all that judge where something came from. Nothing is
looked up and nothing is sent.
"""

from __future__ import annotations

import functools
import ipaddress
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


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
