"""Addresses of host names, remembered for a while. The system's resolver is asked, never on the loop."""

from __future__ import annotations

import asyncio
import socket

from mediaserver.addresses import is_address, unmapped

NAME_KEPT_S = 60.0


class HostNames:
    """A and AAAA records only. `families`: those we can send to, the preferred one first."""

    def __init__(self, families: tuple[int, ...]) -> None:
        self.families = families
        self._known: dict[str, tuple[float, str]] = {}

    def known(self, host: str) -> str | None:
        """The address of a host without asking anybody: it is one, or was asked for lately."""
        host = host.strip("[]")
        if is_address(host):
            return unmapped(host)
        known = self._known.get(host)
        if known is not None and known[0] > asyncio.get_running_loop().time():
            return known[1]
        return None

    async def resolve(self, host: str) -> str | None:
        """The address of a host name; None when it has none that we can send to."""
        if (known := self.known(host)) is not None:
            return known
        loop = asyncio.get_running_loop()
        family = self.families[0] if len(self.families) == 1 else socket.AF_UNSPEC
        try:
            found = await loop.getaddrinfo(host, None, family=family, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            return None
        address = unmapped(str(found[0][4][0]))
        self._known[host] = (loop.time() + NAME_KEPT_S, address)
        return address

    def forget_old(self, now: float) -> None:
        """`now` in seconds of the event loop's clock."""
        self._known = {name: item for name, item in self._known.items() if item[0] > now}
