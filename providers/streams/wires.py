"""What carries the audio of all media streams of a server: one wire for telephone audio, one for the rest.

G.711 goes by NarrowWire: decoded, concealed and encoded for all legs in one batch it costs 14 µs a leg and
frame, and 25 to 30 by StreamWire, which looks at each by itself (DECISIONS.md has the figures).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from mediaserver.media.leg import Frame, Lane, LegStats
from mediaserver.media.narrow_wire import NarrowWire
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.stream_wire import StreamWire

Send = Callable[[bytes | None], None]
"""The next 20 ms of what we say, or None while nothing is said; for each tick, or once for a silence."""


class StreamAudio(Protocol):
    """One leg's audio both ways, by either wire."""

    @property
    def lane(self) -> Lane: ...
    def push(self, octets: bytes) -> object: ...
    def mark(self, name: str) -> None: ...
    def reached(self, name: str) -> bool: ...
    def again(self) -> None: ...
    def send_tone(self, digit: str, duration_ms: int = 100) -> None: ...
    def read(self) -> Frame | None: ...
    def write(self, frame: Frame | None) -> None: ...
    def clear(self) -> int: ...
    def written(self) -> int: ...
    def played(self) -> int: ...
    def stats(self) -> LegStats: ...
    def close(self) -> None: ...


class StreamWires:
    """Of one server; both are the media clock's."""

    def __init__(self, narrow: NarrowWire | None = None, wide: StreamWire | None = None) -> None:
        self.narrow = narrow if narrow is not None else NarrowWire()
        self.wide = wide if wide is not None else StreamWire()

    def open(self, fmt: StreamFormat, send: Send) -> StreamAudio:
        """Raises EngineMissingError where a format's library is missing."""
        if fmt.law is not None:
            return self.narrow.open(send, fmt.law.name)
        audio = self.wide.open(fmt, send)
        audio.on_rest = lambda: send(None)
        return audio
