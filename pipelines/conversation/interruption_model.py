"""How likely it is that a sound is somebody speaking, and that it is no more than a murmur ("mhm").

Two logistic models over what the frame path knows of the sound after a quarter of a second, or at its end
when that comes first. Pure. It must never know words: where the recogniser's tell, they are asked before it.

The coefficients were fitted by tests/load/interruption_fit.py; see there for the sounds and what is reached.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pipelines.conversation.sound_shape import Shape

UNKNOWN_USUAL_DB = 0.0


@dataclass(slots=True)
class SoundEvidence:
    """What was gathered of one sound while it lasts. Levels in dB."""

    frames: int = 0
    loud: int = 0
    """Frames well above the noise floor."""
    over_floor: float = 0.0
    """Sums over the loud frames: dB above the noise floor, ..."""
    over_usual: float = 0.0
    """... above the level at which this caller speaks (0 while that is not known), ..."""
    level: float = 0.0
    level_squared: float = 0.0
    chunks: int = 0
    probability: float = 0.0
    """Sum of the voice detector's."""
    likeliest: float = 0.0
    shapes: list[Shape] = field(default_factory=list)
    """Of the loud frames."""

    def hear(self, level: float, floor: float, usual: float | None, shape: Shape | None) -> None:
        """A loud frame."""
        self.loud += 1
        self.over_floor += min(40.0, level - floor)
        self.over_usual += UNKNOWN_USUAL_DB if usual is None else min(10.0, max(-30.0, level - usual))
        self.level += level
        self.level_squared += level * level
        if shape is not None:
            self.shapes.append(shape)

    def voice(self, probability: float) -> None:
        """A chunk of the voice detector."""
        self.chunks += 1
        self.probability += probability
        self.likeliest = max(self.likeliest, probability)

    def features(self) -> list[float]:
        """By FEATURES; what is not known is as usual in speech."""
        loud = max(1, self.loud)
        mean = self.level / loud
        spread = math.sqrt(max(0.0, self.level_squared / loud - mean * mean))
        shapes = self.shapes
        count = len(shapes)
        moves = [b.moved(a) for a, b in zip(shapes, shapes[1:], strict=False)]
        return [
            1.0,
            self.probability / self.chunks if self.chunks else 0.9,
            self.likeliest if self.chunks else 0.9,
            min(self.loud, 15) / 10.0,
            self.over_floor / loud / 10.0,
            self.over_usual / loud / 10.0,
            spread / 10.0,
            sum(s.harmonic for s in shapes) / count if count else 0.7,
            sum(s.low for s in shapes) / count if count else 0.5,
            sum(s.high for s in shapes) / count if count else 0.15,
            sum(s.pure for s in shapes) / count if count else 0.4,
            sum(moves) / len(moves) if moves else 0.2,
        ]


FEATURES = (
    "one",
    "mean probability",
    "likeliest",
    "loud frames / 10",
    "over floor / 10 dB",
    "over usual / 10 dB",
    "spread / 10 dB",
    "harmonic",
    "low",
    "high",
    "pure",
    "moved",
)
# Fitted on flite's four voices and on generated noises, over a telephone line. The first had hums and
# crowds of 3 to 14 voices among them, and moved by 0.5 towards speech: a missed interruption is worse.
SPEECH: tuple[float, ...] = (-10.66, 2.09, 4.25, -1.68, 1.49, 0.65, 3.36, 1.87, 0.6, 2.63, 2.22, -2.1)
MURMUR: tuple[float, ...] = (1.14, -2.78, 0.92, -1.06, -0.77, -1.43, -0.26, -1.39, 3.35, -4.24, 2.74, -1.05)


def speech_odds(evidence: SoundEvidence) -> float:
    """Log odds that it is somebody speaking, murmurs included, and no noise."""
    return _product(SPEECH, evidence)


def murmur_odds(evidence: SoundEvidence) -> float:
    """Log odds that speech is a murmur of somebody who listens: short, nasal, flat, low."""
    return _product(MURMUR, evidence)


def _product(weights: tuple[float, ...], evidence: SoundEvidence) -> float:
    return sum(w * x for w, x in zip(weights, evidence.features(), strict=True))
