"""Live events of running calls for whoever watches (terminal, page, WebSocket). Nothing here is stored.

A slow watcher loses its oldest events, never delays a call.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

WATCHER_LIMIT = 1000
MOMENTARY = frozenset({"partial", "voice", "unheard"})
"""Kinds that mean nothing to who was not watching; they are not kept."""
NO_CALL = UUID(int=0)
"""In the place of a call's id: the event is of the server."""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    call_id: UUID
    kind: str
    """One of the table in docs/api.md."""
    data: dict[str, Any]
    """JSON-ready; what it holds stands there, too."""
    at: float = field(default_factory=time.time)


class EventBus:
    """Fan-out of live events to any number of watchers."""

    def __init__(self) -> None:
        self._watchers: dict[asyncio.Queue[LiveEvent | None], UUID | None] = {}

    def publish(self, event: LiveEvent) -> None:
        for queue, call_id in self._watchers.items():
            if call_id is None or call_id == event.call_id:
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(event)

    async def watch(self, call_id: UUID | None = None) -> AsyncGenerator[LiveEvent, None]:
        """Events from now on, of one call or of all; ends when `close` is called."""
        queue: asyncio.Queue[LiveEvent | None] = asyncio.Queue(WATCHER_LIMIT)
        self._watchers[queue] = call_id
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            del self._watchers[queue]

    def close(self) -> None:
        for queue in self._watchers:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
