"""What every provider call needs of the server: handed in once, so that calls are made with a word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from mediaserver.media.clock import MediaClock
from mediaserver.storage.records import Sink
from providers.streams.wires import StreamWires

log = logging.getLogger(__name__)

CLOSING_S = 1.0


@dataclass(slots=True)
class CallMeans:
    wires: StreamWires
    """Carry the audio of all streams."""
    clock: MediaClock
    sink: Sink
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def spawn(self, work: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        """Have something done that nobody waits for. `what`: for the log, should it fail."""
        task = asyncio.create_task(_told(work, what))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def later(self, seconds: float, do: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, do)

    def now(self) -> float:
        """Seconds of the loop's clock."""
        return asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Let what is being done come to its end, for a moment: calls are being hung up. Then give it up."""
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=CLOSING_S)
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _told(work: Coroutine[Any, Any, None], what: str) -> None:
    try:
        await work
    except Exception:
        log.exception("%s failed", what)
