"""The caller's current utterance: its states and what moves it. See `endpointing` for how it works."""

from __future__ import annotations

import enum


class EarState(enum.StrEnum):
    """The caller's current utterance."""

    QUIET = "quiet"
    HEARING = "hearing"
    WAITING = "waiting"
    HELD = "held"
    LINGERING = "lingering"
    """It was taken for finished; speech that begins soon belongs to it."""


FOLLOWED = frozenset({EarState.HEARING, EarState.WAITING, EarState.HELD})
"""The caller has begun to speak, and it is not decided what it was."""


class Sound(enum.StrEnum):
    """What moves the ear."""

    ONSET = "onset"
    PAUSE = "pause"
    AGAIN = "again"
    """Speech went on after a pause."""
    FINAL = "final"
    LOST = "lost"
    """The recogniser failed, and failed again."""
    TAKEN = "taken"
    """The utterance went to the agent."""
    OVER = "over"
    """The utterance is decided upon, or of no interest."""


EAR: dict[tuple[EarState, Sound], EarState] = {
    (EarState.QUIET, Sound.ONSET): EarState.HEARING,
    (EarState.HEARING, Sound.PAUSE): EarState.WAITING,
    (EarState.HEARING, Sound.FINAL): EarState.HEARING,
    (EarState.HEARING, Sound.LOST): EarState.HELD,
    (EarState.WAITING, Sound.AGAIN): EarState.HEARING,
    (EarState.WAITING, Sound.FINAL): EarState.HELD,
    (EarState.HELD, Sound.AGAIN): EarState.HEARING,
    (EarState.HELD, Sound.TAKEN): EarState.LINGERING,
    (EarState.LINGERING, Sound.ONSET): EarState.HEARING,
    **{(ear, Sound.OVER): EarState.QUIET for ear in EarState},
}
