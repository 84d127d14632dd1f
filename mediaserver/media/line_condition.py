"""What is known of a caller's line, and the seam of what cleans it: our own echo off, noise down.

Whoever cleans writes the condition frame by frame; turn-taking, recognition and the hearing report read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from mediaserver.media.leg import Frame

USUAL_NOISE_DB = -65.0
"""In dBFS, of a line of which nothing is known yet."""


@dataclass(slots=True)
class LineCondition:
    """Of one leg, as of its last frame. Levels in dBFS (0 is a full-scale square wave)."""

    level_db: float = -96.0
    """Of the last frame, as it came."""
    noise_db: float = USUAL_NOISE_DB
    """The noise floor: what is there when nobody speaks, on the average of seconds."""
    left_db: float = USUAL_NOISE_DB
    """The noise floor of what is handed on: lower, where noise is suppressed."""
    echo: float = 0.0
    """0..1: how likely what is in the last frame is our own voice come back. 0 while we are silent."""
    suspect: bool = False
    """What is heard may be our own voice, and a few frames more will tell: not to be taken for speech yet. On
    a line that gives none back that is over 80 ms after the caller began to talk over us."""
    echo_ms: int = 0
    """How much of all that was heard so far was mostly that. Its growth over an utterance, by the utterance's
    length, is the share of us in it."""
    echo_loss_db: float | None = None
    """Echo return loss: how much lower our voice comes back than it went out; None: none came back so far."""
    echo_delay_ms: float | None = None
    """How much later it comes back than it was handed to the leg."""


class Cleaner(Protocol):
    """Of one leg; both methods are plain cheap calls of the media clock, once a frame each, `hear` first."""

    @property
    def condition(self) -> LineCondition: ...

    @property
    def raw(self) -> Frame:
        """The last frame as it came, for whoever keeps what was really heard."""

    @property
    def resting(self) -> bool:
        """No frame came since `rest`: what the condition and `raw` say is old."""

    def hear(self, frame: Frame) -> Frame:
        """What came, cleaned, for the voice detector and the app; the frame itself when there is nothing to
        clean."""

    def spoke(self, frame: Frame | None) -> None:
        """What goes out to the far end after it; None is silence."""

    def rest(self) -> None:
        """The leg has another app for now, or was on hold: what comes later does not go on from what came
        last."""

    def close(self) -> None:
        """The call is over: give back what others may need."""


@runtime_checkable
class WantsCleaned(Protocol):
    """An app that wants the caller cleaned; others (bridges, echo) get the frames as they come."""

    @property
    def cleaner(self) -> Cleaner | None: ...
