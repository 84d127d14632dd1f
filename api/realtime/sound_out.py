"""What is said on its way to a client that is told of it in events: gathered, so that 20 ms are no event of
their own, and handed on behind the media clock's tick, never within it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

GATHERED_S = 0.1
AT_ONCE_FRAMES = 5


class SoundOut:
    """Of one session."""

    def __init__(self, tell: Callable[[bytes], None]) -> None:
        self._tell = tell
        self._octets = bytearray()
        self._frames = 0
        self._timer: asyncio.Handle | None = None
        self._last = 0.0

    def put(self, octets: bytes) -> None:
        """20 ms. What comes first after a pause is told at once."""
        self._octets += octets
        self._frames += 1
        loop = asyncio.get_running_loop()
        if self._timer is None:
            wait = self._last + GATHERED_S - loop.time()
            self._timer = loop.call_soon(self.flush) if wait <= 0 else loop.call_later(wait, self.flush)
        elif self._frames == AT_ONCE_FRAMES:
            self._timer.cancel()
            self._timer = loop.call_soon(self.flush)

    def flush(self) -> None:
        """Tell what there is."""
        self.close()
        octets, self._octets, self._frames = bytes(self._octets), bytearray(), 0
        if octets:
            self._last = asyncio.get_running_loop().time()
            self._tell(octets)

    def close(self) -> None:
        """What there is is not told."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
