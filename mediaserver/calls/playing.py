"""Sound from a file in a call: played once to all, or over and over to one who is on hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mediaserver.media.leg import App, Ended, Frame, Hold, LegEvent, Voice
from mediaserver.media.time import FRAME_SAMPLES

Frames = npt.NDArray[np.int16]
"""Shape (n, 320) at 16 kHz."""


def framed(pcm: npt.NDArray[np.int16]) -> Frames:
    """Mono audio [n] at 16 kHz in whole frames; the last is filled with silence."""
    frames = np.zeros((-(-len(pcm) // FRAME_SAMPLES), FRAME_SAMPLES), np.int16)
    frames.reshape(-1)[: len(pcm)] = pcm
    return frames


class Player:
    """An App that plays once and hears nothing; `done` is called after the last frame."""

    def __init__(self, frames: Frames, done: Callable[[], None]) -> None:
        self._frames = iter(frames)
        self._done: Callable[[], None] | None = done

    def on_frame(self, frame: Frame) -> None: ...

    def next_frame(self, t: int) -> Frame | None:
        frame = next(self._frames, None)
        if frame is None and self._done is not None:
            done, self._done = self._done, None
            done()
        return frame

    def on_event(self, event: LegEvent) -> None: ...


class Looped:
    """An App that plays over and over and hears nothing."""

    def __init__(self, frames: Frames) -> None:
        """`frames`: without any it is silence."""
        self._frames = frames
        self._at = 0

    def on_frame(self, frame: Frame) -> None: ...

    def next_frame(self, t: int) -> Frame | None:
        if not len(self._frames):
            return None
        frame: Frame = self._frames[self._at % len(self._frames)]
        self._at += 1
        return frame

    def on_event(self, event: LegEvent) -> None: ...


class OnHold:
    """Stands before the App of a leg that we hold. The App's time goes on, so that it can be taken up again;
    what it would say goes nowhere, and what the leg says does not reach it."""

    def __init__(self, app: App, music: Frames) -> None:
        """`music`: without frames it is silence."""
        self.app = app
        self._music = Looped(music)

    def on_frame(self, frame: Frame) -> None: ...

    def next_frame(self, t: int) -> Frame | None:
        self.app.next_frame(t)
        return self._music.next_frame(t)

    def on_event(self, event: LegEvent) -> None:
        # The far end's own hold changes nothing while ours lasts; who ends ours knows of it.
        if not isinstance(event, (Voice, Hold)):
            self.app.on_event(event)


class Aside:
    """Stands before the App of an agent that talks to nobody for a while: it hears nothing, says nothing, and
    learns of no key; its time goes on."""

    def __init__(self, app: App, held: bool) -> None:
        """`held`: the far end holds us, or we hold it; `app` knows."""
        self.app = app
        self.held = held

    def on_frame(self, frame: Frame) -> None: ...

    def next_frame(self, t: int) -> Frame | None:
        self.app.next_frame(t)
        return None

    def on_event(self, event: LegEvent) -> None:
        if isinstance(event, Hold):
            self.held = event.held  # it counts when the app is back
        elif isinstance(event, Ended):
            self.app.on_event(event)
