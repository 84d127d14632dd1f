"""What a contest of the floor may be in, what moves it, and what comes of it: the words and the table of
`interruption`, which says what they mean."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ContestOutcome(enum.StrEnum):
    """What a contest came to."""

    TAKEN = "taken"
    """The caller has the floor."""
    BACKCHANNEL = "backchannel"
    """The caller only showed that he listens; the agent went on."""
    NOISE = "noise"
    RESUMED = "resumed"
    """The agent fell silent over a voice of which nothing came."""


class ContestPhase(enum.StrEnum):
    """A contest."""

    CALM = "calm"
    DUCKED = "ducked"
    PAUSED = "paused"
    PASSED = "passed"
    """It was decided to be none; the sound goes on."""
    BARRED = "barred"


class Sign(enum.StrEnum):
    """What moves it."""

    SOUND = "sound"
    DOUBT = "doubt"
    PATIENCE = "patience"
    NOTHING = "nothing"
    QUIET = "quiet"
    OVER = "over"
    BAR = "bar"
    FREE = "free"


CONTEST: dict[tuple[ContestPhase, Sign], ContestPhase] = {
    (ContestPhase.CALM, Sign.SOUND): ContestPhase.DUCKED,
    (ContestPhase.CALM, Sign.DOUBT): ContestPhase.PAUSED,
    (ContestPhase.DUCKED, Sign.DOUBT): ContestPhase.PAUSED,
    (ContestPhase.PAUSED, Sign.PATIENCE): ContestPhase.DUCKED,
    (ContestPhase.DUCKED, Sign.NOTHING): ContestPhase.PASSED,
    (ContestPhase.PAUSED, Sign.NOTHING): ContestPhase.PASSED,
    (ContestPhase.PASSED, Sign.SOUND): ContestPhase.DUCKED,
    (ContestPhase.PASSED, Sign.DOUBT): ContestPhase.PAUSED,
    (ContestPhase.PASSED, Sign.QUIET): ContestPhase.CALM,
    **{(phase, Sign.OVER): ContestPhase.CALM for phase in ContestPhase if phase is not ContestPhase.BARRED},
    **{(phase, Sign.BAR): ContestPhase.BARRED for phase in ContestPhase},
    (ContestPhase.BARRED, Sign.FREE): ContestPhase.CALM,
}
UNDECIDED = frozenset({ContestPhase.DUCKED, ContestPhase.PAUSED})


class ContestStep(enum.Enum):
    """What is to be done about playout, short of a decision."""

    DUCK = "duck"
    PAUSE = "pause"
    GO_ON = "go on"
    """Ducked."""
    SPOT = "spot"
    """The recogniser is to be asked whether it is a word that only shows listening."""


@dataclass(frozen=True, slots=True)
class ContestFigures:
    """How fast a contest was dealt with, in ms from the first frame of its sound."""

    duck_ms: float
    """To the duck."""
    decision_ms: float
    """To the decision."""
