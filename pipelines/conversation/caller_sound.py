"""The sound that the caller makes, frame by frame: whether there is one, how long it lasts, what tells of it.

It must never decide what the sound is: `interruption` does.
"""

from __future__ import annotations

from pipelines.conversation.interruption_model import SoundEvidence
from pipelines.conversation.sound_shape import Shape

ABOVE_FLOOR_DB = 12.0
QUIETEST_DB = -48.0
BELOW_USUAL_DB = 22.0
"""A sound is so far above the noise, not below this, and not so far below the caller's voice."""
ECHO = 0.5
"""A frame is more likely our own voice come back than not (`LineCondition.echo`)."""
USUAL_WEIGHT = 0.3
"""Of the newest utterance in the caller's usual level."""


class CallerSound:
    """Of one call. Levels in dBFS."""

    def __init__(self) -> None:
        self.evidence = SoundEvidence()
        """Of the present sound."""
        self.run = 0
        """Loud frames in a row, ..."""
        self.still = 0
        """... and quiet ones."""
        self.usual: float | None = None
        """The caller's level in what was understood."""
        self._spoken, self._loudness = 0, 0.0
        """Loud frames since the last utterance was over, and the sum of their levels."""

    def frame(self, level: float, floor: float, shape: Shape | None, echo: float) -> bool:
        """One more: its level, the noise floor, and how likely it is our own voice. True: it is loud."""
        lowest = max(floor + ABOVE_FLOOR_DB, QUIETEST_DB)
        if self.usual is not None:
            lowest = max(lowest, self.usual - BELOW_USUAL_DB)
        loud = level > lowest and echo < ECHO
        if loud:
            self.run, self.still = self.run + 1, 0
            self._spoken += 1
            self._loudness += level
            self.evidence.hear(level, floor, self.usual, shape)
        else:
            self.run, self.still = 0, self.still + 1
        self.evidence.frames += 1
        return loud

    def forget(self) -> None:
        """What is heard from now on tells of another sound."""
        self.evidence = SoundEvidence()

    def heard_out(self, understood: bool) -> None:
        """An utterance is over: by one that was `understood` the caller's usual level is known better."""
        if understood and self._spoken:
            level, usual = self._loudness / self._spoken, self.usual
            self.usual = level if usual is None else usual + USUAL_WEIGHT * (level - usual)
        self._spoken, self._loudness = 0, 0.0
