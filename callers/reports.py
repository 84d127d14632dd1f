"""RTCP of the measuring caller (RFC 3550 section 6.4): what it says of itself, and what it is told."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator

from callers.sound import PACKET

_NTP_EPOCH_S = 2_208_988_800


def sender_report(ssrc: int, timestamp: int, sent: int) -> bytes:
    """A sender report with a CNAME, after so many packets."""
    wall = time.time() + _NTP_EPOCH_S
    name = b"voiceforge-caller"
    sdes = struct.pack("!IBB", ssrc, 1, len(name)) + name + b"\0"
    sdes += b"\0" * (-len(sdes) % 4)
    packet = struct.pack(
        "!BBHIIIIII",
        0x80,
        200,
        6,
        ssrc,
        int(wall),
        int(wall % 1 * 2**32),
        timestamp & 0xFFFFFFFF,
        sent,
        sent * PACKET,
    ) + struct.pack("!BBH", 0x81, 202, len(sdes) // 4)
    return packet + sdes


def reported(data: bytes, ssrc: int) -> Iterator[tuple[int, float]]:
    """Packets lost and jitter in ms, of each report about `ssrc`."""
    at = 0
    while at + 8 <= len(data):
        flags, kind, words = struct.unpack_from("!BBH", data, at)
        end = at + 4 * (words + 1)
        block = at + (28 if kind == 200 else 8)
        for _ in range(flags & 31 if kind in (200, 201) else 0):
            if block + 24 > min(end, len(data)):
                break
            if int.from_bytes(data[block : block + 4]) == ssrc:
                lost = int.from_bytes(data[block + 5 : block + 8], signed=True)
                yield lost, int.from_bytes(data[block + 12 : block + 16]) / 8
            block += 24
        at = end
