"""The seam between what carries audio (SIP, WebRTC, Twilio, tests) and what uses it (agent, echo, bridge).

Everything on this page runs on the event loop's thread; `read`, `write`, `on_frame` and `next_frame` are
plain calls made by the media clock every 20 ms and must neither wait nor touch a socket, file or database.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import FRAME_MS as FRAME_MS
from mediaserver.media.time import FRAME_SAMPLES as FRAME_SAMPLES
from mediaserver.media.time import SAMPLE_RATE as SAMPLE_RATE

Frame: TypeAlias = npt.NDArray[np.int16]
"""Mono audio, shape (320,), int16, 16 kHz. Never changed after it was handed over."""


class EndedBy(enum.StrEnum):
    """Who ended a call."""

    CALLER = "caller"
    AGENT = "agent"
    SERVER = "server"
    NETWORK = "network"


class Why(enum.StrEnum):
    """Why a call ended, in words that a user understands."""

    HANGUP = "hung up"
    COMPLETED = "completed"
    CANCELLED = "cancelled before answer"
    REJECTED = "rejected"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    NOT_FOUND = "no such address"
    MEDIA_TIMEOUT = "no audio arrived"
    SHUTDOWN = "the server was stopped"
    INTERRUPTED = "interrupted"
    UNREACHABLE = "unreachable"
    UNACCEPTABLE = "no common codec"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Termination:
    """How a call ended."""

    by: EndedBy
    why: Why
    code: int | None = None
    """SIP status code or provider code, when one exists."""
    detail: str = ""
    """One more line for people, e.g. the peer's Reason header."""

    def __str__(self) -> str:
        tail = f" ({self.code})" if self.code is not None else ""
        return f"{self.why} by {self.by}{tail}"


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice detector looked at one more chunk of this leg."""

    t: int
    """Position just after the chunk, in 16 kHz samples since the leg's first frame."""
    probability: float
    """That the chunk is speech, 0..1."""


@dataclass(frozen=True, slots=True)
class Digit:
    """One DTMF digit was pressed; delivered once per key press."""

    digit: str
    """One of 0-9 * # A-D."""
    t: int
    """Position in 16 kHz samples since the leg's first frame."""
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """The far end put us on hold (`held`) or took us off."""

    held: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The leg is over; the last event of a leg, delivered exactly once."""

    termination: Termination


LegEvent: TypeAlias = Voice | Digit | Hold | Ended


class Leg(Protocol):
    """One party's connection to us."""

    def read(self) -> Frame | None:
        """The next incoming frame; None is a gap. Called by the clock only."""

    def write(self, frame: Frame) -> None:
        """Send one frame. Called by the clock only."""

    def clear(self) -> int:
        """Drop what was written and not yet sent. Returns the number of 16 kHz samples already sent."""

    async def answer(self) -> None:
        """Accept an incoming call."""

    async def hangup(self, why: Termination) -> None:
        """End the leg, or refuse it when it was not answered. Idempotent."""


class App(Protocol):
    """What a call is connected to."""

    def on_frame(self, frame: Frame) -> None:
        """One frame was heard (gaps are concealed before this call)."""

    def next_frame(self, t: int) -> Frame | None:
        """The next frame to send, or None for silence. `t`: position of its first sample since the start."""

    def on_event(self, event: LegEvent) -> None:
        """Something else happened on the leg."""
