"""What a caller on hold hears when nothing else is configured: a few soft notes, over and over.

It is made here, so that there is no file to ship and nobody's rights to ask for.
"""

from __future__ import annotations

import functools

import numpy as np

from mediaserver.calls.playing import Frames, framed
from mediaserver.media.time import SAMPLE_RATE

NOTE_S = 0.5
LOUDNESS = 900
"""Peak of one note, about -31 dBFS: speech is 10 to 15 dB louder."""
_CHORDS = ((57, 60, 64, 69), (53, 57, 60, 65), (48, 52, 55, 60), (55, 59, 62, 67))
"""MIDI notes: A minor, F, C, G; each played up and down again."""
_FADE_S = 1.6
"""A note has died away to a hundredth after this long."""

SILENCE: Frames = framed(np.zeros(0, np.int16))
"""No music."""


@functools.cache
def hold_music() -> Frames:
    """One round of 16 s. Its end leads into its beginning without a click: notes ring on around it."""
    melody = [chord[step] for chord in _CHORDS for step in (0, 1, 2, 3, 2, 1, 2, 1)]
    spacing = int(NOTE_S * SAMPLE_RATE)
    length = spacing * len(melody)
    ring = np.arange(int(2 * _FADE_S * SAMPLE_RATE)) / SAMPLE_RATE
    shape = np.exp(-ring * (np.log(100) / _FADE_S)) * np.minimum(1, ring / 0.01)
    music = np.zeros(length)
    for at, note in enumerate(melody):
        hz = 440 * 2 ** ((note - 69) / 12)
        tone = np.sin(2 * np.pi * hz * ring) + 0.3 * np.sin(4 * np.pi * hz * ring)
        where = (at * spacing + np.arange(len(ring))) % length
        music[where] += LOUDNESS / 1.3 * shape * tone
    frames = framed(np.rint(music).astype(np.int16))
    frames.setflags(write=False)
    return frames
