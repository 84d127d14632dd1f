"""Keys as sounds (DTMF): heard in the audio of many legs in one batch, and made for one (ITU-T Q.23, Q.24).

The better ways to send keys are telephone-event and INFO; this is for who has neither. Pure and without a
clock: its time is the frames. It must never tell a digit twice, and voices are none.

Each 10 ms a window of 20 ms is held against the eight frequencies, each a little low, right and a little
high: a window has a key when nearly all of its energy is in one low and one high frequency (speech has
harmonics), both near enough in pitch and in level. Two windows in a row make a key: 40 ms hold as many, 23 ms
do not.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediaserver.errors import CapacityError
from mediaserver.media.arrays import Float, Rows
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, SAMPLES_PER_MS

LOW, HIGH = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
"""Hz (Q.23)."""
KEYS = "123A456B789C*0#D"
"""By low frequency, then high."""
PURE = 0.86
"""The least share of a window's energy that is in the two."""
FAINTEST = 330.0
"""Least amplitude of each, of 32,767: some -37 dBm0, fainter than Q.24 asks of anybody (-29)."""
TWIST_DB, REVERSE_TWIST_DB = 6.0, 10.0
"""How much louder the high one may be than the low, and the low one than the high; Q.24 asks for 4 and 8."""
STEADY_DB = 4.0
"""How much the two windows that make a key may differ in level: a voice swells."""
HITS, MISSES = 2, 4
"""Windows in a row that make a key, and that end it: an interruption of 10 ms costs three."""
MOST_WAITING = 128
"""Keys of one leg that are not played."""

_STEP = FRAME_SAMPLES // 2
_STEP_MS = FRAME_MS // 2
_OFFSETS = (-0.032, -0.012, 0.0, 0.012, 0.032)
"""Of each frequency; what is nearest to an outer one is off by more than Q.24's 1.8 % allow."""
_INSIDE = (1, 2, 3)
_NONE = -1
_LOW_DBM0, _HIGH_DBM0 = -9.0, -7.0
_FULL_DBM0 = 3.14
"""A full-scale sine's level in G.711."""


def _bank() -> Float:
    """[320, 2 * 40]: cosines and sines of all frequencies with their offsets."""
    pitches = np.array([pitch * (1 + off) for pitch in (*LOW, *HIGH) for off in _OFFSETS])
    angle = 2 * np.pi * np.arange(FRAME_SAMPLES)[:, None] * pitches[None, :] / SAMPLE_RATE
    return np.concatenate((np.cos(angle), np.sin(angle)), axis=1).astype(np.float32)


_BANK = _bank()


@dataclass(frozen=True, slots=True)
class ToneHeard:
    """One key was let go."""

    row: int
    """Of the batch."""
    digit: str
    ago: int
    """16 kHz samples from its beginning to the end of the frame."""
    duration_ms: int


class _Press:
    """A key that is down, or was for one window."""

    __slots__ = ("hits", "key", "level", "misses", "windows")

    def __init__(self, key: int, level: float) -> None:
        self.key, self.level = key, level
        self.hits, self.misses, self.windows = 1, 0, 1


class ToneDetector:
    """For all legs that are listened to; state is by slot."""

    def __init__(self, slots: int = 16) -> None:
        self._past = np.zeros((slots, _STEP), np.float32)
        self._presses: dict[int, _Press] = {}

    def reset(self, slot: int) -> None:
        """Another leg begins there."""
        if slot >= len(self._past):
            grown = np.zeros((2 * slot + 1, _STEP), np.float32)
            grown[: len(self._past)] = self._past
            self._past = grown
        self._past[slot] = 0.0
        self._presses.pop(slot, None)

    def process(self, slots: Rows, frames: npt.NDArray[np.int16]) -> list[ToneHeard]:
        """The next frame [N, 320] of N different slots -> the keys that were let go."""
        count = len(frames)
        joined = np.empty((count, _STEP + FRAME_SAMPLES), np.float32)
        joined[:, :_STEP] = self._past[slots]
        joined[:, _STEP:] = frames
        self._past[slots] = joined[:, -_STEP:]
        windows = np.concatenate((joined[:, :FRAME_SAMPLES], joined[:, _STEP:]))
        keys, levels = _judge(windows)
        if not self._presses and (keys == _NONE).all():
            return []
        heard: list[ToneHeard] = []
        for row, slot in enumerate(slots.tolist()):
            for half in (0, 1):
                at = row + half * count
                key, level = int(keys[at]), float(levels[at])
                if key != _NONE or slot in self._presses:
                    self._window(row, slot, key, level, 1 - half, heard)
        return heard

    def _window(self, row: int, slot: int, key: int, level: float, left: int, heard: list[ToneHeard]) -> None:
        """One window of one slot. `left`: steps from its end to that of the frame."""
        press = self._presses.get(slot)
        if press is not None and key == press.key:
            press.windows += 1 + press.misses
            press.misses = 0
            steady = max(level, press.level) <= min(level, press.level) * 10 ** (STEADY_DB / 20)
            press.level = level
            if press.hits >= HITS or steady:
                press.hits += 1
            return
        if press is not None:
            press.misses += 1
            if press.hits < HITS or key != _NONE or press.misses >= MISSES:
                del self._presses[slot]
                if press.hits >= HITS:
                    # A window counts for its step; the first and the last reach half a window further.
                    after = press.misses + left
                    duration = (press.windows + 1) * _STEP_MS
                    ago = (after * _STEP_MS + duration) * SAMPLES_PER_MS
                    heard.append(ToneHeard(row, KEYS[press.key], ago, duration))
                press = None
        if press is None and key != _NONE:
            self._presses[slot] = _Press(key, level)


def _judge(windows: Float) -> tuple[npt.NDArray[np.int64], Float]:
    """[M, 320] -> the key of each window, or -1, and its level (amplitude)."""
    parts = windows @ _BANK
    half = parts.shape[1] // 2
    # Of a sine of amplitude a the cosine and sine products are a * 160 together.
    power = (parts[:, :half] ** 2 + parts[:, half:] ** 2).reshape(len(windows), 2, 4, len(_OFFSETS))
    best_offset = power.argmax(axis=3)
    by_pitch = power.max(axis=3)
    pitch = by_pitch.argmax(axis=2)
    rows = np.arange(len(windows))
    low, high = by_pitch[rows, 0, pitch[:, 0]], by_pitch[rows, 1, pitch[:, 1]]
    total = np.einsum("ij,ij->i", windows, windows) * (FRAME_SAMPLES / 2) + 1.0
    least = (FAINTEST * FRAME_SAMPLES / 2) ** 2
    inside = np.isin(best_offset[rows, 0, pitch[:, 0]], _INSIDE) & np.isin(
        best_offset[rows, 1, pitch[:, 1]], _INSIDE
    )
    fits = (
        (low + high >= PURE * total)
        & (np.minimum(low, high) >= least)
        & (high <= low * 10 ** (TWIST_DB / 10))
        & (low <= high * 10 ** (REVERSE_TWIST_DB / 10))
        & inside
    )
    keys = np.where(fits, pitch[:, 0] * 4 + pitch[:, 1], _NONE)
    return keys, np.sqrt(low + high)


class TonePlayer:
    """Keys of one leg as frames that take the place of what it would hear."""

    __slots__ = ("_at", "_length", "_pause", "_queue", "_sound")

    def __init__(self) -> None:
        self._queue: deque[tuple[str, int]] = deque()
        self._sound: Float | None = None
        self._at = self._length = self._pause = 0

    @property
    def active(self) -> bool:
        """There is something to play, or a pause between keys to keep."""
        return self._sound is not None or self._pause > 0 or bool(self._queue)

    def put(self, digit: str, duration_ms: int = 100) -> None:
        """Queue a key, of 60 to 6,000 ms. Raises ValueError for what is no key, and CapacityError when too
        many wait."""
        if len(digit) != 1 or digit.upper() not in KEYS:
            raise ValueError(f"{digit!r} is no DTMF digit; use one of {KEYS}")
        if len(self._queue) >= MOST_WAITING:
            raise CapacityError(f"{MOST_WAITING} digits wait to be played already")
        self._queue.append((digit.upper(), -(-min(max(duration_ms, 60), 6_000) // FRAME_MS)))

    def next_frame(self) -> Frame | None:
        """The next 20 ms; None when nothing is played."""
        if self._sound is None:
            if self._pause:
                self._pause -= 1
                return np.zeros(FRAME_SAMPLES, np.int16)
            if not self._queue:
                return None
            digit, self._length = self._queue.popleft()
            self._sound, self._at = _sound(digit), 0
        t = np.arange(self._at * FRAME_SAMPLES, (self._at + 1) * FRAME_SAMPLES) / SAMPLE_RATE
        frame: Frame = np.rint(
            sum(float(level) * np.sin(2 * np.pi * float(pitch) * t) for pitch, level in self._sound)
        ).astype(np.int16)
        self._at += 1
        if self._at == self._length:
            self._sound, self._pause = None, 4
        return frame


def _sound(digit: str) -> Float:
    """[2, 2]: the two pitches and amplitudes of a key."""
    low, high = divmod(KEYS.index(digit), 4)
    levels = [32_768 * math.pow(10, (level - _FULL_DBM0) / 20) for level in (_LOW_DBM0, _HIGH_DBM0)]
    return np.array([(LOW[low], levels[0]), (HIGH[high], levels[1])], np.float32)
