"""An engine's workers as others are offered them, and how that fares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.workers.hosting.bridge import Bridge, HostedLine, OpeningFault
from pipelines.workers.pool import WorkerPool


@dataclass(slots=True)
class Hosted:
    """One engine."""

    kind: str
    name: str
    pool: WorkerPool
    facts: Mapping[str, Any]
    """Told to everybody who opens a line."""
    listens: bool = False
    """A recogniser."""
    fault_of: OpeningFault = lambda _fields: ""
    counts: Counter[str] = field(default_factory=Counter)
    """See `Bridge`; and "line", each that was opened."""
    bridges: set[Bridge] = field(default_factory=set)
    """Lines that are open."""

    async def carry(self, line: HostedLine) -> None:
        """Serve a line until it is over."""
        bridge = Bridge(self.pool, line, self.facts, self._told, listens=self.listens, fault_of=self.fault_of)
        self._told("line")
        self.bridges.add(bridge)
        try:
            await bridge.run()
        finally:
            self.bridges.discard(bridge)

    @property
    def at_work(self) -> int:
        """Lines that carry a request."""
        return sum(bridge.busy for bridge in self.bridges)

    def leave(self) -> None:
        """Take no new requests; lines end as soon as theirs are answered."""
        for bridge in self.bridges:
            bridge.leave()

    def _told(self, what: str) -> None:
        self.counts[what] += 1
        if what == "down":  # who has lines here asks elsewhere, until a new one can be opened
            self.leave()
