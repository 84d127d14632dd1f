"""RTP by hand: tones that can be told apart after the server has given them back, and when packets came."""

from __future__ import annotations

import math
import secrets
import select
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.attack.messages import Address

FRAME_S = 0.02
SAMPLES = 160
OURS_HZ, STRANGER_HZ = 450, 1000
"""Whole periods in 20 ms, so that each is nothing in the other's measure."""
_SO_TIMESTAMPNS = 35  # Linux; the socket module has no name for it
_AMPLITUDE = 6000.0


def _mulaw(sample: int) -> int:
    """ITU-T G.711."""
    sign = 0x80 if sample < 0 else 0
    size = min(abs(sample), 32_635) + 132
    exponent = max(0, size.bit_length() - 8)
    return ~(sign | exponent << 4 | size >> (exponent + 3) & 0x0F) & 0xFF


def _linear(code: int) -> int:
    code = ~code & 0xFF
    size = ((code & 0x0F) << 3) + 132 << (code >> 4 & 7)
    return (132 - size) if code & 0x80 else (size - 132)


def _alaw(sample: int) -> int:
    sign = 0x80 if sample >= 0 else 0
    size = min(abs(sample), 32_767) >> 3 if sample >= 0 else (min(abs(sample), 32_768) - 1) >> 3
    if size >= 32:
        exponent = size.bit_length() - 5
        return (sign | exponent << 4 | size >> exponent & 0x0F) ^ 0x55
    return (sign | size >> 1) ^ 0x55


_LINEAR = [_linear(code) for code in range(256)]


def _tone(hz: int) -> list[int]:
    return [round(_AMPLITUDE * math.sin(2 * math.pi * hz * n / 8000)) for n in range(SAMPLES)]


MULAW = {hz: bytes(_mulaw(s) for s in _tone(hz)) for hz in (OURS_HZ, STRANGER_HZ)}
"""20 ms by frequency; each frame begins where the last ended."""
ALAW = {hz: bytes(_alaw(s) for s in _tone(hz)) for hz in (OURS_HZ, STRANGER_HZ)}
SILENCE = b"\xff" * SAMPLES


def share(payload: bytes, hz: int) -> float:
    """How much of a µ-law frame's energy is at this frequency, 0 to 1; 0 for silence."""
    samples = [_LINEAR[code] for code in payload]
    energy = sum(s * s for s in samples)
    if energy < len(samples) * 200**2:
        return 0.0
    turn = 2 * math.pi * hz / 8000
    real = sum(s * math.cos(turn * n) for n, s in enumerate(samples))
    imaginary = sum(s * math.sin(turn * n) for n, s in enumerate(samples))
    return 2 * (real * real + imaginary * imaginary) / (len(samples) * energy)


@dataclass(frozen=True, slots=True)
class Heard:
    """One packet that came."""

    at: float
    """When the system took it, seconds of the wall clock: our own slowness is not in it."""
    payload_type: int
    sequence: int
    payload: bytes
    source: Address

    def is_tone(self, hz: int) -> bool:
        return share(self.payload, hz) > 0.5


@dataclass(slots=True)
class Talker:
    """One side's audio: a socket, a numbering, and what came."""

    host: str
    port: int = 0
    to: Address = ("", 0)
    ssrc: int = field(default_factory=lambda: secrets.randbits(32))
    sequence: int = field(default_factory=lambda: secrets.randbits(15))
    timestamp: int = field(default_factory=lambda: secrets.randbits(31))
    sent: int = 0
    heard: list[Heard] = field(default_factory=list)
    sock: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.bind((self.host, self.port))
        self.port = int(self.sock.getsockname()[1])

    @property
    def address(self) -> Address:
        return self.host, self.port

    def packet(self, payload: bytes, payload_type: int = 0, marker: bool = False) -> bytes:
        """The next packet of our numbering."""
        kind = payload_type | (0x80 if marker else 0)
        made = struct.pack("!BBHII", 0x80, kind, self.sequence, self.timestamp, self.ssrc) + payload
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.timestamp = (self.timestamp + SAMPLES) & 0xFFFFFFFF
        return made

    def say(self, payload: bytes = MULAW[OURS_HZ], payload_type: int = 0) -> None:
        self.sock.sendto(self.packet(payload, payload_type), self.to)
        self.sent += 1

    def move(self, host: str | None = None) -> None:
        """Go on from another port (and host), as after a NAT has forgotten us; numbering goes on."""
        old, self.port = self.sock, 0
        self.host = host or self.host
        self.__post_init__()
        old.close()

    def hear(self) -> None:
        """Take what has come."""
        while True:
            try:
                data, extra, _, source = self.sock.recvmsg(2048, 64)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            if len(data) < 12 or 192 <= data[1] <= 223:
                continue
            at = time.time()
            for _, kind, value in extra:
                if kind == _SO_TIMESTAMPNS:
                    seconds, nanoseconds = struct.unpack("qq", value)
                    at = seconds + nanoseconds / 1e9
            number = int.from_bytes(data[2:4], "big")
            self.heard.append(Heard(at, data[1] & 0x7F, number, data[12:], (source[0], source[1])))

    def tones(self, hz: int) -> int:
        """Frames that came with this tone."""
        return sum(packet.is_tone(hz) for packet in self.heard)

    def close(self) -> None:
        self.sock.close()


@dataclass(slots=True)
class Part:
    """What one talker does in a stretch of time."""

    talker: Talker
    payload: bytes = MULAW[OURS_HZ]
    payload_type: int = 0
    silent: bool = False
    """It only hears."""
    packets: int | None = None
    """Says nothing more after so many."""


def talk(parts: Sequence[Part], for_s: float) -> None:
    """All at once, a frame every 20 ms; spread over the 20 ms, so that none waits for another."""
    by_descriptor = {part.talker.sock.fileno(): part.talker for part in parts}
    poll = select.epoll()
    for descriptor in by_descriptor:
        poll.register(descriptor, select.EPOLLIN)
    begun, step = time.monotonic(), FRAME_S / max(1, len(parts))
    left = [part.packets if part.packets is not None else 1 << 30 for part in parts]
    for turn in range(round(for_s / FRAME_S) * len(parts)):
        while (wait := begun + turn * step - time.monotonic()) > 0:
            for descriptor, _ in poll.poll(wait):
                by_descriptor[descriptor].hear()
        number = turn % len(parts)
        part = parts[number]
        if not part.silent and left[number] > 0:
            left[number] -= 1
            part.talker.say(part.payload, part.payload_type)
    end = begun + for_s
    while (wait := end - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(wait):
            by_descriptor[descriptor].hear()
    poll.close()


def listen(parts: Sequence[Talker], for_s: float = 0.4) -> None:
    """What is still on its way."""
    talk([Part(talker, silent=True) for talker in parts], for_s)
