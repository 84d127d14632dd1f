"""How loud the voices behind a caller get while he says nothing, so that they do not hold his utterance open
when he has finished. Pure.

A voice detector hears no difference between a caller and those who talk behind him, or a song; only how loud
they are tells them apart. Nothing is made of single sounds: who is heard now and then is no background.
"""

from __future__ import annotations

from collections import deque

WINDOW = 150
"""Frames (3 s) between utterances that are looked back at."""
OWN_FRAMES = 10
"""The last of them may be the beginning of the caller's own words: an onset is noticed so late."""
SHARE = 0.25
"""Of the frames there must have been a voice in, for it to be a background."""
REACHED = 0.95
"""Of the voiced frames, those that are below what counts: babble swells by 10 dB."""
ABOVE_DB = 3.0

SILENT = -96.0
"""Of a frame without a voice."""


class BackgroundVoices:
    """Of one line."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=WINDOW)

    def hear(self, level: float, voice: bool) -> None:
        """A frame of this level in dBFS while no utterance goes on; `voice`: the detector thinks so."""
        self._levels.append(level if voice else SILENT)

    def reaches(self) -> float | None:
        """The level above which a sound is none of theirs; None: nobody talks there. Asked at an onset."""
        before = list(self._levels)[:-OWN_FRAMES]
        voices = sorted(level for level in before if level > SILENT)
        if len(voices) < SHARE * WINDOW:
            return None
        return voices[int(REACHED * len(voices))] + ABOVE_DB
