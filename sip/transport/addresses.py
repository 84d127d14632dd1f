"""What can be told from an IP address alone. Nothing is looked up and nothing is sent."""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import socket


@functools.lru_cache(maxsize=4096)
def is_address(host: str) -> bool:
    """Whether this is an IP address and not a name."""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return False


@functools.lru_cache(maxsize=4096)
def may_send_to(host: str) -> bool:
    """Not to broadcast, multicast or no address at all: a Via is the other side's word (RFC 4475 3.3.10)."""
    address = ipaddress.ip_address(host)
    return not (address.is_multicast or address.is_unspecified or host == "255.255.255.255")


@functools.lru_cache(maxsize=1024)
def route_source(towards: str) -> str:
    """The local address that the kernel would use towards an address (nothing is sent)."""
    family = socket.AF_INET6 if ":" in towards else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((towards, 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
