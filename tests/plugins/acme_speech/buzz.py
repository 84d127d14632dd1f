"""Buzz, a spoken code that needs no model: each letter is a vowel of its own, told by its two formants.

It sounds enough like a voice for a voice detector, survives G.711, and is read without any doubt. Pure
functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]
Wave = npt.NDArray[np.float64]

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PITCH_HZ = 125
FIRST_HZ = (375, 500, 625, 750, 875, 1000)
SECOND_HZ = (1375, 1625, 1875, 2125, 2375, 2625)
"""All are harmonics of the pitch, so that a letter holds whole periods."""
LETTER_S, PAUSE_S, WORD_PAUSE_S = 0.060, 0.020, 0.090
"""About 150 words a minute."""
PEAK = 12_000.0

_HOP_S = 0.005
_BREAK_S = (PAUSE_S + WORD_PAUSE_S) / 2
"""A pause longer than this lies between words."""
_LOUD = 0.25
"""Of the loudest stretch: what belongs to a letter."""
_FAINT = 150.0
"""RMS below which nothing is said."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start_ms: int
    end_ms: int


def words_of(text: str) -> list[str]:
    """What of a text can be said: its letters and digits, in lower case, by word."""
    kept = "".join(each if each in LETTERS else " " for each in text.lower().replace("'", ""))
    return kept.split()


def say(text: str, rate: int = 16_000) -> Pcm:
    """The text as audio at `rate` (Hz), without silence at its beginning."""
    pause, word_pause = np.zeros(round(PAUSE_S * rate)), np.zeros(round(WORD_PAUSE_S * rate))
    parts: list[Wave] = []
    for word in words_of(text):
        for letter in word:
            parts += [_letter(letter, rate), pause]
        parts.append(word_pause)
    return np.concatenate(parts).astype(np.int16) if parts else np.zeros(0, np.int16)


def read(audio: Pcm, rate: int = 16_000) -> list[Word]:
    """The words in a stretch of audio, as far as it goes."""
    hop = round(_HOP_S * rate)
    hops = audio[: len(audio) // hop * hop].astype(np.float64).reshape(-1, hop)
    level = np.sqrt(np.mean(hops * hops, axis=1)) if len(hops) else np.zeros(0)
    if not len(level) or level.max() < _FAINT:
        return []
    loud = np.concatenate([[False], level > max(_FAINT, _LOUD * np.percentile(level, 98)), [False]])
    edges = np.flatnonzero(loud[1:] != loud[:-1]).reshape(-1, 2)
    words: list[Word] = []
    for start, end in edges:
        if (end - start) * _HOP_S < LETTER_S / 3:
            continue  # a click, or a letter that has only begun
        letter = _read_letter(audio[start * hop : end * hop].astype(np.float64), rate)
        start_ms, end_ms = round(start * _HOP_S * 1000), round(end * _HOP_S * 1000)
        if words and start_ms - words[-1].end_ms < _BREAK_S * 1000:
            letter, start_ms = words[-1].text + letter, words[-1].start_ms
            words.pop()
        words.append(Word(letter, start_ms, end_ms))
    return words


def _letter(letter: str, rate: int) -> Wave:
    row, column = divmod(LETTERS.index(letter), len(SECOND_HZ))
    at = np.arange(round(LETTER_S * rate)) / rate
    wave = np.zeros(len(at))
    for harmonic in range(1, 28):
        frequency = PITCH_HZ * harmonic
        gain = 0.12 / np.sqrt(harmonic) + _near(frequency, FIRST_HZ[row], 1.0, 0.35)
        gain += _near(frequency, SECOND_HZ[column], 0.7, 0.2)
        wave += gain * np.sin(2 * np.pi * frequency * at + 0.3 * harmonic * harmonic)
    ramp = np.minimum(1.0, np.minimum(at, at[::-1]) / 0.008)
    wave *= ramp
    wave *= PEAK / np.abs(wave).max()
    return wave


def _near(frequency: int, formant: int, on_it: float, beside_it: float) -> float:
    return {0: on_it, PITCH_HZ: beside_it}.get(abs(frequency - formant), 0.0)


def _read_letter(piece: Wave, rate: int) -> str:
    size = round(0.032 * rate)
    middle = piece[max(0, (len(piece) - size) // 2) :][:size]
    at = np.arange(len(middle)) / rate
    windowed = middle * np.hanning(len(middle))

    def strength(frequency: int) -> float:
        return float(abs(np.sum(windowed * np.exp(-2j * np.pi * frequency * at))))

    row = int(np.argmax([strength(frequency) for frequency in FIRST_HZ]))
    column = int(np.argmax([strength(frequency) for frequency in SECOND_HZ]))
    return LETTERS[row * len(SECOND_HZ) + column]
