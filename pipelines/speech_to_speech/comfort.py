"""What the caller hears while a speech-to-speech model owes something and is silent: a soft signal, again and
again. Words of ours would be in another voice than the model's.

Pure: positions in 16 kHz samples. It must never count as something that the model said.
"""

from __future__ import annotations

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.dead_air import DeadAir, Owed
from pipelines.conversation.signals import NO_SOUND, PATIENCE, over


class Comfort:
    """Of one call. `filler_ms`: so much silence before the first; 0: none ever."""

    def __init__(self, filler_ms: int) -> None:
        self._dead_air = DeadAir(filler_ms, words=False)
        self._signal = NO_SOUND

    def asked(self, t: int, silent: int) -> None:
        """The caller has finished; they have been silent for so many samples."""
        self._dead_air.asked(t, silent)

    def under(self, t: int, frame: Frame | None, owes: bool) -> tuple[Frame | None, bool]:
        """What goes out at `t` for the model's `frame`; whether a signal begins with it. `owes`: the caller
        waits for the model."""
        owed = Owed.THOUGHT if owes and frame is None else Owed.NOTHING
        begins = self._dead_air.tick(t, owed) is not None
        if begins:
            self._signal = PATIENCE
        elif not owes:
            self._signal = NO_SOUND
        if not len(self._signal):
            return frame, False
        sound, self._signal = self._signal[:FRAME_SAMPLES], self._signal[FRAME_SAMPLES:]
        return over(frame, sound), begins
