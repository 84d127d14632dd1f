"""Connects two legs: what one says the other hears, one frame later at most.

Each side is an App of its own, so that the clock serves the two legs like any others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from mediaserver.media.leg import Digit, Ended, Frame, LegEvent, Termination

DEPTH_FRAMES = 3
"""More than this waiting means that the two legs drift apart: the oldest frame is dropped."""


class BridgeSide:
    """The App of one of the two legs; `connect` gives it its twin."""

    def __init__(self, on_ended: Callable[[Termination], None], send_digit: Callable[[str], None]) -> None:
        self._on_ended = on_ended
        self._send_digit = send_digit
        self._to_send: deque[Frame] = deque(maxlen=DEPTH_FRAMES)
        self._twin: BridgeSide | None = None

    def connect(self, twin: BridgeSide) -> None:
        self._twin = twin
        twin._twin = self

    def on_frame(self, frame: Frame) -> None:
        if self._twin is not None:
            self._twin._to_send.append(frame)

    def next_frame(self, t: int) -> Frame | None:
        return self._to_send.popleft() if self._to_send else None

    def on_event(self, event: LegEvent) -> None:
        if isinstance(event, Ended):
            self._on_ended(event.termination)
        elif isinstance(event, Digit) and self._twin is not None:
            self._twin._send_digit(event.digit)
