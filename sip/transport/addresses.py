"""Where an IP address can be reached, as far as it tells by itself. Nothing is looked up, nothing is sent."""

from __future__ import annotations

import enum
import functools
import ipaddress
import socket
from collections.abc import Callable

from mediaserver.addresses import is_address, may_send_to

ADDRESS_KEPT_S = 10.0
"""A route is asked for again after this."""
ADDRESSES_KEPT = 1024


class Reach(enum.Enum):
    """From where an address can be reached."""

    HOST = enum.auto()
    LINK = enum.auto()
    SITE = enum.auto()
    """Networks behind a NAT, and others that are not the internet."""
    WORLD = enum.auto()


@functools.lru_cache(maxsize=4096)
def reach_of(host: str) -> Reach:
    address = ipaddress.ip_address(host)
    if address.is_loopback:
        return Reach.HOST
    if address.is_link_local:
        return Reach.LINK
    return Reach.WORLD if address.is_global else Reach.SITE


def may_name(peer: str, host: str) -> bool:
    """Whether we send to `host` because a peer at the address `peer` says so. A stranger must not have us
    knock at doors that it cannot reach itself: our own machine, our own network."""
    reach = reach_of(host)
    return reach in (Reach.WORLD, reach_of(peer)) or reach_of(peer) is Reach.HOST


def is_behind_nat(peer: str, host: str) -> bool:
    """Whether a peer whose messages come from the address `peer` names a `host` that means something only
    where the peer is."""
    if not is_address(host) or not may_send_to(host) or host == peer:
        return False
    return reach_of(host) not in (Reach.WORLD, reach_of(peer))


def route_source(towards: str) -> str | None:
    """The local address that the kernel would use towards an address (nothing is sent); None if none."""
    family = socket.AF_INET6 if ":" in towards else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((towards, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


class LocalAddresses:
    """Our address towards others, asked anew now and then: networks come and go while a server runs."""

    def __init__(self, ask: Callable[[str], str | None] = route_source) -> None:
        self._ask = ask
        self._known: dict[str, tuple[float, str]] = {}

    def towards(self, address: str, now: float) -> str:
        """`now` in seconds. Where there is no way at all, the loopback address; that is never remembered."""
        known = self._known.get(address)
        if known is not None and now < known[0]:
            return known[1]
        found = self._ask(address)
        if found is None:
            self._known.pop(address, None)
            return "::1" if ":" in address else "127.0.0.1"
        if len(self._known) >= ADDRESSES_KEPT:
            self._known.clear()
        self._known[address] = (now + ADDRESS_KEPT_S, found)
        return found
