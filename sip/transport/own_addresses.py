"""Our own address, as each peer is to be told it: the public one, or the one that it can reach from nearby.

Behind NAT the world sees another address of ours than our neighbours do. The router knows neither: the
operator says so. Which local address is meant is the kernel's to say, by its route to the peer.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Iterable

from mediaserver.addresses import Networks, address_of, is_address, unmapped
from sip.transport.addresses import LocalAddresses, Reach, reach_of

log = logging.getLogger(__name__)

REFRESH_S = 60.0
"""A public host name is looked up again after this."""
_TOLD = 16
"""Public addresses of ours that are remembered: what was told must be known again."""


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
        self.lost = False
        """Nobody knew the public name when it was looked up last."""
        if public and not self._name:
            self._learn([public.strip("[]")])

    def leaves_from(self, peer: str) -> tuple[str, int] | None:
        """Where a connection of ours to an IP address begins; None: as the system chooses. A peer that knows
        us by our address is to see that one, and not another of this machine's. Between this machine alone
        and the world the system chooses, since no packet would pass there."""
        ours, theirs = address_of(self.host), address_of(peer)
        if self.any or ours is None or theirs is None or ours.version != theirs.version:
            return None
        return (self.host, 0) if ours.is_loopback == theirs.is_loopback else None

    @property
    def changes(self) -> bool:
        """Whether `refresh` can find anything new."""
        return bool(self._name)

    @property
    def name(self) -> str:
        """The public name that is followed; empty when there is none."""
        return self._name

    def towards(self, peer: str, now: float | None = None) -> str:
        """Our address for a peer at an IP address. `now`: seconds of time.monotonic."""
        version = 6 if ":" in peer else 4
        public = self._public.get(version)
        if public is not None and reach_of(peer) is not Reach.HOST and peer not in self._near:
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
        await refresh_all([self])

    def learned(self, found: Iterable[str], error: str = "") -> str:
        """The addresses of the name, or why there are none. What is to be said of it: something only when it
        was lost or came back."""
        before, self.lost = self.lost, bool(error)
        if not error:
            self._learn(found)
            return f"public host {self._name} is known again" if before else ""
        known = ", ".join(self._public.values()) or "our local addresses"
        return (
            ""
            if before
            else (
                f"public host {self._name} is not known now ({error}): peers are told {known}. Mend the name "
                "service, or write an address into sip.public_host and rtp.public_host; it is tried "
                f"again every {REFRESH_S:g} s"
            )
        )

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


async def refresh_all(all_of_them: Iterable[OwnAddresses]) -> None:
    """Look each public name up once, for all that have it, and say once what became of it."""
    by_name: dict[str, list[OwnAddresses]] = {}
    for own in all_of_them:
        if own.name:
            by_name.setdefault(own.name, []).append(own)
    await asyncio.gather(*(_refresh(name, some) for name, some in by_name.items()))


async def _refresh(name: str, some: Iterable[OwnAddresses]) -> None:
    found, why = [], ""
    try:
        answers = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_DGRAM)
        found = [str(each[4][0]) for each in answers]
    except (OSError, UnicodeError) as error:
        why = str(error) or type(error).__name__
    for line in dict.fromkeys(own.learned(found, why) for own in some):
        if line:
            log.warning("%s", line)
