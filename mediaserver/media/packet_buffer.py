"""For wide-band and bursty legs (WebSocket, Opus): 16 kHz audio of any length in, 20 ms per tick out.

Pure and without a clock: its time is the ticks, one `pop` each. It never holds more than it may, nor raises
on what comes. A sender that is dry for a moment and one that pauses look alike, so both begin afresh: after
some audio waits, or the first of it has waited for as long.

    EMPTY --push--> FILLING --enough, or long enough--> PLAYING --ran dry--> EMPTY
"""

from __future__ import annotations

import enum

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS

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

_RISE = (np.arange(FRAME_SAMPLES, dtype=np.float32) + 0.5) / FRAME_SAMPLES


class _State(enum.Enum):
    EMPTY = enum.auto()
    FILLING = enum.auto()
    PLAYING = enum.auto()


class PacketBuffer:
    """One incoming stream of mono int16 at 16 kHz."""

    __slots__ = (
        "_dry_ticks",
        "_held",
        "_least",
        "_most",
        "_state",
        "_target",
        "_waited",
        "_window",
        "dropped",
        "gaps",
        "trimmed",
    )

    def __init__(self, target_ms: int = TARGET_MS, most_ms: int = MOST_WAITING_MS) -> None:
        self._target = target_ms * SAMPLES_PER_MS
        self._most = most_ms * SAMPLES_PER_MS
        self._held: Frame = np.zeros(0, np.int16)
        self._state = _State.EMPTY
        self._waited = 0
        self._dry_ticks = SOON_TICKS
        self._window = 0
        self._least = 0
        self.gaps = 0
        """Times that it ran dry and audio came soon after."""
        self.trimmed = 0
        """Frames left out because more waited than needed."""
        self.dropped = 0
        """Samples that were too many."""

    @property
    def waiting_ms(self) -> float:
        return len(self._held) / SAMPLES_PER_MS

    @property
    def target_ms(self) -> float:
        """What is kept waiting; it grows with each gap."""
        return self._target / SAMPLES_PER_MS

    def push(self, pcm: Frame) -> None:
        """The next piece, any length [n] int16; it is copied."""
        if not len(pcm):
            return
        if self._state is _State.EMPTY:
            self._state, self._waited = _State.FILLING, 0
            if self._dry_ticks < SOON_TICKS:
                self.gaps += 1
                self._target = min(self._target + FRAME_SAMPLES, MOST_TARGET_MS * SAMPLES_PER_MS)
        self._held = np.concatenate((self._held, pcm))
        over = len(self._held) - self._most
        if over > 0:
            self._held = self._held[over:]
            self.dropped += over

    def pop(self) -> Frame | None:
        """The next 20 ms; None when nothing is to be played. The last piece before a gap is filled up with
        silence."""
        if self._state is _State.EMPTY:
            self._dry_ticks += 1
            return None
        if self._state is _State.FILLING:
            self._waited += 1
            if len(self._held) < self._target and self._waited * FRAME_MS <= self.target_ms:
                return None
            self._state = _State.PLAYING
            self._watch_anew()
        frame = self._held[:FRAME_SAMPLES]
        self._held = self._held[FRAME_SAMPLES:]
        if len(frame) < FRAME_SAMPLES:
            frame = np.concatenate((frame, np.zeros(FRAME_SAMPLES - len(frame), np.int16)))
        if not len(self._held):
            self._state, self._dry_ticks = _State.EMPTY, 0
            return frame
        return self._trim(frame)

    def clear(self) -> None:
        """Forget what waits."""
        self._held = self._held[:0]
        self._state, self._dry_ticks = _State.EMPTY, SOON_TICKS

    def _trim(self, frame: Frame) -> Frame:
        self._least = min(self._least, len(self._held))
        self._window += 1
        if self._window < WINDOW_TICKS:
            return frame
        excess = self._least - self._target
        self._watch_anew()
        if excess < FRAME_SAMPLES:
            return frame
        # This frame turns into the one after it, so that there is no step.
        following, self._held = self._held[:FRAME_SAMPLES], self._held[FRAME_SAMPLES:]
        self.trimmed += 1
        return np.rint(frame * (1 - _RISE) + following * _RISE).astype(np.int16)

    def _watch_anew(self) -> None:
        self._window, self._least = 0, self._most
