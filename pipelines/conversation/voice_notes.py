"""The seam to whoever learns of a caller's voice what no words tell. Off unless an agent wants it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipelines.conversation.agent import Utterance


class VoiceNotes(Protocol):
    """One call's. Returns at once and never raises; what takes time is done elsewhere."""

    def heard(self, samples: npt.NDArray[np.int16]) -> None:
        """The present utterance up to a pause, at most its last 8 s, mono 16 kHz. Again, with more of it,
        when the caller goes on."""

    def noted(self, said: Utterance) -> Utterance:
        """The utterance, over now, with what is known of its voice by now."""

    def go_on_in(self, language: str) -> None:
        """What is said from here on is in this language (BCP 47)."""

    def close(self) -> None:
        """The call is over."""
