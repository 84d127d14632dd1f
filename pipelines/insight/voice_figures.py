"""What is worked out of one utterance's sound, and how it comes from the process that does it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.insight.pitch import pitch_track
from pipelines.insight.prosody import Prosody, prosody_of
from pipelines.insight.speakers import VoiceShape, shape_of_voice


@dataclass(frozen=True, slots=True)
class VoiceWishes:
    """What an agent wants to know of its caller's voice."""

    mood: bool = False
    speakers: bool = False


@dataclass(frozen=True, slots=True)
class VoiceFigures:
    """Of one utterance; None for what nobody asked for, and where there is too little voice."""

    prosody: Prosody | None
    shape: VoiceShape | None
    ms: float
    """Of a processor's time, for the cost."""

    def as_json(self) -> dict[str, Any]:
        shape = self.shape
        return {
            "prosody": asdict(self.prosody) if self.prosody is not None else None,
            "shape": [shape.count, shape.total.tolist(), shape.squares.tolist()] if shape else None,
            "ms": self.ms,
        }

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> VoiceFigures:
        """Raises LookupError, TypeError and ValueError for what `as_json` did not make."""
        prosody, shape = told["prosody"], told["shape"]
        return cls(
            Prosody(**prosody) if prosody is not None else None,
            VoiceShape(int(shape[0]), np.asarray(shape[1]), np.asarray(shape[2])) if shape else None,
            float(told["ms"]),
        )


def figures_of(samples: npt.NDArray[np.int16], wishes: VoiceWishes) -> VoiceFigures:
    """Takes milliseconds: not for the loop's thread."""
    began = time.thread_time()
    track = pitch_track(samples)
    prosody = prosody_of(track) if wishes.mood else None
    shape = shape_of_voice(track) if wishes.speakers else None
    return VoiceFigures(prosody, shape, (time.thread_time() - began) * 1000)
