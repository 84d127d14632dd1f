"""One call's packets for Wireshark: what it said by SIP so far and from now on, and the headers of its audio.

It runs because somebody asks for it, and for so long. No sound and no pressed key is in it: of audio packets
the payload is cut. It must never wait for its reader: what is not read in time is left out and counted.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sip.tracing import pcapng
from sip.tracing.traced import Endpoint, TracedMessage
from sip.tracing.tracer import Tracer

HAND_OVER_S = 0.25
"""What was captured is handed over so often."""
_RTP_HEADER = 12
_LONGEST_HEADER = 128
"""Of RTP, with sources and extension."""
_OTHER_HEADER = 20
"""Octets that are kept of what is neither RTP nor RTCP: a check of ICE, a part of a handshake."""
_AUDIO_PORT = re.compile(rb"(?m)^m=audio ([0-9]{1,5})[ /]")


@dataclass(frozen=True, slots=True)
class CaptureLimits:
    seconds: float = 0.0
    """So long after its beginning; 0: what was said so far."""
    bytes: int = 64 << 20
    waiting_bytes: int = 4 << 20
    """Captured and not handed over yet."""
    streams: int = 32
    """Of audio that are watched."""


class AudioWatch(Protocol):
    """Who shows packets of audio; mediaserver.rtp.wire.RtpWire is the server's."""

    def watch(
        self, port: int, before: float, look: Callable[[float, bool, int, Endpoint, bytes], None]
    ) -> None: ...
    def unwatch(self, look: Callable[[float, bool, int, Endpoint, bytes], None]) -> None: ...


class Capture:
    """Of one call. To be read once, by `blocks`."""

    def __init__(
        self,
        tracer: Tracer,
        audio: AudioWatch | None,
        call: UUID,
        is_live: Callable[[UUID], bool],
        limits: CaptureLimits,
        hand_over_s: float = HAND_OVER_S,
    ) -> None:
        self._tracer = tracer
        self._audio = audio
        self._call = call
        self._is_live = is_live
        self._limits = limits
        self._hand_over_s = hand_over_s
        self._blocks: list[bytes] = []
        self._waiting = 0
        self._taken = 0
        self._ports: set[int] = set()
        self.dropped = 0
        """Packets that were left out."""

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        """The file, piece by piece. Ends with the call, the time or the space."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._limits.seconds
        self._tracer.onlookers.append(self._said)
        try:
            self._put(pcapng.beginning())
            for message in self._tracer.of_call(self._call) or ():
                self._said(message)
            live = True
            while True:
                live, was_live = self._is_live(self._call), live
                yield self._handed_over()
                over = loop.time() >= end or self._tracer.stopped or self._taken >= self._limits.bytes
                if over or not (live or was_live):  # once more after its end: the last answers are on the way
                    break
                await asyncio.sleep(min(self._hand_over_s, max(0.0, end - loop.time())))
        finally:
            self._tracer.onlookers.remove(self._said)
            if self._audio is not None:
                self._audio.unwatch(self._heard)
        yield self._handed_over() + pcapng.statistics(time.time(), self.dropped)

    def _said(self, message: TracedMessage) -> None:
        """A message; see `sip.tracing.tracer.Onlooker`."""
        if message.call != self._call:
            return
        ends = (message.local, message.remote) if message.sent else (message.remote, message.local)
        comment = "" if message.transport == "UDP" else f"by {message.transport}"
        self._put(pcapng.packet(message.at, *ends, message.framed, comment=comment))
        if message.sent and self._audio is not None and self._limits.seconds:
            for port in _AUDIO_PORT.findall(message.data):
                if len(self._ports) < self._limits.streams:
                    self._ports.add(int(port))
                    self._audio.watch(int(port), message.at, self._heard)

    def _heard(self, at: float, sent: bool, port: int, remote: Endpoint, data: bytes) -> None:
        """A packet of audio; see `mediaserver.rtp.watching.PacketLook`."""
        local = self._tracer.local("UDP", remote[0])[0], port
        ends = (local, remote) if sent else (remote, local)
        self._put(pcapng.packet(at, *ends, data[: header_of(data)], len(data)))

    def _put(self, block: bytes) -> None:
        if self._waiting + len(block) > self._limits.waiting_bytes or self._taken >= self._limits.bytes:
            self.dropped += 1
            return
        self._blocks.append(block)
        self._waiting += len(block)
        self._taken += len(block)

    def _handed_over(self) -> bytes:
        blocks, self._blocks, self._waiting = self._blocks, [], 0
        return b"".join(blocks)


def header_of(data: bytes) -> int:
    """How many octets of a datagram say nothing of what was heard: the header of RTP with its extension, the
    whole of RTCP, the beginning of all else."""
    if len(data) < 2 or data[0] >> 6 != 2:
        return _OTHER_HEADER
    if 192 <= data[1] <= 223:
        return len(data)
    size = _RTP_HEADER + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        size += 4 + 4 * int.from_bytes(data[size + 2 : size + 4], "big")
    return min(size, len(data), _LONGEST_HEADER)
