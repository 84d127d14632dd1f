"""Addresses of host names, remembered for a while."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from mediaserver.addresses import is_address, unmapped
from sip.transport.name_servers import Lookup, NoAddress, system_lookup

NAME_KEPT_S = 60.0
MOST_ADDRESSES = 10
"""Of one host."""


class HostNames:
    """A and AAAA records only. `families`: those we can send to, the preferred one first."""

    def __init__(self, families: tuple[int, ...], lookup: Lookup = system_lookup) -> None:
        self.families = families
        self._lookup = lookup
        self._known: dict[str, tuple[float, Sequence[str]]] = {}
        self._asking: dict[str, asyncio.Task[Sequence[str]]] = {}

    def known(self, host: str) -> str | None:
        """The address of a host without asking anybody: it is one, or was asked for lately."""
        host = host.strip("[]")
        if is_address(host):
            return unmapped(host)
        known = self._known.get(host)
        if known is not None and known[0] > asyncio.get_running_loop().time():
            return known[1][0]
        return None

    async def resolve(self, host: str) -> str | None:
        """The address of a host name; None when it has none that we can send to."""
        if (known := self.known(host)) is not None:
            return known
        return next(iter(await self.addresses(host)), None)

    async def addresses(self, host: str) -> Sequence[str]:
        """All of a host, the one that the system prefers first; none when it has none that we can send to."""
        host = host.strip("[]")
        if is_address(host):
            return (unmapped(host),)
        known = self._known.get(host)
        if known is not None and known[0] > asyncio.get_running_loop().time():
            return known[1]
        task = self._asking.get(host)
        if task is None:  # one at a time: each takes a thread, for as long as the system is patient
            task = self._asking[host] = asyncio.create_task(self._asked(host), name=f"addresses of {host}")
            task.add_done_callback(lambda _: self._asking.pop(host, None))
        return await asyncio.shield(task)

    async def _asked(self, host: str) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        family = self.families[0] if len(self.families) == 1 else socket.AF_UNSPEC
        try:
            found = await self._lookup(host, family)
        except (OSError, UnicodeError, NoAddress):
            return ()
        addresses = tuple(dict.fromkeys(found))[:MOST_ADDRESSES]
        self._known[host] = (loop.time() + NAME_KEPT_S, addresses)
        return addresses

    def stop(self) -> None:
        """Wait for nobody any more."""
        for task in list(self._asking.values()):
            task.cancel()

    def forget_old(self, now: float) -> None:
        """`now` in seconds of the event loop's clock."""
        self._known = {name: item for name, item in self._known.items() if item[0] > now}
