"""What can be asked of the recording of a call that is up."""

from __future__ import annotations

import enum


class RecordingStep(enum.StrEnum):
    """What can be asked for."""

    START = "start"
    """Begin one, or go on after a stop."""
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
