"""A leg of 8 kHz without RTP, as a provider's media stream is: octets of G.711 by plain calls, in bursts; a
queue at the far end, with marks and a way to empty it. Nothing of any provider's messages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from mediaserver.media.leg import Digit, Direction, Ended, Frame, Lane, LegEvent, LegStats, Termination
from mediaserver.media.narrow_wire import NarrowStream, NarrowWire
from mediaserver.media.time import FRAME_SAMPLES, NARROW_SAMPLES


class StreamLeg:
    """Implements mediaserver.media.leg.Leg; its far end is in it."""

    kind = "stream"
    direction = Direction.INBOUND
    ref = "stream-1"
    remote = "127.0.0.1:443"

    def __init__(self, wire: NarrowWire, codec: str = "PCMU") -> None:
        self.stream: NarrowStream | None = wire.open(self._send, codec)
        self.codec = codec
        self.termination: Termination | None = None
        self.on_event: Callable[[LegEvent], None] | None = None
        self.queue: deque[bytes | str] = deque()
        """At the far end: octets and marks that it did not play yet."""
        self.heard = bytearray()
        """By the far end."""
        self.meant: list[str] = []
        """Marks that told what was heard."""
        self.silent_ticks = 0
        self.keys: list[str] = []

    # -- the Leg protocol

    @property
    def lane(self) -> Lane | None:
        return self.stream.lane if self.stream is not None else None

    def read(self) -> Frame | None:
        return self.stream.read() if self.stream is not None else None

    def write(self, frame: Frame) -> None:
        if self.stream is not None:
            self.stream.write(frame)

    def clear(self) -> int:
        if self.stream is None:
            return 0
        marks = [entry for entry in self.queue if isinstance(entry, str)]
        self.queue.clear()
        heard = self.stream.clear()
        for mark in marks:  # they come back at once
            self.reached(mark)
        return heard

    def written(self) -> int:
        return self.stream.written() if self.stream is not None else 0

    def played(self) -> int:
        return self.stream.played() if self.stream is not None else 0

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        self.keys.append(digit)

    def stats(self) -> LegStats:
        return self.stream.stats() if self.stream is not None else LegStats()

    async def progress(self) -> bool:
        return False

    async def ring(self) -> None: ...

    async def answer(self) -> None: ...

    async def hangup(self, why: Termination) -> None:
        if self.termination is None:
            self.termination = why
            if self.stream is not None:
                self.stream.close()
            self._tell(Ended(why))

    def mark(self, name: str) -> None:
        if self.stream is not None:
            self.stream.mark(name)
            self.queue.append(name)

    # -- the far end

    def says(self, octets: bytes) -> None:
        assert self.stream is not None
        self.stream.push(octets)

    def presses(self, digit: str) -> None:
        assert self.stream is not None
        self._tell(Digit(digit, self.stream.frames_read * FRAME_SAMPLES))

    def plays(self, packets: int) -> None:
        """So many of its queue, with the marks that it meets."""
        while self.queue:
            entry = self.queue[0]
            if isinstance(entry, str):
                self.reached(entry)
            elif packets:
                assert len(entry) == NARROW_SAMPLES
                self.heard += entry
                packets -= 1
            else:
                break
            self.queue.popleft()

    def reached(self, mark: str) -> None:
        if self.stream is not None and self.stream.reached(mark):
            self.meant.append(mark)

    # -- inside

    def _send(self, octets: bytes | None) -> None:
        if octets is None:
            self.silent_ticks += 1
        else:
            self.queue.append(octets)

    def _tell(self, event: LegEvent) -> None:
        if self.on_event is not None:
            self.on_event(event)
