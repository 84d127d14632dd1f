"""The protocol of voice detectors: one model for all legs."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

VoiceScores = tuple[list[int], list[float]]


class Vad(Protocol):
    """One model for all calls. Implements mediaserver.media.hearing.VoiceDetector."""

    @property
    def chunk_samples(self) -> int:
        """Samples at 16 kHz that it judges at once."""

    def open(self) -> int:
        """A slot for one leg, its state fresh."""

    def close(self, slot: int) -> None: ...

    def reset(self, slot: int) -> None:
        """Forget the past of one slot (in long non-speech Silero under-reports what follows)."""

    def process(self, slots: list[int], frames: npt.NDArray[np.int16]) -> VoiceScores:
        """One 20 ms frame for each slot, shape (N, 320). Returns the rows for which a chunk became
        complete with this frame, and their speech probabilities."""
