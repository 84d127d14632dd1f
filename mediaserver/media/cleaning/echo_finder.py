"""Finds out whether a line gives our own voice back, and how late: cheap enough to be asked only while both
sides sound, and sure enough to tell a caller who talks over us from an echo.

Generalised cross-correlation with phase transform (Knapp and Carter, 1976), in blocks, so that every delay up
to `MOST_MS` is looked at: what is heard, under a Hann window of 40 ms, against all that went out before, both
with the magnitudes of their spectra taken away. The window matters: without it two voices correlate by their
pitch alone. Pure: frames in, a delay out. It must never decide what is done about an echo.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE

DELAYS = 34
"""Frames of delay that are looked at."""
MOST_MS = 20 * DELAYS
_NEAR = 2
"""Frames of what is heard that are compared at once."""
_BLOCK = (_NEAR + 1) * FRAME_SAMPLES
_LOW, _HIGH = math.ceil(300 * _BLOCK / SAMPLE_RATE), 3_200 * _BLOCK // SAMPLE_RATE
"""The telephone's band, in bins."""
_POINTS = 2 * _HIGH
"""Of the correlation: at twice the highest frequency."""
_LAGS = _POINTS // (_NEAR + 1)
"""Of those, the ones that one frame of delay is made of; the others wrap around."""
LAG_SAMPLES = FRAME_SAMPLES / _LAGS
FORGET = 0.92
"""What is left of the evidence per frame: it lasts for about a quarter of a second."""
FAR_WHITE = 0.8
"""How much of what went out is whitened: a little is left, for where it was strong its echo is above the
noise. Faint echoes are found in half the time by it; with less, voices correlate by their pitch again."""
LEAST_POWER = 20.0
"""Mean square of a frame below which it holds nothing to compare (-77 dBFS)."""

DOUBTFUL = 5.0
"""Height of the peak over the spread of the rest that means nothing: of some 800 delays one is as high."""
ENOUGH = 20.0
"""What the heights above that have to come to, as long as the peak stays where it is. Unrelated speech, even
of the same voice, came to 14 once in ten minutes; an echo needs 80 ms when loud, 250 when faint."""
PROMISING = 2.0
LEAST_FRAMES = 3
EAGER_FRAMES = 8
"""So many of a stretch of sound are judged one by one, later ones by threes: that costs most."""
UNDECIDED_FRAMES, DOUBTED = 25, 0.25
"""So long (0.5 s) a stretch that is half believed may still turn out to be ours."""
STRETCH_FRAMES = 25
"""Sound after so long a silence (0.5 s) is another stretch."""
PATIENT_FRAMES, ROUND_FRAMES, LOOKED_AT = 150, 60, 15
"""When so many frames have shown nothing (3 s: noise, or somebody who likes to talk over us), only the first
of each round are looked at, until something is promising. A stretch of sound begins with a round."""
GAIN_LIMIT = 1e5
SAME_LAGS = 8
"""Two peaks that lie no further apart (1.3 ms) are the same path."""
ROOM_LAGS = 154
"""A peak that jumps by no more (24 ms) has gone to another reflection in the same room: now this one, now
that one is the strongest."""
STAYS = 0.5
"""The peak does not jump while the place where it was is still so much as high above what means nothing."""

CLICK = 64.0
"""The steepest step of a frame over the mean one, squared: above that it is a click or a jump of the line's
own. Its spectrum is as flat as a whitened one, so that it fits any voice. Of a hundred frames of speech one
is above 56; clicks on a telephone begin at 70."""

_WINDOW = np.hanning(_NEAR * FRAME_SAMPLES).astype(np.float32)

Spectra = npt.NDArray[np.complex64]


class EchoFinder:
    """Of one line. `look` is called for frames in which something is heard while we speak, or just did."""

    __slots__ = (
        "_barren", "_clicks", "_done", "_evidence", "_far", "_frames", "_gain", "_lag", "_sums", "_weight",
        "looked",
    )  # fmt: skip

    def __init__(self) -> None:
        self._far = np.zeros((DELAYS, _HIGH - _LOW), np.complex64)
        """Of each delay, the conjugate spectrum of what went out then, newest first."""
        self._done = -1
        """The tick of the newest of them."""
        self._sums = np.zeros((DELAYS, _HIGH + 1), np.complex64)
        self._weight = np.zeros(DELAYS, np.float32)
        self._clicks = False
        """There was a click in the last frame."""
        self.looked = -STRETCH_FRAMES
        """The tick of the last look."""
        self._barren = 0
        """Frames since something was promising."""
        self.forget()

    def forget(self) -> None:
        """What was found so far is old."""
        self._sums[:] = 0
        self._weight[:] = 0
        self._gain = 1.0
        """Of the newest evidence: it grows, which is less work than to have all the old fade."""
        self._frames = 0
        self._lag = -2 * SAME_LAGS
        self._evidence = 0.0

    @property
    def belief(self) -> float:
        """0..1: how sure it is that it hears our voice; 1 from when it has enough evidence."""
        return min(1.0, self._evidence / ENOUGH)

    @property
    def undecided(self) -> bool:
        """The stretch is so young, or its evidence so promising, that the next frames may tell."""
        if self._frames <= EAGER_FRAMES:
            return self.fresh or self._evidence > 0
        return self.belief > DOUBTED and self._frames <= UNDECIDED_FRAMES

    @property
    def fresh(self) -> bool:
        """The stretch is too young for anything to be known."""
        return self._frames <= LEAST_FRAMES

    @property
    def delay(self) -> int:
        """In samples at 16 kHz, from handing a frame over to hearing it; means something where belief is."""
        return FRAME_SAMPLES + round(self._lag * LAG_SAMPLES)

    def look(self, tick: int, before: Frame, now: Frame, far: Callable[[int], Frame | None]) -> None:
        """The frames that were heard at the tick before and at this one. `far`: what went out at a tick
        (None: silence), asked for the `MOST_MS` before this."""
        self._frames = self._frames + 1 if tick - self.looked < STRETCH_FRAMES else 1
        self.looked = tick
        self._barren += 1
        if self._barren > PATIENT_FRAMES and self._frames % ROUND_FRAMES > LOOKED_AT:
            return
        heard = np.concatenate((before, now)).astype(np.float32)
        clicked, self._clicks = self._clicks, _clicks(heard[FRAME_SAMPLES - 1 :])
        heard -= heard.mean()  # what the window leaves of a constant is a click
        if clicked or self._clicks or float(np.dot(heard, heard)) < LEAST_POWER * len(heard):
            return
        self._follow(tick, far)
        block = np.zeros(_BLOCK, np.float32)
        np.multiply(heard, _WINDOW, out=block[FRAME_SAMPLES:])
        self._gain /= FORGET
        self._sums[:, _LOW:_HIGH] += _white(block) * np.float32(self._gain) * self._far
        self._weight += (self._far[:, 0] != 0) * np.float32(self._gain * self._gain)
        if self._gain > GAIN_LIMIT:
            self._sums /= np.float32(self._gain)
            self._weight /= np.float32(self._gain * self._gain)
            self._gain = 1.0
        if self._frames >= LEAST_FRAMES and (self._frames <= EAGER_FRAMES or self._frames % 3 == 0):
            self._judge()

    def _judge(self) -> None:
        least = np.float32(0.5 * self._gain * self._gain)
        # Where nothing of ours goes out any more the peak of before stays where it was and tells nothing new:
        # counted again and again, a chance likeness would make an echo of whoever speaks after our last word.
        known = (self._weight > least) & (self._far[:, 0] != 0)
        if not known.any():
            return
        stale = self._lag >= 0 and not known[self._lag // _LAGS]
        height = np.square(np.fft.irfft(self._sums, _POINTS, axis=1)[:, :_LAGS])
        height *= (known / np.maximum(self._weight, least))[:, None]
        at = int(height.argmax())
        # The median leaves out the peak and what a room makes of it; 0.455 is that of a squared normal. One
        # lag of four is enough, and numpy's own median takes ten times as long.
        some = height[known, ::4].ravel()
        spread = float(np.partition(some, len(some) // 2)[len(some) // 2]) / 0.455
        spread = max(spread, 1e-20)
        above = math.sqrt(float(height.flat[at]) / spread) - DOUBTFUL
        if abs(at - self._lag) > SAME_LAGS and self._lag >= 0:
            first = max(0, self._lag - SAME_LAGS)
            there = height.reshape(-1)[first : self._lag + SAME_LAGS + 1]
            still = math.sqrt(float(there.max()) / spread) - DOUBTFUL
            if still > STAYS * above:
                at, above = first + int(there.argmax()), still
        if stale and above <= 0:
            return  # what the room gives back of our last words is ours still
        if self._lag < 0 or abs(at - self._lag) > ROOM_LAGS:
            self._evidence = 0.0
        else:
            # Bounded, so that an echo that has gone is not believed in for long.
            self._evidence = min(max(0.0, self._evidence + above), 1.5 * ENOUGH)
        self._lag = at
        if self._evidence > PROMISING:
            self._barren = 0

    def _follow(self, tick: int, far: Callable[[int], Frame | None]) -> None:
        """Have the spectra of all that went out before this tick."""
        new = min(tick - 1 - self._done, DELAYS)
        if new <= 0:
            return
        self._far[new:] = self._far[: DELAYS - new].copy()
        self._done = tick - 1
        frames = [far(tick - 1 - back) for back in range(new + _NEAR)]  # newest first
        for row in range(new):
            parts = frames[row : row + _NEAR + 1]
            if all(part is None for part in parts):
                self._far[row] = 0
                continue
            block = np.zeros(_BLOCK, np.float32)
            for back, part in enumerate(parts):
                if part is not None:
                    end = _BLOCK - back * FRAME_SAMPLES
                    block[end - FRAME_SAMPLES : end] = part
            silent = float(np.dot(block, block)) < LEAST_POWER * _BLOCK
            self._far[row] = 0 if silent else _white(block, FAR_WHITE).conj()


def _clicks(heard: npt.NDArray[np.float32]) -> bool:
    steps = np.diff(heard)
    steepest = float(np.abs(steps).max())
    return steepest * steepest * len(steps) > CLICK * float(np.dot(steps, steps))


def _white(block: npt.NDArray[np.float32], power: float = 1.0) -> Spectra:
    """The phases of its spectrum in the telephone's band, and what that power leaves of the magnitudes."""
    spectrum = np.fft.rfft(block)[_LOW:_HIGH].astype(np.complex64)
    magnitude = np.abs(spectrum) + np.float32(1e-3)
    return spectrum / (magnitude if power == 1.0 else magnitude ** np.float32(power))
