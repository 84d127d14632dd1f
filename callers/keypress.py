"""Keys as the measuring caller sends them: RFC 4733 events, a packet per 20 ms."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from callers.sound import PACKET

DIGITS = "0123456789*#ABCD"


@dataclass(frozen=True, slots=True)
class KeyPacket:
    """One packet of a keypress, section 2.5.1."""

    code: int
    duration: int
    """Ticks of 8 kHz since the press."""
    end: bool
    marker: bool

    def __bytes__(self) -> bytes:
        return struct.pack("!BBH", self.code, 0x80 * self.end | 10, self.duration)


def keypresses(digits: str, press_ms: int = 100, pause_ms: int = 100) -> Iterator[KeyPacket | None]:
    """Three end packets each, and None for every packet of the pause. Raises ValueError on other keys."""
    held = max(1, press_ms // 20)
    for digit in digits.upper():
        code = DIGITS.index(digit)
        for step in range(held + 3):
            yield KeyPacket(code, PACKET * min(step + 1, held), step >= held, step == 0)
        yield from [None] * max(1, pause_ms // 20)
