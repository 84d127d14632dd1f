"""Addresses of names, as the system finds them: its file of hosts, its name servers.

On threads of its own: a name server that is slow, as a stranger's may be on purpose, keeps a thread for half
a minute, and must not keep those that all others use, nor the process from ending.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Protocol

from mediaserver.addresses import Address, address_of
from mediaserver.errors import FetchError, FetchFault

MOST_AT_ONCE = 16


class HostLookup(Protocol):
    async def addresses(self, host: str) -> list[Address]:
        """At least one, the best first. Raises FetchError (`dns`) when there is none."""


class SystemLookup:
    """`getaddrinfo`; who asks for a name that is being looked up waits for that answer."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Future[list[Address]]] = {}

    async def addresses(self, host: str) -> list[Address]:
        asked = self._asked.get(host)
        if asked is None:
            if len(self._asked) >= MOST_AT_ONCE:
                raise FetchError("too many names are being looked up already", FetchFault.BUSY)
            asked = self._asked[host] = asyncio.get_running_loop().create_future()
            asked.add_done_callback(lambda _: self._asked.pop(host, None))
            threading.Thread(target=_look_up, args=(host, asked), name="lookup", daemon=True).start()
        found = await asyncio.shield(asked)
        if not found:
            raise FetchError(f"there is no host {host}", FetchFault.DNS)
        return found


def _look_up(host: str, asked: asyncio.Future[list[Address]]) -> None:
    try:
        rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        rows = []
    found = [address for row in rows if (address := address_of(str(row[4][0]))) is not None]
    with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
        asked.get_loop().call_soon_threadsafe(_tell, asked, list(dict.fromkeys(found)))


def _tell(asked: asyncio.Future[list[Address]], found: list[Address]) -> None:
    if not asked.done():
        asked.set_result(found)
