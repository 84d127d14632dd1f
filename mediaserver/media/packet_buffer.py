"""For legs whose audio comes in bursts (WebSocket, TCP): pieces of any length in, 20 ms per tick out.

Pure and without a clock: its time is the ticks, one `pop` each. It never holds more than it may, nor raises
on what comes. A sender that is dry for a moment and one that pauses look alike, so both begin afresh: after
some audio waits, or the first of it has waited for as long.

    EMPTY --push--> FILLING --enough, or long enough--> PLAYING --ran dry--> EMPTY
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from mediaserver.media.arrays import Codes
from mediaserver.media.g711 import PCMA, PCMU, Codec
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_MS, NARROW_PER_MS, SAMPLES_PER_MS

TARGET_MS = 40
"""What waits before playing begins."""
MOST_TARGET_MS = 200
MOST_WAITING_MS = 1_000
"""What is beyond it is dropped, the oldest first."""
SOON_TICKS = 10
"""Audio that comes within this time of running dry was late, not after a pause: more is kept waiting."""
WINDOW_TICKS = 100
"""In each window (2 s) in which more than the target waited all the time a frame is left out: by far enough
for any clock's drift, and too seldom to be heard."""
CALM_WINDOWS = 5
"""After so many of them in a row (10 s) in which more than two frames were never needed, less is kept waiting
again: a network that stood still once must not have every answer late until the call ends."""
FAR_TOO_MUCH_MS = 100
HURRIED_WINDOW_TICKS = 10
"""The window while by so much more than the target waits, as after a connection that stood still: the delay
of a conversation counts for more than a voice that hurries by a tenth for some seconds."""

Sample = TypeVar("Sample", np.int16, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Material(Generic[Sample]):
    """What one sample is."""

    silence: npt.NDArray[Sample]
    """20 ms."""
    per_ms: int
    """Samples."""
    turn: Callable[[npt.NDArray[Sample], npt.NDArray[Sample]], npt.NDArray[Sample]]
    """20 ms that begin as the one frame and end as the other."""


def _turn(one: Frame, other: Frame) -> Frame:
    rise = (np.arange(len(one), dtype=np.float32) + 0.5) / len(one)
    return np.asarray(np.rint(one * (1 - rise) + other * rise), np.int16)


def _g711(law: Codec) -> Material[np.uint8]:
    def turn(one: Codes, other: Codes) -> Codes:
        return law.encode(_turn(law.decode(one), law.decode(other)))

    return Material(np.full(NARROW_PER_MS * FRAME_MS, law.silence, np.uint8), NARROW_PER_MS, turn)


WIDE = Material(np.zeros(SAMPLES_PER_MS * FRAME_MS, np.int16), SAMPLES_PER_MS, _turn)
"""Mono int16 at 16 kHz."""
G711 = {law: _g711(law) for law in (PCMU, PCMA)}
"""Octets at 8 kHz."""


class _BufferState(enum.Enum):
    EMPTY = enum.auto()
    FILLING = enum.auto()
    PLAYING = enum.auto()


class PacketBuffer(Generic[Sample]):
    """One incoming stream."""

    __slots__ = (
        "_calm",
        "_dry_ticks",
        "_first_target",
        "_held",
        "_least",
        "_material",
        "_most",
        "_size",
        "_state",
        "_target",
        "_waited",
        "_window",
        "_window_ticks",
        "dropped",
        "gaps",
        "present",
        "trimmed",
    )

    def __init__(
        self, material: Material[Sample], target_ms: int = TARGET_MS, most_ms: int = MOST_WAITING_MS
    ) -> None:
        self._material: Material[Sample] = material
        self._size = len(material.silence)
        self._first_target = self._target = target_ms * material.per_ms
        self._most = most_ms * material.per_ms
        self._held: npt.NDArray[Sample] = material.silence[:0]
        self._state = _BufferState.EMPTY
        self._waited = 0
        self._dry_ticks = SOON_TICKS
        self._window = 0
        self._window_ticks = WINDOW_TICKS
        self._least = 0
        """Samples that were left behind the frames of this window."""
        self._calm = 0
        """Windows in a row that needed less than is kept."""
        self.present = 0
        """Samples of the last frame that had come; what follows them in it is silence."""
        self.gaps = 0
        """Times that it ran dry and audio came soon after."""
        self.trimmed = 0
        """Frames left out because more waited than needed."""
        self.dropped = 0
        """Samples that were too many."""

    @property
    def waiting_ms(self) -> float:
        return len(self._held) / self._material.per_ms

    @property
    def target_ms(self) -> float:
        """What is kept waiting; it grows with each gap, and shrinks again when none comes."""
        return self._target / self._material.per_ms

    @property
    def missing(self) -> bool:
        """There was audio a moment ago and more may be late: what `pop` did not give is to be concealed."""
        return self._state is not _BufferState.PLAYING and self._dry_ticks < SOON_TICKS

    def push(self, piece: npt.NDArray[Sample]) -> None:
        """The next piece, any length [n]; it is copied."""
        if not len(piece):
            return
        if self._state is _BufferState.EMPTY:
            self._state, self._waited = _BufferState.FILLING, 0
            if self._dry_ticks < SOON_TICKS:
                self.gaps += 1
                self._target = min(self._target + self._size, MOST_TARGET_MS * self._material.per_ms)
        self._held = np.concatenate((self._held, piece))
        over = len(self._held) - self._most
        if over > 0:
            self._held = self._held[over:]
            self.dropped += over

    def pop(self) -> npt.NDArray[Sample] | None:
        """The next 20 ms; None when nothing is to be played. The last piece before a gap is filled up with
        silence."""
        if self._state is _BufferState.PLAYING and not len(self._held):
            self._state, self._dry_ticks = _BufferState.EMPTY, 0
        if self._state is not _BufferState.PLAYING:
            self._dry_ticks += 1
            if self._state is _BufferState.EMPTY:
                return None
            self._waited += 1
            if len(self._held) < self._target and self._waited * FRAME_MS <= self.target_ms:
                return None
            self._state = _BufferState.PLAYING
            self._calm = 0
            self._watch_anew()
        frame = self._held[: self._size]
        self._held = self._held[self._size :]
        self.present = len(frame)
        if self.present < self._size:
            frame = np.concatenate((frame, self._material.silence[self.present :]))
        return self._trim(frame)

    def clear(self) -> None:
        """Forget what waits."""
        self._held = self._held[:0]
        self._state, self._dry_ticks = _BufferState.EMPTY, SOON_TICKS

    def _trim(self, frame: npt.NDArray[Sample]) -> npt.NDArray[Sample]:
        self._least = min(self._least, len(self._held))
        self._window += 1
        if self._window < self._window_ticks:
            return frame
        self._lower_target()
        excess = self._least + self._size - self._target  # as it was before each frame was taken
        self._watch_anew()
        if excess < self._size:
            return frame
        if excess >= FAR_TOO_MUCH_MS * self._material.per_ms:
            self._window_ticks = HURRIED_WINDOW_TICKS
        # This frame turns into the one after it, so that there is no step.
        following, self._held = self._held[: self._size], self._held[self._size :]
        self.trimmed += 1
        return self._material.turn(frame, following)

    def _lower_target(self) -> None:
        spare = self._target > self._first_target and self._least >= 2 * self._size
        self._calm = self._calm + 1 if spare else 0
        if self._calm >= CALM_WINDOWS:
            self._calm = 0
            self._target = max(self._first_target, self._target - self._size)

    def _watch_anew(self) -> None:
        self._window, self._window_ticks, self._least = 0, WINDOW_TICKS, self._most
