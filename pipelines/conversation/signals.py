"""Sounds that tell without words what is going on: for a voice that is dead, and for languages without words.

Made once, 16 kHz. They must never resemble a tone of the telephone network, nor a key.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE, SAMPLES_PER_MS

SWELL_SAMPLES = 15 * SAMPLES_PER_MS
"""Each note swells and dies so softly."""
_FULL = 32_767


def _notes(hertz: Sequence[float], note_ms: int, rest_ms: int, level_db: float) -> Frame:
    """Notes after one another, at a level in dBFS (of the peak)."""
    count = note_ms * SAMPLES_PER_MS
    swell = np.minimum(1.0, np.minimum(np.arange(count), np.arange(count)[::-1]) / SWELL_SAMPLES)
    rest = np.zeros(rest_ms * SAMPLES_PER_MS)
    sound: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    for pitch in hertz:
        note = np.sin(np.arange(count) * (2 * np.pi * pitch / SAMPLE_RATE)) * swell
        sound += [note * (_FULL * 10 ** (level_db / 20)), rest]
    return np.asarray(np.concatenate(sound[:-1]), dtype=np.int16)


NO_SOUND: Frame = np.zeros(0, dtype=np.int16)
PATIENCE = _notes((523.3, 659.3), 120, 60, -30.0)
"""Two soft rising notes: it goes on, a moment please."""
TROUBLE = _notes((659.3, 523.3, 392.0), 180, 40, -22.0)
"""Three falling notes: something is broken, and no more will be said."""
BEEP = _notes((1000.0,), 300, 0, -18.0)
"""Speak after the tone. No network has a tone like it, and it is no key."""


def faded(sound: Frame) -> Frame:
    """The end of a sound that is stopped here: 10 ms of it, dying away."""
    end = sound[: 10 * SAMPLES_PER_MS]
    return np.asarray(end * np.linspace(1.0, 0.0, len(end)), dtype=np.int16)


def over(frame: Frame | None, sound: Frame) -> Frame:
    """A sound of at most a frame over whatever is played."""
    mixed = np.zeros(FRAME_SAMPLES, dtype=np.int32) if frame is None else frame.astype(np.int32)
    mixed[: len(sound)] += sound
    return np.asarray(np.clip(mixed, -_FULL, _FULL), dtype=np.int16)
