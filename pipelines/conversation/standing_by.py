"""A time in which an agent says nothing and listens to nobody. See `agent`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.conversation.taking_messages import KEYS

MOST_S = 600.0


@dataclass(frozen=True, slots=True, eq=False)
class StandBy:
    """Say nothing and listen to nobody for so long, once what was said is heard; the last act of a reply.
    The caller is not told that it takes long. It ends in a `StoodBy`, or in the `Pressed` of one of `keys`.
    To be silent and listen there is `Listen.silence_ms`."""

    seconds: float
    keys: str = ""
    """Keys that end it. Others count for nothing."""
    sound: npt.NDArray[np.int16] | None = None
    """16 kHz mono, any length: heard meanwhile, over and over; None: silence, or the agent's background."""

    def __post_init__(self) -> None:
        """Raises ValueError, TypeError: the agent is to hear of its mistake, not the caller."""
        if not 0 < self.seconds <= MOST_S:
            raise ValueError(f"an agent stands by for up to {MOST_S:g} s, not {self.seconds:g}")
        if wrong := sorted(set(self.keys) - set(KEYS)):
            raise ValueError(f"{wrong[0]!r} is no key: they are {KEYS}")
        if self.sound is not None and self.sound.dtype != np.int16:
            raise TypeError(f"a sound is of int16 samples, not of {self.sound.dtype}")


@dataclass(frozen=True, slots=True)
class StoodBy:
    """The time of `StandBy` is over."""
