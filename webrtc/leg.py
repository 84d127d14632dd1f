"""A browser's call as a leg: what its RTP stream does, with the beginning and the end that signalling gives
it.

The call is answered once ICE and DTLS have proven the way to the browser; one that never gets so far ends by
itself, as does one whose page is gone. It must never read an offer or decide whom a call is connected to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mediaserver.errors import CallError
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
from mediaserver.rtp.liveness import SilenceLimits
from mediaserver.rtp.stream import RtpStream
from mediaserver.sdp.audio import leg_stats

SILENT = "nothing came from the browser for too long: its page was closed, or its network is gone"
NEVER_CAME = (
    "the browser never reached our ports for audio: a firewall may keep UDP back (see rtp.port_min, "
    "rtp.public_host and webrtc.turn)"
)


class WebRtcLeg(LegEvents):
    """Implements mediaserver.media.leg.Leg. Made on the event loop."""

    kind = "webrtc"
    direction = Direction.INBOUND

    def __init__(
        self,
        stream: RtpStream,
        codec: str,
        *,
        ref: str,
        remote: str,
        connect_s: float,
        silent_s: float,
        on_over: Callable[[WebRtcLeg], object],
    ) -> None:
        """`stream`: as it was agreed on, or going to be; `connect_s`: for ICE and DTLS together; `silent_s`:
        so long may nothing come, not even a check of ICE, which browsers send every few seconds
        (:rfc:`7675`); `on_over`: told once."""
        super().__init__()
        self.ref = ref
        self.remote = remote
        self.codec = codec
        self.termination: Termination | None = None
        self._stream = stream
        self._final_stats = LegStats()
        self._on_over: Callable[[WebRtcLeg], object] | None = on_over
        self.decided = asyncio.Event()
        """Somebody lets it ring, answers or refuses it: the offer can be answered."""
        self._settled = asyncio.Event()
        """The way to the browser is proven, or the leg is over."""
        self.connected = False
        stream.limit_silence(SilenceLimits(connect_s + 1, silent_s, silent_s))
        stream.on_digit = self._digit
        stream.on_tone = self._digit
        stream.on_silent = self._silent
        stream.on_insecure = self._insecure
        stream.on_secured = self._connected
        stream.on_left = self._left
        self._deadline = asyncio.get_running_loop().call_later(connect_s, self._never_connected)

    # -- Leg

    @property
    def lane(self) -> Lane | None:
        return self._stream.lane

    def read(self) -> Frame | None:
        return self._stream.read()

    def write(self, frame: Frame) -> None:
        self._stream.write(frame)

    def clear(self) -> int:
        return self._stream.clear()

    def written(self) -> int:
        return self._stream.written()

    def played(self) -> int:
        return self._stream.played()

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        if self._stream.format.telephone_event_pt is not None:
            self._stream.send_digit(digit, duration_ms)
        else:
            self._stream.send_tone(digit, duration_ms)

    def stats(self) -> LegStats:
        """Of the stream, also after its end."""
        return leg_stats(self._stream.stats()) if self.termination is None else self._final_stats

    async def ring(self) -> None:
        """The page is told by the answer to its offer, and hears what `progress` lets through."""
        self.decided.set()

    async def progress(self) -> bool:
        self.decided.set()
        await self._wait()
        return True

    async def answer(self) -> None:
        """Returns when the browser can hear us. Raises CallError when the leg is over, or ends before."""
        self.decided.set()
        await self._wait()

    async def hangup(self, why: Termination) -> None:
        self.end(why)

    # -- more than a Leg

    def end(self, why: Termination) -> None:
        """`hangup` at once, for who cannot wait. Idempotent."""
        if self.termination is not None:
            return
        self.termination = why
        self._deadline.cancel()
        stream, self._final_stats = self._stream, leg_stats(self._stream.stats())
        stream.on_digit = stream.on_tone = stream.on_silent = None
        stream.on_insecure = stream.on_secured = stream.on_left = None
        stream.close()
        self._settled.set()
        self.decided.set()
        self._deliver(Ended(why))
        on_over, self._on_over = self._on_over, None
        if on_over is not None:
            on_over(self)

    # -- inside

    async def _wait(self) -> None:
        await self._settled.wait()
        if (over := self.termination) is not None:
            raise CallError(f"the call was over before the browser could hear us: {over}", over.code or 487)

    def _connected(self) -> None:
        self.connected = True
        self._deadline.cancel()
        self._settled.set()

    def _never_connected(self) -> None:
        if self._stream.nominated is None:
            self.end(Termination(EndedBy.NETWORK, Why.UNREACHABLE, 408, NEVER_CAME))
        else:
            detail = "the browser reached our ports and never finished the DTLS handshake"
            self.end(Termination(EndedBy.NETWORK, Why.INSECURE, 488, detail))

    def _silent(self) -> None:
        self.end(Termination(EndedBy.NETWORK, Why.LOST, 408, SILENT))

    def _insecure(self, why: str) -> None:
        self.end(Termination(EndedBy.NETWORK, Why.INSECURE, 488, why))

    def _left(self) -> None:
        self.end(Termination(EndedBy.PEER, Why.HANGUP, detail="the page closed its connection"))

    def _digit(self, digit: str, t: int, duration_ms: int) -> None:
        self._deliver(Digit(digit, t, duration_ms))
