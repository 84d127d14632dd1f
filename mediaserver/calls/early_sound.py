"""What somebody who is rung for a call plays before it answers (an announcement, its own ringing tone),
carried to whom it is rung for.

It must never begin a call: nobody is answered, recorded or charged for by what is heard here.
"""

from __future__ import annotations

from collections import deque

from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import App, Frame, Leg, LegEvent

MOST_FRAMES = 5
"""That wait for whom they are for, whose ticks come at another time; older ones are dropped (100 ms)."""


class Overhearing:
    """The App of the leg that is rung. It hears nothing of us."""

    def __init__(self) -> None:
        self.frames: deque[Frame] = deque(maxlen=MOST_FRAMES)

    def on_frame(self, frame: Frame) -> None:
        self.frames.append(frame)

    def next_frame(self, t: int) -> Frame | None:
        return None

    def on_event(self, event: LegEvent) -> None: ...


class Relay:
    """An App that says what another leg says, and hears nothing."""

    def __init__(self, frames: deque[Frame]) -> None:
        self._frames = frames

    def on_frame(self, frame: Frame) -> None: ...

    def next_frame(self, t: int) -> Frame | None:
        return self._frames.popleft() if self._frames else None

    def on_event(self, event: LegEvent) -> None: ...


class EarlySound:
    """Of one call: the last leg that began to play is the one that is heard."""

    def __init__(self, clock: MediaClock) -> None:
        self._clock = clock
        self._leg: Leg | None = None
        self._heard = Overhearing()

    @property
    def playing(self) -> bool:
        return self._leg is not None

    def begin(self, leg: Leg) -> None:
        """This leg plays something, and is not answered."""
        self.end()
        self._leg, self._heard = leg, Overhearing()
        self._clock.attach(leg, self._heard)

    def relay(self) -> App:
        """Says what is heard."""
        return Relay(self._heard.frames)

    def end(self, leg: Leg | None = None) -> bool:
        """It was answered, or is over; None: whoever plays. Whether it was heard until now."""
        if self._leg is None or (leg is not None and leg is not self._leg):
            return False
        self._clock.detach(self._leg)
        self._leg = None
        return True
