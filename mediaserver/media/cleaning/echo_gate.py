"""What is done about an echo where no canceller is (yet): frames that are no louder than our own voice would
come back are taken down to the noise floor; louder ones are somebody who talks over it, and pass.
"""

from __future__ import annotations

from mediaserver.media.leg import Frame

MARGIN_DB = 6.0
"""An echo is now and then so much louder than its average."""
FADE_DB = 2.5
"""Per frame: a room of 0.5 s dies away so fast."""
STEP = 0.03
"""Of the way to what a single frame shows of the loss."""
MOST_LOSS_DB = 60.0


class EchoGate:
    """Of one line whose echo's delay is known. Levels in dBFS."""

    __slots__ = ("due_db", "loss_db")

    def __init__(self, loss_db: float) -> None:
        self.loss_db = loss_db
        """How much lower our voice comes back than it went out."""
        self.due_db = -96.0
        """What went out and should be heard now, with what hangs over from before."""

    def expect(self, level: float) -> None:
        """Of what went out so long ago that its echo comes now; once a frame."""
        self.due_db = max(level, self.due_db - FADE_DB)

    def holds(self, level: float) -> bool:
        """Whether what is heard is no more than echo."""
        return level <= self.due_db - self.loss_db + MARGIN_DB

    def learn(self, level: float) -> None:
        """This was an echo and nothing else."""
        if self.due_db > -50.0:  # the loudest parts tell most, and the fading ones little
            loss = min(max(self.due_db - level, -10.0), MOST_LOSS_DB)
            self.loss_db += STEP * (loss - self.loss_db)


def hushed(frame: Frame, level: float, to_db: float) -> Frame:
    """The frame, no louder than that."""
    if level <= to_db:
        return frame
    quiet: Frame = (frame * 10.0 ** ((to_db - level) / 20.0)).astype(frame.dtype)
    return quiet
