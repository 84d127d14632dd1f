"""How one caller pauses inside what he says, learnt as the call goes on.

Pure. People differ more than questions do: one rests half a second between the words of a date, another
never. Each pause after which speech went on is counted; a row of usual ones stands in for those not heard
yet. What comes out stretches or shortens the waits, within bounds: one odd pause does a little, eight count
fully.
"""

from __future__ import annotations

from collections import deque

USUAL_MS = (140, 160, 190, 220, 260, 320, 400, 500)
"""Pauses inside an answer where nothing is known of the caller: about log-normal around a quarter of a
second. Campione and Véronis (Speech Prosody 2002) find the silent pauses of five languages to be log-normal,
with short ones below 200 ms and most of the others between 200 and 1,000."""
LEAST, MOST = 0.8, 1.6
"""Bounds of `stretch`."""
RANK = 6
"""Of eight pauses in order, the one that decides, from 0: one in eight may be longer."""


class Pauses:
    """Of one caller."""

    def __init__(self) -> None:
        self._heard: deque[int] = deque(USUAL_MS, maxlen=len(USUAL_MS))

    def paused(self, ms: int) -> None:
        """After so long a pause the same utterance went on."""
        self._heard.append(ms)

    @property
    def stretch(self) -> float:
        """By how much to wait longer than usual."""
        return min(max(sorted(self._heard)[RANK] / USUAL_MS[RANK], LEAST), MOST)
