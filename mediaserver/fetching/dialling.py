"""How the client's connections are made: names are looked up here, once, and what was judged is what is
dialled; whoever answers differently a moment later (DNS rebinding) is not asked again.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from mediaserver.addresses import Address, address_of
from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.lookup import HostLookup


class JudgingResolver(AbstractResolver):
    """Addresses of a host that may be dialled. aiohttp asks for each connection that it makes."""

    def __init__(self, rule: AddressRule, lookup: HostLookup) -> None:
        self._rule = rule
        self._lookup = lookup

    async def judged(self, host: str, port: int) -> list[Address]:
        """One that may not be dialled spoils all: which of them is tried must not decide. Raises
        FetchError. `host` is canonical, a name or an address."""
        literal = address_of(host)
        found = [literal] if literal is not None else await self._lookup.addresses(host)
        for address in found:
            self._rule.check(host, port, address)
        return found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=family_of(address),
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await self.judged(host, port)
        ]

    async def close(self) -> None:
        """Nothing is held."""


class JudgingSockets:
    """The last look: aiohttp has a socket made for each address that it dials, however it came by it."""

    def __init__(self, rule: AddressRule) -> None:
        self._rule = rule

    def __call__(self, address_info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, (host, port, *_) = address_info
        address = address_of(host)
        if address is None or not self._rule.may_dial(address, port):
            raise FetchError(f"{host} is not fetched from", FetchFault.REFUSED_ADDRESS)
        return socket.socket(family, kind, protocol)


def family_of(address: Address) -> socket.AddressFamily:
    return socket.AF_INET if isinstance(address, ipaddress.IPv4Address) else socket.AF_INET6
