"""A provider's call as a leg: audio by a stream that comes later than it, and may be lost and come again.

Whether it rings, is answered or handed over is the provider's interface to do (`LegControl`); here is only
where the audio goes. It must never know a socket or a provider.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from mediaserver.media.leg import Direction, Frame, Lane, LegEvent, LegStats, Termination
from mediaserver.media.socket_leg import KEYS, SocketPeer, WrittenLeg
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.time import SAMPLES_PER_MS
from providers.streams.wires import StreamWires


class LegControl(Protocol):
    """Who has the call that the leg is of."""

    async def ring(self) -> None:
        """Let the caller hear that it rings."""

    async def progress(self) -> bool:
        """See `Leg.progress`. Raises CallError."""

    async def answer(self) -> None:
        """Returns once the far end hears us. Raises CallError when the call is over before."""

    async def refer(self, to: str, timeout_s: float) -> None:
        """See `Referable.refer`. Raises CallError."""

    def press(self, digit: str) -> bool:
        """Have the provider press a key. False: it does not; the stream does, or a tone. It must not wait."""

    def over(self, why: Termination) -> None:
        """The leg is over, whoever has ended it. Called once; it must not wait."""


class StreamPeer(SocketPeer, Protocol):
    """Who has the socket of a stream."""

    @property
    def can_clear(self) -> bool:
        """The far end can be told to drop what it has not played."""

    def rested(self) -> None:
        """Nothing is said any more, for now. Called within the tick."""

    def quieten(self, gain: float) -> bool:
        """See `Quietens`."""

    def figures(self) -> dict[str, int]:
        """What it knows of the stream, for the leg's figures."""


class _Line:
    """Implements StreamPeer: to whichever stream there is."""

    def __init__(self, control: LegControl) -> None:
        self.peer: StreamPeer | None = None
        self._control = control
        self._figures: dict[str, int] = {}

    def audio(self, octets: bytes) -> None:
        if self.peer is not None:
            self.peer.audio(octets)

    def rested(self) -> None:
        if self.peer is not None:
            self.peer.rested()

    def cleared(self, heard_ms: int) -> None:
        if self.peer is not None:
            self.peer.cleared(heard_ms)

    def quieten(self, gain: float) -> bool:
        return self.peer is not None and self.peer.quieten(gain)

    @property
    def can_clear(self) -> bool:
        return self.peer is not None and self.peer.can_clear

    def digit(self, digit: str, duration_ms: int) -> None:
        if self.peer is not None:
            self.peer.digit(digit, duration_ms)

    def over(self, why: Termination) -> None:
        peer = self.peer
        self.leave()
        try:
            self._control.over(why)
        finally:
            if peer is not None:
                peer.over(why)

    def leave(self) -> None:
        """That stream is gone; its figures count on."""
        self._figures, self.peer = self.figures(), None

    def figures(self) -> dict[str, int]:
        """Of all streams together."""
        now = self.peer.figures() if self.peer is not None else {}
        return {name: self._figures.get(name, 0) + now.get(name, 0) for name in self._figures | now}


class ProviderLeg(WrittenLeg):
    """Implements mediaserver.media.leg.Leg, Referable, TakesBack and Quietens. Made before its stream is
    there."""

    def __init__(
        self,
        wires: StreamWires,
        fmt: StreamFormat,
        control: LegControl,
        *,
        kind: str,
        direction: Direction,
        ref: str,
        remote: str,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`kind`: the provider's ("twilio"). `ref`: its id of the call; may be known later. `fmt`: both
        ways. `now`: in seconds. Raises EngineMissingError."""
        self._line = _Line(control)
        super().__init__(self._line, ref=ref, remote=remote)
        self.kind = kind
        self.direction = direction
        self.format = fmt
        self.codec = str(fmt)
        self._control = control
        self._audio = wires.open(fmt, self._said)
        self._saying = False
        self._uncleared = False
        """Something was sent since the far end was told to drop all."""
        self._now = now
        self.heard_at = now()
        """When a stream began, or last brought audio."""
        self.streams = 0
        """That were opened to it, one after the other."""
        self.labels: dict[str, str] = {}
        """More for its figures: "trunk", the account that it came or went by, and "number"."""

    # -- the stream

    @property
    def attached(self) -> bool:
        """There is a stream."""
        return self._line.peer is not None

    def attach(self, peer: StreamPeer) -> None:
        """From now on its audio goes there. What another stream was sent, and has not told to have played, is
        lost with that."""
        if self._line.peer is not None:
            self._line.leave()
        self._line.peer = peer
        self.heard_at = self._now()
        if self.streams:
            self._audio.clear()
        self.streams += 1

    def detach(self, peer: StreamPeer) -> None:
        """That stream is gone; its audio goes nowhere until another comes. One that was replaced is nothing
        to us."""
        if self._line.peer is peer:
            self._line.leave()

    def push(self, octets: bytes) -> None:
        """The next piece of what the far end said. Raises ValueError for half a sample."""
        self.heard_at = self._now()
        self._audio.push(octets)

    def mark(self, name: str) -> None:
        """The far end will say when it has played all that was written so far; no name comes twice."""
        self._audio.mark(name)

    def reached(self, name: str) -> bool:
        """It says so. False: that means nothing (any more)."""
        return self._audio.reached(name)

    def again(self) -> None:
        """What the far end holds is dropped and sent to it once more: marks in it mean nothing."""
        self._audio.again()

    def send_tone(self, digit: str, duration_ms: int) -> None:
        """A key as a sound, for a far end that takes none."""
        self._audio.send_tone(digit, duration_ms)

    def tell(self, event: LegEvent) -> None:
        """The provider says something of the far end."""
        self._deliver(event)

    # -- Leg

    @property
    def lane(self) -> Lane | None:
        return self._audio.lane

    def read(self) -> Frame | None:
        return self._audio.read()

    def write(self, frame: Frame) -> None:
        self._audio.write(frame)

    def clear(self) -> int:
        heard = self._audio.clear()
        if self._uncleared:
            self._uncleared = False
            self._line.cleared(heard // SAMPLES_PER_MS)
        return heard

    def take_back(self) -> int | None:
        """See `TakesBack`."""
        return self.clear() if self._uncleared and self._line.can_clear else None

    def quieten(self, gain: float) -> bool:
        """See `Quietens`."""
        return self._saying and self._line.quieten(gain)

    def written(self) -> int:
        return self._audio.written()

    def played(self) -> int:
        return self._audio.played()

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        """By the provider's interface or its stream's own word where it has one, else as a sound."""
        if digit not in KEYS:
            raise ValueError(f"{digit!r} is no key")
        if self.termination is None and not self._control.press(digit):
            self._line.digit(digit, duration_ms)

    def stats(self) -> LegStats:
        found = self._audio.stats()
        return replace(
            found, detail={**found.detail, **self._line.figures(), "streams": self.streams, **self.labels}
        )

    async def ring(self) -> None:
        await self._control.ring()

    async def progress(self) -> bool:
        return await self._control.progress()

    async def answer(self) -> None:
        await self._control.answer()

    # -- Referable

    async def refer(self, to: str, timeout_s: float) -> None:
        await self._control.refer(to, timeout_s)

    # -- inside

    def _said(self, octets: bytes | None) -> None:
        """From the wire, within the tick."""
        if octets:
            self._saying = self._uncleared = True
            self._line.audio(octets)
        elif self._saying:
            self._saying = False
            self._line.rested()

    def _let_go(self) -> None:
        self._audio.close()
