"""Noise suppression by WebRTC (pywebrtc-audio), for lines that are noisy and only while they are: it costs
half as much as all else that is done for a call, and a clean line gains nothing by it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import numpy as np

from mediaserver.media.cleaning.line_noise import LineNoise
from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE

log = logging.getLogger(__name__)

ON_DB, OFF_DB = -48.0, -54.0
"""Noise floors in dBFS at which it begins and ends: people talk at -20 to -30."""
LEVEL = 2
"""Of 0 to 3: up to 18 dB. Measured with the recogniser, see docs/benchmarks.md."""

_FADE_IN = (np.arange(FRAME_SAMPLES, dtype=np.float32) + 0.5) / FRAME_SAMPLES


class NoiseSuppressor:
    """Of one line."""

    __slots__ = ("_always", "_floor", "_ns", "_usable")

    def __init__(self, always: bool = False) -> None:
        """`always`: whatever the noise floor."""
        self._always = always
        self._usable = True
        self._ns: Any = None
        """Made while it is noisy."""
        self._floor: LineNoise | None = None
        """Of what is left."""

    def wanted(self, noise_db: float) -> bool:
        """Whether `clean` has something to do on a line with such a floor."""
        return self._ns is not None or ((self._always or noise_db > ON_DB) and self._usable)

    @property
    def left_db(self) -> float | None:
        """The noise floor of what it hands on; None while it does nothing."""
        return self._floor.db if self._floor is not None else None

    def forget(self) -> None:
        """What came so far is of no interest any more."""
        self._ns = self._floor = None

    def clean(self, frame: Frame, noise_db: float, past: Iterable[Frame]) -> Frame:
        """The frame without its noise. `past`: what came before, by which it learns the noise at first."""
        if self._ns is None:
            return self._begin(frame, noise_db, past)
        cleaned: Frame = self._ns.process(frame)
        if noise_db < OFF_DB and not self._always:
            self._ns = self._floor = None
            return faded(cleaned, frame)
        if self._floor is not None:
            self._floor.add(level_db(cleaned))
        return cleaned

    def _begin(self, frame: Frame, noise_db: float, past: Iterable[Frame]) -> Frame:
        try:
            from pywebrtc_audio import NoiseSuppressor as Suppressor  # seldom needed
        except ImportError:
            self._usable = False
            return frame
        self._ns = Suppressor(SAMPLE_RATE, 1, LEVEL)
        self._floor = LineNoise(noise_db)
        self._ns.process(np.concatenate(list(past)))
        return faded(frame, self._ns.process(frame))


def faded(before: Frame, after: Frame) -> Frame:
    """From one to the other within the frame: what is cleaned comes a little later than what is not, and no
    click is to be where they meet."""
    mixed: Frame = (before + (after.astype(np.float32) - before) * _FADE_IN).astype(np.int16)
    return mixed
