"""A machine's next deadline, on the event loop. One machine has one; it must never know what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Alarm:
    """Calls back at the time that was set last, in seconds of the event loop's clock. It keeps nobody alive
    while it is not set."""

    __slots__ = ("_handle",)

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None

    def set(self, at: float | None, act: Callable[[], None]) -> None:
        """None: not at all."""
        if self._handle is not None:
            self._handle.cancel()
        self._handle = None if at is None else asyncio.get_running_loop().call_at(at, act)
