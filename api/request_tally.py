"""Requests by key, added up in memory and kept once a minute: a record for each would cost more than most of
them do. A server that is killed forgets a minute of them.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

from mediaserver.storage.records import Sink, UsageCounted, UsageKind

EVERY_S = 60.0


class RequestTally:
    """Since they were kept last (None: the operator's); as many numbers as there are keys."""

    def __init__(self) -> None:
        self._counts: dict[UUID | None, int] = {}

    def add(self, owner: UUID | None) -> None:
        """One request of a key that is known."""
        self._counts[owner] = self._counts.get(owner, 0) + 1

    def keep(self, sink: Sink) -> None:
        """Hand over what was counted."""
        counts, self._counts = self._counts, {}
        now = datetime.now(UTC)
        for owner, count in counts.items():
            sink.put(UsageCounted(uuid4(), now, owner, UsageKind.REQUESTS, float(count)))

    async def run(self, sink: Sink) -> None:
        """Keep them once a minute, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            self.keep(sink)
