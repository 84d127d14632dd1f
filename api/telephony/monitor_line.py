"""What is on its way to somebody who listens to a call by WebSocket. A socket that is read too slowly loses
the oldest audio, and holds nothing up.

It implements mediaserver.media.socket_leg.SocketPeer: called within the media clock's tick, it never waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from api.answers import dumps
from mediaserver.media.leg import Termination

MOST_FRAMES = 50
"""A second of audio; what is older is dropped, so that who listens hears the present."""
MOST_TEXTS = 50


class MonitorLine:
    """Of one socket."""

    def __init__(self) -> None:
        self.dropped = 0
        """Frames that were not read in time."""
        self.ended: Termination | None = None
        self._audio: deque[bytes] = deque()
        self._texts: deque[str] = deque(maxlen=MOST_TEXTS)
        self._wake = asyncio.Event()

    def tell(self, kind: str, **data: Any) -> None:
        """A message in JSON; it goes ahead of the audio that waits."""
        self._texts.append(dumps({"type": kind, **data}))
        self._wake.set()

    async def next(self) -> str | bytes | None:
        """What is to be sent next; None once all was, and the leg is over."""
        while True:
            if self._texts:
                return self._texts.popleft()
            if self._audio:
                return self._audio.popleft()
            if self.ended is not None:
                return None
            self._wake.clear()
            await self._wake.wait()

    # -- SocketPeer

    def audio(self, octets: bytes) -> None:
        if len(self._audio) >= MOST_FRAMES:
            self._audio.popleft()
            self.dropped += 1
        self._audio.append(octets)
        self._wake.set()

    def cleared(self, heard_ms: int) -> None:
        self._audio.clear()

    def digit(self, digit: str, duration_ms: int) -> None:
        self.tell("digit", digit=digit, duration_ms=duration_ms)

    def over(self, why: Termination) -> None:
        self.ended = why
        self._wake.set()
