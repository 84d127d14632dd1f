"""The server's time: the frame, the two sample rates, samples against nanoseconds, and arithmetic on counters
that wrap. Written once, here; pure numbers that read no clock.

Times are integer nanoseconds of any one monotonic clock. "Narrow" is the telephone's 8 kHz.
"""

from __future__ import annotations

SAMPLE_RATE = 16_000
"""Hz of all live audio inside the server."""
NARROW_RATE = 8_000
"""Hz of telephone audio (G.711), and the RTP clock of it."""

FRAME_MS = 20
FRAME_NS = FRAME_MS * 1_000_000
FRAME_SAMPLES = SAMPLE_RATE * FRAME_MS // 1_000
"""Samples in a frame: 320."""
NARROW_SAMPLES = NARROW_RATE * FRAME_MS // 1_000
"""Samples in a frame of telephone audio: 160; in G.711 so many octets."""

SECOND_NS = 1_000_000_000
SAMPLES_PER_MS = SAMPLE_RATE // 1_000
NARROW_PER_MS = NARROW_RATE // 1_000
SAMPLE_NS = SECOND_NS // SAMPLE_RATE
"""62.5 µs."""
NARROW_SAMPLE_NS = SECOND_NS // NARROW_RATE
"""125 µs."""

WRAP_16 = 0xFFFF
"""RTP sequence numbers wrap past this; `& WRAP_16` brings a number back into the field."""
WRAP_32 = 0xFFFFFFFF
"""RTP timestamps wrap past this."""
_HALF_32 = 1 << 31


def samples_in(ns: int) -> int:
    """Whole 16 kHz samples in so many ns."""
    return ns // SAMPLE_NS


def ahead_16(number: int, of: int) -> int:
    """Steps forward from `of` to `number`, 0..65535; from the upper half on it is rather behind."""
    return (number - of) & WRAP_16


def ahead_32(number: int, of: int) -> int:
    """Steps forward from `of` to `number`, 0..2**32-1; see `is_behind_32`."""
    return (number - of) & WRAP_32


def is_behind_32(number: int, of: int) -> bool:
    """`number` came before `of`, by the shorter way around the circle."""
    return (number - of) & WRAP_32 >= _HALF_32


def unwrap_32(number: int, near: int) -> int:
    """The number of any size, as near to `near` as can be, whose lower 32 bits are `number`."""
    return near + ((number - near + _HALF_32) & WRAP_32) - _HALF_32


def distance_32(one: int, other: int) -> int:
    """Between two wrapped numbers, the shorter way around the circle."""
    apart = (one - other) & WRAP_32
    return apart if apart < _HALF_32 else WRAP_32 + 1 - apart
