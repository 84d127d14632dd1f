"""Our own address, as each peer is to be told it: the public one, or the one that it can reach from nearby.

Behind NAT the world sees another address of ours than our neighbours do. The router knows neither: the
operator says so. Which local address is meant is the kernel's to say, by its route to the peer.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import time
from collections.abc import Iterable

from sip.transport.addresses import LocalAddresses, Reach, is_address, reach_of, unmapped

log = logging.getLogger(__name__)

REFRESH_S = 60.0
"""A public host name is looked up again after this."""
_TOLD = 16
"""Public addresses of ours that are remembered: what was told must be known again."""


class Networks:
    """A few networks. Raises ValueError for what is none."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(text, strict=False) for text in texts]

    def hold(self, address: str) -> bool:
        found = ipaddress.ip_address(address)
        return any(found in network for network in self._networks)


class OwnAddresses:
    """Of the sockets on `host`, which may be all addresses of a family (`0.0.0.0`) or of both (`::`)."""

    def __init__(
        self,
        host: str,
        public: str = "",
        local_networks: Iterable[str] = (),
        local: LocalAddresses | None = None,
    ) -> None:
        """`public`: address or name under which others than the peers in `local_networks` reach us; empty:
        as everybody does."""
        self.host = host
        self.any = host in ("", "0.0.0.0", "::")
        self._name = "" if is_address(public.strip("[]")) else public
        self._near = Networks(local_networks)
        self._local = local or LocalAddresses()
        self._public: dict[int, str] = {}
        """By IP version."""
        self._told: dict[str, None] = {}
        if public and not self._name:
            self._learn([public.strip("[]")])

    @property
    def changes(self) -> bool:
        """Whether `refresh` can find anything new."""
        return bool(self._name)

    def towards(self, peer: str, now: float | None = None) -> str:
        """Our address for a peer at an IP address. `now`: seconds of time.monotonic."""
        version = 6 if ":" in peer else 4
        public = self._public.get(version)
        if public is not None and reach_of(peer) is not Reach.HOST and not self._near.hold(peer):
            return public
        if not self.any:
            return self.host
        return self._local.towards(peer, time.monotonic() if now is None else now)

    def holds(self, address: str, now: float | None = None) -> bool:
        """Whether an IP address is ours, as far as can be told."""
        address = unmapped(address)
        if address == self.host or address in self._told:
            return True
        now = time.monotonic() if now is None else now
        return self.any and (reach_of(address) is Reach.HOST or self._local.towards(address, now) == address)

    async def refresh(self) -> None:
        """Look the public name up; what was known stays when nobody knows it now."""
        if not self._name:
            return
        try:
            found = await asyncio.get_running_loop().getaddrinfo(self._name, None, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            known = ", ".join(self._public.values()) or "our local addresses"
            log.warning("public host %s is not known now (%s); peers are told %s", self._name, error, known)
            return
        self._learn([str(each[4][0]) for each in found])

    def _learn(self, addresses: Iterable[str]) -> None:
        """The first of each family counts."""
        public: dict[int, str] = {}
        for address in addresses:
            public.setdefault(6 if ":" in address else 4, address)
        self._public = public
        for address in public.values():
            self._told.pop(address, None)
            self._told[address] = None
            if len(self._told) > _TOLD:
                del self._told[next(iter(self._told))]
