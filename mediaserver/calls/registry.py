"""The calls that exist now: how many are let in, and waiting until they are gone when the server stops.

It holds calls and counts them; it never ends one itself.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from uuid import UUID

from mediaserver.calls.call import Call
from mediaserver.errors import CapacityError
from mediaserver.metrics import Metrics

RECENT_LIMIT = 50
"""Ended calls kept so that a page that watches them can still ask."""


def _never(calls: int) -> bool:
    return False


class CallRegistry:
    """Live calls by id."""

    def __init__(self, max_calls: int, metrics: Metrics | None = None) -> None:
        self.max_calls = max_calls
        self.draining = False
        self._stopping = False
        self.refuses: Callable[[int], bool] = _never
        """Whether one more call is refused beside so many, for the sake of those that are up."""
        self._live: dict[UUID, Call] = {}
        self._recent: OrderedDict[UUID, Call] = OrderedDict()
        self._empty = asyncio.Event()
        self._empty.set()
        self._metrics = metrics

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._live.values()))

    @property
    def overloaded(self) -> bool:
        """A further call would be refused, so that those that are up keep their quality."""
        return self.refuses(len(self._live))

    def check_room(self) -> None:
        """Raises CapacityError when a further call would be refused; ask before a Call is made."""
        if self.draining:
            self._refused("stopping")
            raise CapacityError("the server is being stopped and takes no new calls")
        if self.overloaded:
            self._refused("overloaded")
            raise CapacityError("the server is overloaded and takes no new calls for a while")
        if len(self._live) >= self.max_calls:
            self._refused("full")
            raise CapacityError(f"all {self.max_calls} calls are taken; raise sip.max_calls or try later")

    def add(self, call: Call) -> None:
        """Count a call until it ends. Raises CapacityError."""
        self.check_room()
        self._live[call.id] = call
        self._empty.clear()
        self._show_count()
        call.on_end(self._ended)

    def get(self, call_id: UUID) -> Call | None:
        """A live call, or one that ended a short while ago."""
        return self._live.get(call_id) or self._recent.get(call_id)

    def is_live(self, call_id: UUID) -> bool:
        return call_id in self._live

    def start_draining(self) -> None:
        """Let nobody in any more, for good."""
        self.draining = self._stopping = True

    def refuse_new(self, refuse: bool) -> None:
        """Let nobody in until further notice, or let callers in again unless we are stopping."""
        self.draining = refuse or self._stopping

    async def emptied(self) -> None:
        """Wait until no call is up."""
        await self._empty.wait()

    def _ended(self, call: Call) -> None:
        self._live.pop(call.id, None)
        self._recent[call.id] = call
        while len(self._recent) > RECENT_LIMIT:
            self._recent.popitem(last=False)
        if not self._live:
            self._empty.set()
        self._show_count()
        if self._metrics is not None and call.termination is not None:
            self._metrics.calls.labels(str(call.termination.by), str(call.termination.why)).inc()

    def _refused(self, reason: str) -> None:
        if self._metrics is not None:
            self._metrics.calls_refused.labels(reason).inc()

    def _show_count(self) -> None:
        if self._metrics is not None:
            self._metrics.calls_live.set(len(self._live))
