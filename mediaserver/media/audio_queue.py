"""Audio that a client sends faster than it is heard (a file, a finished recording): all of it is heard in its
order, at the pace of the clock.

For live audio there is `PacketBuffer`, which forgets what is late. Pure and without a clock: its time is the
ticks, one `pop` each. What is too much is refused, the newest: a beginning without its end makes more sense
than the opposite, and who sent it is told.
"""

from __future__ import annotations

import numpy as np

from mediaserver.media.arrays import Pcm

PATIENCE_TICKS = 3
"""A rest that is shorter than a frame waits so long for more."""
_OCTETS = 2
"""Of a sample."""


class AudioQueue:
    """One incoming stream. `frame`: samples of 20 ms; `most`: samples that it holds."""

    __slots__ = ("_frame", "_held", "_most", "_waited")

    def __init__(self, frame: int, most: int) -> None:
        self._frame = frame
        self._most = most
        self._held = bytearray()  # one block, however small the pieces are that come
        self._waited = 0

    @property
    def waiting(self) -> int:
        """Samples."""
        return len(self._held) // _OCTETS

    @property
    def full(self) -> bool:
        return self.waiting >= self._most

    def push(self, piece: Pcm) -> int:
        """The next piece, any length [n]; it is copied. Returns how many of its last samples were refused."""
        taken = piece[: max(0, self._most - self.waiting)]
        if len(taken):
            self._held += taken.tobytes()
            self._waited = 0
        return len(piece) - len(taken)

    def pop(self) -> Pcm | None:
        """The next 20 ms, the last of them filled up with silence; None: nothing is there."""
        waiting = self.waiting
        if not waiting:
            return None
        if waiting < self._frame and self._waited < PATIENCE_TICKS:
            self._waited += 1
            return None
        octets = self._frame * _OCTETS
        frame = np.frombuffer(bytes(self._held[:octets]).ljust(octets, b"\0"), np.int16)
        del self._held[:octets]
        return frame

    def keep(self, samples: int) -> None:
        """Of what waits the first so many samples; the rest is forgotten."""
        del self._held[samples * _OCTETS :]
        self._waited = 0
