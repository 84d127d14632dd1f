"""Audio by its place on the sender's time line: octets, and which of them are there.

One octet is one sample (G.711), so that a place is an RTP timestamp (extended, never wrapping) and
reordering and odd packet lengths need no special cases. It must never decide what is late or lost.
"""

from __future__ import annotations

from mediaserver.media.time import NARROW_SAMPLES

RING = 4_096
MASK = RING - 1
LAST_START = RING - NARROW_SAMPLES
"""Where in the ring a frame may begin without wrapping around."""
WHOLE = bytes([1]) * NARROW_SAMPLES
"""A frame of which all is there."""
NONE = bytes(NARROW_SAMPLES)

_ONES = bytes([1]) * RING
_ZEROS = bytes(RING)


class OctetRing:
    """The last half second. `octets` and `known` (1: it is there) are open to who must be fast."""

    __slots__ = ("known", "octets")

    def __init__(self) -> None:
        self.octets = bytearray(RING)
        self.known = bytearray(RING)

    def store(self, position: int, payload: bytes) -> None:
        size = len(payload)
        at = position & MASK
        end = at + size
        if end <= RING:
            self.octets[at:end] = payload
            self.known[at:end] = _ONES[:size]
        else:
            cut = RING - at
            self.octets[at:] = payload[:cut]
            self.known[at:] = _ONES[:cut]
            self.octets[: end - RING] = payload[cut:]
            self.known[: end - RING] = _ONES[: end - RING]

    def take(self, position: int) -> tuple[bytes, bytes]:
        """A frame and its marks, which are forgotten."""
        at = position & MASK
        end = at + NARROW_SAMPLES
        if end <= RING:
            octets, known = self.octets[at:end], self.known[at:end]
        else:
            octets = self.octets[at:] + self.octets[: end - RING]
            known = self.known[at:] + self.known[: end - RING]
        self.forget(position, NARROW_SAMPLES)
        return bytes(octets), bytes(known)

    def octets_at(self, position: int) -> bytes:
        """A frame, whatever of it is there; it stays."""
        at = position & MASK
        end = at + NARROW_SAMPLES
        if end <= RING:
            return bytes(self.octets[at:end])
        return bytes(self.octets[at:] + self.octets[: end - RING])

    def lend(self, position: int, size: int) -> bytes | None:
        """So many octets (whole frames), which are forgotten here; None when one is missing, or a frame lies
        across the ring's end."""
        start = position & MASK
        at = [(start + i) & MASK for i in range(0, size, NARROW_SAMPLES)]
        if any(i > LAST_START or not self.known.startswith(WHOLE, i) for i in at):
            return None
        audio = b"".join([self.octets[i : i + NARROW_SAMPLES] for i in at])
        self.forget(position, size)
        return audio

    def forget(self, position: int, size: int) -> None:
        at = position & MASK
        end = at + size
        self.known[at : min(end, RING)] = _ZEROS[: min(end, RING) - at]
        if end > RING:
            self.known[: end - RING] = _ZEROS[: end - RING]

    def clear(self) -> None:
        self.known[:] = _ZEROS
