"""A call by one of Asterisk's own media channels (AudioSocket, WebSocket) as a leg."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mediaserver.media.leg import LegStats
from mediaserver.media.socket_leg import SocketLeg, SocketPeer
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.stream_wire import StreamWire


class AsteriskLeg(SocketLeg):
    """Implements mediaserver.media.leg.Leg. Asterisk takes no keys from us: they are sent as tones."""

    kind = "asterisk"

    def __init__(
        self,
        wire: StreamWire,
        fmt: StreamFormat,
        far: SocketPeer,
        *,
        ref: str,
        remote: str,
        steady: bool,
        accept: Callable[[], None] | None = None,
    ) -> None:
        """`steady`: silence travels, too. `accept`: answers the channel; None: it is up already."""
        super().__init__(wire, fmt, far, ref=ref, remote=remote, steady=steady)
        self._accept = accept
        self.figures: Callable[[], dict[str, Any]] = dict
        """What its connection knows beside the audio's figures; JSON-ready."""

    async def answer(self) -> None:
        accept, self._accept = self._accept, None
        if accept is not None and self.termination is None:
            accept()

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        self.stream.send_tone(digit, duration_ms)

    def stats(self) -> LegStats:
        stats = super().stats()
        return replace(stats, detail={**stats.detail, **self.figures()})
