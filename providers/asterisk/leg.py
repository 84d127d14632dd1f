"""A call by AudioSocket as a leg. Its channel was answered before it came."""

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
    ) -> None:
        """`steady`: silence travels, too."""
        super().__init__(wire, fmt, far, ref=ref, remote=remote, steady=steady)
        self.figures: Callable[[], dict[str, Any]] = dict
        """What its connection knows beside the audio's figures; JSON-ready."""

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        self.stream.send_tone(digit, duration_ms)

    def stats(self) -> LegStats:
        stats = super().stats()
        return replace(stats, detail={**stats.detail, **self.figures()})
