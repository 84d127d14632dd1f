"""Who of two people on one line speaks: by the shape of their voices alone, utterance by utterance.

An utterance's voiced windows are one Gaussian of mel cepstra and pitch (what level the line has is left out).
Two utterances are of one speaker unless two Gaussians explain them so much better than one that their further
parameters are paid for: the Bayesian information criterion with its penalty as it stands (Chen and
Gopalakrishnan, "Speaker, environment and channel change detection and clustering via the Bayesian information
criterion", 1998; lambda = 1). Nothing is trained and nothing of a voice is kept beyond the call.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.conversation.agent import Speaker
from pipelines.insight.pitch import Floats, PitchTrack

Matrix = npt.NDArray[np.float64]

LEAST_WINDOWS = 60
"""0.6 s of voice: of less, what is said weighs more than who says it."""
ENOUGH_WINDOWS = 120
"""1.2 s, as much as must be known of a first voice, and of another one beside it, before there are two: short
answers of one person differ as much as two people do."""
SAME = 1.0
"""Times the penalty: below it one Gaussian is the better account."""
ANOTHER = 1.25
"""Above it there is somebody else. Between the two nobody knows: what is there is nobody's model's."""
MOST_SPEAKERS = 2

_BANDS, _CEPSTRA = 22, 16
_LOWEST_HZ, _HIGHEST_HZ = 250.0, 3_500.0
"""What the telephone lets through."""
_RATE, _BINS = 8_000, 513
_FLOOR = 1e-6
_RIDGE = 1e-3
"""Keeps the covariance of a monotone voice from being none."""


def _mel_bands() -> Floats:
    low, high = (2595.0 * np.log10(1.0 + hz / 700.0) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    edges = 700.0 * (10.0 ** (np.linspace(low, high, _BANDS + 2) / 2595.0) - 1.0)
    hz = np.arange(_BINS) * (_RATE / 2 / (_BINS - 1))
    rows = [
        np.clip(np.minimum((hz - a) / (b - a), (c - hz) / (c - b)), 0.0, None)
        for a, b, c in zip(edges, edges[1:], edges[2:], strict=False)
    ]
    return np.asarray(rows, dtype=np.float32).T


_MEL = _mel_bands()
_COSINES = np.asarray(
    [
        [np.cos(np.pi * order * (band + 0.5) / _BANDS) for order in range(1, _CEPSTRA + 1)]
        for band in range(_BANDS)
    ]
) * (2.0 / _BANDS)


@dataclass(frozen=True, slots=True)
class VoiceShape:
    """The statistics of voiced windows, of one utterance or of several."""

    count: int
    total: Matrix
    squares: Matrix
    """Sum of the outer products."""

    def __add__(self, other: VoiceShape) -> VoiceShape:
        return VoiceShape(self.count + other.count, self.total + other.total, self.squares + other.squares)

    @property
    def log_det(self) -> float:
        """Of the covariance."""
        mean = self.total / self.count
        covariance = self.squares / self.count - np.outer(mean, mean)
        return float(np.linalg.slogdet(covariance + _RIDGE * np.eye(len(mean)))[1])

    def unlike(self, other: VoiceShape) -> float:
        """How much better two Gaussians explain both than one, in penalties: 1 is as good."""
        both, size = self + other, len(self.total)
        parameters = 0.5 * (size + 0.5 * size * (size + 1))
        gain = both.count * both.log_det - self.count * self.log_det - other.count * other.log_det
        return 0.5 * gain / (parameters * float(np.log(both.count)))


def shape_of_voice(track: PitchTrack) -> VoiceShape | None:
    """None when there is too little voice."""
    voiced = track.voiced
    if int(voiced.sum()) < LEAST_WINDOWS:
        return None
    cepstra = np.log(track.power[voiced] @ _MEL + _FLOOR) @ _COSINES
    rows = np.column_stack([cepstra, np.log(track.hz[voiced])]).astype(np.float64)
    return VoiceShape(len(rows), rows.sum(axis=0), rows.T @ rows)


class Speakers:
    """The voices of one call, in the order in which they were heard first."""

    def __init__(self) -> None:
        self._known: tuple[VoiceShape, ...] = ()
        self._before: tuple[VoiceShape, ...] = ()
        """As it was before the last utterance."""

    def judge(self, shape: VoiceShape | None, *, amends: bool = False) -> Speaker | None:
        """Whose an utterance is; None: there is too little voice in it. `amends`: it takes the place of the
        one before."""
        known = self._before if amends else self._known
        self._before = self._known = known
        if shape is None:
            return None
        if not known:
            self._known = (shape,)
            return Speaker(1, 0.5)
        unlike = [each.unlike(shape) for each in known]
        nearest = int(np.argmin(unlike))
        if unlike[nearest] > ANOTHER and len(known) < MOST_SPEAKERS and shape.count >= ENOUGH_WINDOWS:
            self._known = (*known, shape)
            return Speaker(len(self._known), _share(unlike[nearest] - SAME))
        margin = min((value for at, value in enumerate(unlike) if at != nearest), default=ANOTHER)
        margin -= unlike[nearest]
        young = len(known) == 1 and known[0].count < ENOUGH_WINDOWS
        if unlike[nearest] < (ANOTHER if young else SAME):
            self._known = tuple(each + shape if at == nearest else each for at, each in enumerate(known))
        return Speaker(nearest + 1, _share(margin) if unlike[nearest] < ANOTHER else 0.0)


def _share(margin: float) -> float:
    """Of certainty: half a penalty's margin is as sure as it gets."""
    return round(min(1.0, max(0.0, margin / 0.5)), 2)
