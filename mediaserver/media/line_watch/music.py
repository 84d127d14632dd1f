"""Whether it is music that comes: somebody has put us on hold.

A modest judge, after Scheirer and Slaney ("Construction and evaluation of a robust multifeature
speech/music discriminator", 1997): music has no pauses, few quiet frames (theirs: below half of a second's
mean), and holds its pitches from one window to the next; speech has many quiet frames and glides; noise has
no pitches. It goes by many seconds, and knows neither singing without a band nor music behind a voice.
"""

from __future__ import annotations

import numpy as np

from mediaserver.media.line_watch.block import Block

LOUD_DB = -48.0
QUIET_SHARE = 0.2
"""The most quiet frames of a second of music; speech has 0.3 to 0.7."""
PAUSE_DB = 22.0
"""Below a second's loudest frame it is a pause."""
MOST_PAUSES = 0.06
HELD = 0.64
"""The least share of a window's pitches that the next but one has, too: music has 0.7 and more, many voices
at once 0.4 to 0.57, one voice 0.2 to 0.5, noise 0.1 to 0.5 (its lowest bins when it is dark)."""
CREST_DB = 16.0
"""The least height of pitches over what lies between them; noise has about 10."""
_LOWEST, _HIGHEST = 12, 160
"""190 to 2,500 Hz."""
_PITCHES = 5


def is_music(block: Block) -> bool:
    levels = block.levels
    loudest = float(levels.max())
    if loudest < LOUD_DB:
        return False
    if np.count_nonzero(levels < loudest - PAUSE_DB) > MOST_PAUSES * len(levels):
        return False
    heights = 10.0 ** (levels / 20)
    if np.count_nonzero(heights < 0.5 * heights.mean()) > QUIET_SHARE * len(levels):
        return False
    power = block.spectra[:, _LOWEST:_HIGHEST]
    crest = 10 * np.log10((power.max(axis=1) + 1.0) / (np.median(power, axis=1) + 1.0))
    if float(np.median(crest)) < CREST_DB:
        return False
    return _held(power) >= HELD


def _held(power: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    """Of the five highest peaks of each window: the share that the next but one has at the same place."""
    inner = power[:, 1:-1]
    peaks = np.where((inner > power[:, :-2]) & (inner >= power[:, 2:]), inner, 0.0)
    lowest = -np.partition(-peaks, _PITCHES, axis=1)[:, _PITCHES - 1 : _PITCHES]
    top = peaks >= np.maximum(lowest, 1e-6)
    wide = top.copy()
    wide[:, 1:] |= top[:, :-1]
    wide[:, :-1] |= top[:, 1:]
    there = int(np.count_nonzero(top[:-2]))
    return int(np.count_nonzero(top[:-2] & wide[2:])) / there if there else 0.0
