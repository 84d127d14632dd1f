"""A provider's call as a leg: audio by a stream that comes later than it, and may be lost and come again.

Whether it rings, is answered or handed over is the provider's interface to do (`LegControl`); here is only
where the audio goes. It must never know a socket or a provider.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from mediaserver.media.leg import Direction, LegEvent, LegStats, Termination
from mediaserver.media.socket_leg import SocketLeg, SocketPeer
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.stream_wire import StreamWire


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

    def over(self, why: Termination) -> None:
        """The leg is over, whoever has ended it. Called once; it must not wait."""


class _Line:
    """Implements SocketPeer: to whichever stream there is."""

    def __init__(self, control: LegControl) -> None:
        self.peer: SocketPeer | None = None
        self._control = control

    def audio(self, octets: bytes) -> None:
        if self.peer is not None:
            self.peer.audio(octets)

    def cleared(self, heard_ms: int) -> None:
        if self.peer is not None:
            self.peer.cleared(heard_ms)

    def digit(self, digit: str, duration_ms: int) -> None:
        if self.peer is not None:
            self.peer.digit(digit, duration_ms)

    def over(self, why: Termination) -> None:
        peer, self.peer = self.peer, None
        try:
            self._control.over(why)
        finally:
            if peer is not None:
                peer.over(why)


class ProviderLeg(SocketLeg):
    """Implements mediaserver.media.leg.Leg and Referable. Made before its stream is there."""

    def __init__(
        self,
        wire: StreamWire,
        fmt: StreamFormat,
        control: LegControl,
        *,
        kind: str,
        direction: Direction,
        ref: str,
        remote: str,
    ) -> None:
        """`kind`: the provider's ("twilio"). `ref`: its id of the call; may be known later. `fmt`: both
        ways. Raises EngineMissingError."""
        self._line = _Line(control)
        super().__init__(wire, fmt, self._line, ref=ref, remote=remote)
        self.kind = kind
        self.direction = direction
        self._control = control
        self.labels: dict[str, str] = {}
        """More for its figures: "trunk", the account that it came or went by, and "number"."""

    # -- the stream

    @property
    def attached(self) -> bool:
        """There is a stream."""
        return self._line.peer is not None

    def attach(self, peer: SocketPeer) -> None:
        """From now on its audio goes there."""
        self._line.peer = peer

    def detach(self, peer: SocketPeer) -> None:
        """That stream is gone; its audio goes nowhere until another comes. One that was replaced is nothing
        to us."""
        if self._line.peer is peer:
            self._line.peer = None

    def tell(self, event: LegEvent) -> None:
        """The provider says something of the far end."""
        self._deliver(event)

    # -- Leg

    def stats(self) -> LegStats:
        figures = super().stats()
        return replace(figures, detail={**figures.detail, **self.labels})

    async def ring(self) -> None:
        await self._control.ring()

    async def progress(self) -> bool:
        return await self._control.progress()

    async def answer(self) -> None:
        await self._control.answer()

    # -- Referable

    async def refer(self, to: str, timeout_s: float) -> None:
        await self._control.refer(to, timeout_s)
