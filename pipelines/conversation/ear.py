"""The caller's current utterance: its states and what moves it. See `turn` for the theory of operation."""

from __future__ import annotations

import enum


class Ear(enum.StrEnum):
    """The caller's current utterance."""

    QUIET = "quiet"
    HEARING = "hearing"
    WAITING = "waiting"
    HELD = "held"


class Sound(enum.StrEnum):
    """What moves the ear."""

    ONSET = "onset"
    PAUSE = "pause"
    AGAIN = "again"
    """Speech went on after a pause."""
    FINAL = "final"
    LOST = "lost"
    """The recogniser failed, and failed again."""
    OVER = "over"
    """The utterance is decided upon, or of no interest."""


EAR: dict[tuple[Ear, Sound], Ear] = {
    (Ear.QUIET, Sound.ONSET): Ear.HEARING,
    (Ear.HEARING, Sound.PAUSE): Ear.WAITING,
    (Ear.HEARING, Sound.FINAL): Ear.HEARING,
    (Ear.HEARING, Sound.LOST): Ear.HELD,
    (Ear.WAITING, Sound.AGAIN): Ear.HEARING,
    (Ear.WAITING, Sound.FINAL): Ear.HELD,
    (Ear.HELD, Sound.AGAIN): Ear.HEARING,
    **{(ear, Sound.OVER): Ear.QUIET for ear in Ear},
}
