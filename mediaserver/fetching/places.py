"""So many requests at once in total and to one host; the rest waits, and not without end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from mediaserver.errors import FetchError, FetchFault

WAITING_FOR_EACH = 8
"""For each place of a host so many may wait: more would be given up before their turn."""


@dataclass(slots=True)
class _Host:
    places: asyncio.Semaphore
    inside: int = field(default=0)
    """With those that wait."""


class HostPlaces:
    def __init__(self, in_total: int, per_host: int) -> None:
        self._total = asyncio.Semaphore(in_total)
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}

    def __len__(self) -> int:
        """Hosts to which something goes, or waits to."""
        return len(self._hosts)

    @asynccontextmanager
    async def place(self, host: str) -> AsyncIterator[None]:
        """Raises FetchError when too many wait. The host's place comes first: who waits for a slow host takes
        nothing from others."""
        known = self._hosts.setdefault(host, _Host(asyncio.Semaphore(self._per_host)))
        if known.inside >= self._per_host * (1 + WAITING_FOR_EACH):
            raise FetchError(f"too many requests to {host} wait already", FetchFault.BUSY)
        known.inside += 1
        try:
            async with known.places, self._total:
                yield
        finally:
            known.inside -= 1
            if not known.inside:
                del self._hosts[host]
