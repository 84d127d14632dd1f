"""20 ms frames between PJSIP's media thread and the media clock, which tick apart from each other."""

from __future__ import annotations

from collections import deque

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES

DEPTH = 5
"""Frames (100 ms): whoever is further behind loses the oldest."""
CUSHION = 2
"""Frames that have to be there before the first is given out, and again after it ran dry: two clocks that
tick alike and not together would else run dry at each hiccup."""


class FrameQueue:
    """One side puts, the other takes, each on its own thread and neither waits: a deque's append and popleft
    are atomic."""

    def __init__(self) -> None:
        self._frames: deque[Frame] = deque(maxlen=DEPTH)
        self._flows = False
        self.put_samples = 0
        """At 16 kHz, since the first."""
        self.taken_samples = 0
        """The same; what was dropped is not among them."""

    def put(self, frame: Frame) -> None:
        self._frames.append(frame)
        self.put_samples += FRAME_SAMPLES

    def take(self) -> Frame | None:
        """The next frame in its turn; None while there is none to give."""
        if not self._flows and len(self._frames) < CUSHION:
            return None
        try:
            frame = self._frames.popleft()
        except IndexError:
            self._flows = False
            return None
        self._flows = True
        self.taken_samples += FRAME_SAMPLES
        return frame

    def clear(self) -> None:
        self._frames.clear()
        self._flows = False
