"""Legs that are carried by messages of a socket (a WebSocket): audio by `SocketAudio`, the rest by plain
calls to whoever has the socket. A conversation in writing has a leg, too: for its call it is there or gone.

They know no socket and no protocol: what is said to the far end, and how, is the `SocketPeer`'s business, and
a far end that is away for a while (its socket was lost) leaves its leg as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from mediaserver.media.leg import (
    Digit,
    Direction,
    Ended,
    EndedBy,
    Frame,
    Lane,
    LegStats,
    Termination,
    Why,
)
from mediaserver.media.leg_events import LegEvents
from mediaserver.media.socket_audio import SocketAudio
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.stream_wire import StreamWire
from mediaserver.media.time import SAMPLES_PER_MS

KEYS = frozenset("0123456789*#ABCD")


class SocketPeer(Protocol):
    """Who has the socket. Called within the media clock's tick: it must not wait, and what it cannot send it
    drops."""

    def audio(self, octets: bytes) -> None:
        """20 ms to be played behind what came before."""

    def cleared(self, heard_ms: int) -> None:
        """What was not played is to be dropped. So much of what was said last was heard, its pauses
        included."""

    def digit(self, digit: str, duration_ms: int) -> None:
        """A key was pressed for it."""

    def over(self, why: Termination) -> None:
        """The leg is over. Called once."""


class WrittenLeg(LegEvents):
    """Implements mediaserver.media.leg.Leg for whoever writes and reads: it carries no audio."""

    kind = "websocket"
    direction = Direction.INBOUND
    codec = "text"

    def __init__(self, far: SocketPeer, *, ref: str, remote: str) -> None:
        super().__init__()
        self.ref = ref
        self.remote = remote
        self.termination: Termination | None = None
        self.network: dict[str, Any] = {}
        """What the far end says of its network, for the leg's figures; JSON-ready."""
        self._far = far

    # -- what the far end does

    def press(self, digit: str, duration_ms: int = 100) -> None:
        """The far end has pressed a key. Raises ValueError for what is no key."""
        if digit not in KEYS:
            raise ValueError("a key is one of 0-9, *, # and A-D")
        if self.termination is None:
            self._deliver(Digit(digit, self.written(), duration_ms))

    def left(self, why: Why = Why.HANGUP, detail: str = "") -> None:
        """The far end has left. Idempotent."""
        by = EndedBy.PEER if why is Why.HANGUP else EndedBy.NETWORK
        self._end(Termination(by, why, detail=detail))

    def ended(self, why: Termination) -> None:
        """`hangup` at once, for who cannot wait. Idempotent."""
        self._end(why)

    # -- Leg

    @property
    def lane(self) -> Lane | None:
        return None

    def read(self) -> Frame | None:
        return None

    def write(self, frame: Frame) -> None:
        """Nobody listens."""

    def clear(self) -> int:
        return 0

    def written(self) -> int:
        return 0

    def played(self) -> int:
        return 0

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        if digit not in KEYS:
            raise ValueError(f"{digit!r} is no key")
        self._far.digit(digit, duration_ms)

    def stats(self) -> LegStats:
        network = self.network
        return LegStats(
            loss_pct=network.get("loss_pct") or 0.0,
            jitter_ms=network.get("jitter_ms") or 0.0,
            rtt_ms=network.get("rtt_ms"),
        )

    async def ring(self) -> None:
        """Its far end is there already."""

    async def progress(self) -> bool:
        return True

    async def answer(self) -> None:
        """It is up."""

    async def hangup(self, why: Termination) -> None:
        self._end(why)

    def _end(self, why: Termination) -> None:
        if self.termination is None:
            self.termination = why
            self._deliver(Ended(why))
            self._let_go()
            self._far.over(why)

    def _let_go(self) -> None:
        """Of what the leg holds."""


class SocketLeg(WrittenLeg):
    """Implements mediaserver.media.leg.Leg, with audio."""

    def __init__(
        self,
        wire: StreamWire,
        fmt: StreamFormat,
        far: SocketPeer,
        *,
        ref: str,
        remote: str,
        queue_ms: int = 0,
        out: StreamFormat | None = None,
        steady: bool = False,
    ) -> None:
        """`queue_ms`, `out`, `steady`: see `StreamWire.open`. Raises EngineMissingError."""
        super().__init__(far, ref=ref, remote=remote)
        self._stream: SocketAudio = wire.open(fmt, far.audio, queue_ms, out, steady)
        self.codec = self._stream.codec
        self._cleared_ms = 0
        """Of the audio that was sent: the far end was told to drop what it had not played of it."""

    @property
    def stream(self) -> SocketAudio:
        return self._stream

    def push(self, octets: bytes) -> int:
        """See `SocketAudio.push`."""
        return self._stream.push(octets)

    def after(self, do: Callable[[], None]) -> None:
        """See `SocketAudio.after`."""
        if self.termination is None:
            self._stream.after(do)

    def forget(self) -> None:
        """See `SocketAudio.forget`."""
        self._stream.forget()

    @property
    def lane(self) -> Lane | None:
        return self._stream.lane

    def read(self) -> Frame | None:
        return self._stream.read()

    def write(self, frame: Frame) -> None:
        self._stream.write(frame)

    def clear(self) -> int:
        heard, sent_ms = self._stream.clear(), self._stream.sent_ms
        if sent_ms == self._cleared_ms:
            return heard  # it was told to drop all that it was sent: once is enough
        self._cleared_ms = sent_ms
        self._far.cleared(self._stream.heard_of_last(heard) // SAMPLES_PER_MS)
        return heard

    def written(self) -> int:
        return self._stream.written()

    def played(self) -> int:
        return self._stream.played()

    def stats(self) -> LegStats:
        audio = self._stream.stats()
        return replace(super().stats(), packets=audio.packets, detail=audio.detail)

    def _let_go(self) -> None:
        self._stream.close()
