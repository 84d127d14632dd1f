"""A sound that goes on under a call: what a caller hears of the room in which the agent seems to sit.

Pure: a frame of the agent's in, the frame that goes out. All calls share one decoded loop, each from a place
of its own; a frame costs a few microseconds, and in silence nothing but a look at the loop. It is as loud
under the agent's words as beside them: a room does not get quieter when somebody speaks in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES

THINKS_AFTER_MS = 600
"""An agent that owes something and is silent for so long is heard to be at work; most answer before."""
_FULL = 32_767

_RISE = np.linspace(0.0, 1.0, FRAME_SAMPLES, dtype=np.float32)
_FALL = _RISE[::-1].copy()


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A sound that is played over and over, shared by all calls."""

    frames: npt.NDArray[np.int16]
    """[n, 320] at 16 kHz, n at least 1. Never changed."""
    room: np.int16
    """How loud a sample may be that it is added to."""

    @classmethod
    def of(cls, frames: npt.NDArray[np.int16]) -> Loop:
        frames.setflags(write=False)
        return cls(frames, np.int16(_FULL - min(int(np.abs(frames.astype(np.int32)).max()), _FULL)))

    def __len__(self) -> int:
        return len(self.frames)


@dataclass(frozen=True, slots=True)
class BackgroundLoops:
    """What an agent is heard with. None: nothing of that kind."""

    room: Loop | None = None
    """All the time."""
    thinking: Loop | None = None
    """While it thinks, or waits for a tool."""


class Background:
    """Of one call. `under` is called once for each frame that goes out."""

    __slots__ = ("_at", "_owed", "_room", "_thinking", "_typed", "_types")

    def __init__(self, loops: BackgroundLoops, begins: int = 0) -> None:
        """`begins`: any number; calls with different ones begin at different places of the loops."""
        self._room = loops.room
        self._thinking = loops.thinking
        self._at = begins % len(loops.room) if loops.room is not None else 0
        self._typed = begins % len(loops.thinking) if loops.thinking is not None else 0
        self._owed = 0
        """Frames in a row in which the agent owed something and was silent."""
        self._types = False
        """The last frame had some of the thinking sound."""

    def under(self, frame: Frame | None, owes: bool = False) -> Frame | None:
        """What goes out. `frame`: of the agent's, None when it is silent. `owes`: the caller waits for it."""
        if self._thinking is not None:
            frame = self._at_work(frame, owes, self._thinking)
        room = self._room
        if room is None:
            return frame
        at = self._at
        self._at = at + 1 if at + 1 < len(room) else 0
        here: Frame = room.frames[at]
        return here if frame is None else mixed(frame, here, room.room)

    def _at_work(self, frame: Frame | None, owes: bool, thinking: Loop) -> Frame | None:
        self._owed = self._owed + 1 if owes and frame is None else 0
        types, typed = self._owed * FRAME_MS > THINKS_AFTER_MS, self._types
        self._types = types
        if not types and not typed:
            return frame
        sound: Frame = thinking.frames[self._typed]
        self._typed = (self._typed + 1) % len(thinking)
        if types != typed:  # it neither begins nor ends with a click
            sound = (sound * (_RISE if types else _FALL)).astype(np.int16)
        return sound if frame is None else mixed(frame, sound, thinking.room)


def mixed(frame: Frame, under: Frame, room: np.int16) -> Frame:
    """Both at once. What would be too loud saturates: the words are bounded to the `room` that the loop
    leaves them, which costs two thirds of a sum in 32 bits."""
    both = np.minimum(frame, room)
    np.maximum(both, -room, out=both)
    both += under
    return both
