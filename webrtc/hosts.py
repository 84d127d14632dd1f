"""By which addresses the ports of a call can be reached: the candidates that a browser is told.

Where the ports are bound to one address that is all; where to all addresses, each one of this machine's. Our
own are read from the system at most every few seconds; nothing is sent and nobody asked.
"""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mediaserver.addresses import address_of

MOST = 8
"""Candidates of one call: each makes a browser check one way more."""
KEPT_S = 10.0
ANY = ("", "0.0.0.0", "::")

_SIOCGIFADDR = 0x8915
_IPV6_ADDRESSES = Path("/proc/net/if_inet6")


def own_addresses() -> tuple[str, ...]:
    """Of this machine's interfaces, loopback last; those that hold on one link alone are left out."""
    found = [*_ipv4_addresses(), *_ipv6_addresses()]
    addresses = [ipaddress.ip_address(each) for each in dict.fromkeys(found)]
    usable = [each for each in addresses if not (each.is_link_local or each.is_multicast)]
    return tuple(str(each) for each in sorted(usable, key=lambda each: (each.is_loopback, each.version)))


def _ipv4_addresses() -> Iterable[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            wanted = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(asking, _SIOCGIFADDR, wanted)
            except OSError:
                continue  # it has none, or this system tells it in another way
            yield socket.inet_ntoa(answer[20:24])


def _ipv6_addresses() -> Iterable[str]:
    try:
        lines = _IPV6_ADDRESSES.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        packed = line.partition(" ")[0]
        if len(packed) == 32:
            yield str(ipaddress.IPv6Address(bytes.fromhex(packed)))


class ReachableHosts:
    """Of the ports that calls have."""

    def __init__(
        self,
        bound: str,
        public: Callable[[], Sequence[str]] = tuple,
        own: Callable[[], Sequence[str]] = own_addresses,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`bound`: to what the ports are; `public`: by what the world reaches them, as far as is known now;
        `own`: this machine's addresses."""
        self._bound = bound
        self._public = public
        self._own = own
        self._now = now
        self._known: tuple[float, Sequence[str]] = (-KEPT_S, ())

    @property
    def only_here(self) -> bool:
        """Nobody on another machine can be heard."""
        bound = address_of(self._bound)
        return bound is not None and bound.is_loopback and not self._public()

    def is_here(self, asker: str) -> bool:
        """Whether that is this machine's own, as far as is known."""
        return _is_loopback(asker) or asker in self._interfaces()

    def of(self, asker: str) -> tuple[str, ...]:
        """For a browser whose request came from that address; the first one has the family of the ports. A
        browser on this machine, or whoever comes through a proxy here, is told of loopback, too."""
        version = 6 if self._version_of(asker) == 6 else 4
        here = (found := address_of(asker)) is not None and found.is_loopback
        own = [self._bound] if self._bound not in ANY else list(self._interfaces())
        loopback = [each for each in own if _is_loopback(each)]
        others = [each for each in own if not _is_loopback(each)]
        public = list(self._public())
        if self._bound not in ANY:
            ordered = [*own, *public]
        elif here:
            ordered = [*loopback, *others, *public]
        else:
            ordered = [*public, *others] or loopback
        same = [each for each in dict.fromkeys(ordered) if (":" in each) == (version == 6)]
        return tuple(same[:MOST]) or (("::1",) if version == 6 else ("127.0.0.1",))

    def _version_of(self, asker: str) -> int:
        """Of the ports: they have one family, and IPv4 where both could be had and nobody speaks against."""
        if self._bound not in ("", "::"):
            return 6 if ":" in self._bound else 4
        if self._bound == "":
            return 4
        found = address_of(asker)
        return 6 if found is not None and found.version == 6 and not found.is_loopback else 4

    def _interfaces(self) -> Sequence[str]:
        at, known = self._known
        if self._now() - at >= KEPT_S:
            known = self._own()
            self._known = (self._now(), known)
        return known


def _is_loopback(host: str) -> bool:
    found = address_of(host)
    return found is not None and found.is_loopback
