"""Addresses of host names by whoever is to say: the system, or name servers that the operator has named.
Never on the loop, never for long.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Protocol

from mediaserver.addresses import unmapped
from mediaserver.errors import PeerError
from mediaserver.host_port import split_port

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

PATIENCE_S = 2.0
"""Of our own questions; the system has its own."""
DNS_PORT = 53


class Lookup(Protocol):
    """All addresses of a host name, of a family of `socket` (AF_UNSPEC: of all). Raises NoAddress or
    OSError."""

    def __call__(self, host: str, family: int = ..., /) -> Awaitable[Sequence[str]]: ...


class NoAddress(PeerError):
    """A host has none, or nobody can say."""

    retryable = True


async def system_lookup(host: str, family: int = socket.AF_UNSPEC) -> list[str]:
    """As the system has it, with its file of hosts."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, None, family=family, type=socket.SOCK_DGRAM)
    return [unmapped(str(each[4][0]).partition("%")[0]) for each in answers]


def lookup_by(servers: Sequence[str], patience_s: float = PATIENCE_S) -> Lookup:
    """These name servers (`192.0.2.53`, `[2001:db8::53]:5353`); none: the system. Names without a dot are of
    the local network, and the system's in any case."""
    if not servers:
        return system_lookup

    async def ask(host: str, family: int = socket.AF_UNSPEC) -> list[str]:
        if "." not in host.strip("."):
            return await system_lookup(host, family)
        import dns.asyncresolver
        import dns.exception

        try:
            resolver = resolver_of(servers, patience_s)
            found = await resolver.resolve_name(f"{host.rstrip('.')}.", family, search=False)
            return [unmapped(address) for address in found.addresses()]
        except (dns.exception.DNSException, ValueError, UnicodeError, EOFError) as error:
            raise NoAddress(str(error).partition("\n")[0] or type(error).__name__) from None

    return ask


def resolver_of(servers: Sequence[str], patience_s: float, port: int = DNS_PORT) -> Resolver:
    """dnspython's, which is imported when it is needed first: a server without names in its trunks starts
    without it. No servers: those of resolv.conf, and an exception of dnspython's where there are none."""
    import dns.asyncresolver
    import dns.nameserver

    made = dns.asyncresolver.Resolver(configure=not servers)
    if servers:
        places = [split_port(text) for text in servers]
        made.nameservers = [
            dns.nameserver.Do53Nameserver(host, port if at is None else at) for host, at in places
        ]
    made.lifetime = patience_s
    made.timeout = patience_s / 2
    return made
