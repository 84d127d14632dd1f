"""Background sounds that are made here, so that there is no file to ship and nobody's rights to ask for.

Each is the same at every start (the generators are seeded) and is made when it is first named, which takes up
to a second: never on the loop's thread. Levels are not minded: whoever plays a sound sets them. The murmur is
made of voices' pitch and rhythm alone: no words in any language, and nothing for a voice detector.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE

Sound = npt.NDArray[np.float64]
"""Mono at 16 kHz; its end leads into its beginning."""

LENGTH_S = 24
"""Of a room: long enough that nobody notices where it begins again."""
TYPING_S = 12
_COUNT = LENGTH_S * SAMPLE_RATE
TALKERS = 7
_PAD = ((48, 55, 60, 64), (45, 52, 57, 60), (41, 48, 57, 60), (43, 50, 55, 62))
"""MIDI notes of four chords, six seconds each: C, A minor, F, G."""


def room_tone() -> Sound:
    """A quiet room: air, and a ventilation far away."""
    return _noise(1, _COUNT, lambda hz: 1.0 / np.sqrt(1.0 + (hz / 250.0) ** 2) * (hz > 60.0))


def office() -> Sound:
    """A large office: the room, colleagues on the telephone at some distance, somebody who types."""
    typing = np.tile(typing_sound(7), LENGTH_S // TYPING_S)
    return _even(room_tone()) + 0.8 * _even(_murmur(2, TALKERS - 3)) + 0.35 * _even(_far_away(3, typing))


def cafe() -> Sound:
    """More people, nearer, and cups."""
    return 0.7 * _even(room_tone()) + 1.2 * _even(_murmur(4, TALKERS)) + 0.3 * _even(_cups(5))


def pad() -> Sound:
    """Slow chords, each rising out of the one before: for those who would rather hear music than a room."""
    t = np.arange(_COUNT) / SAMPLE_RATE
    each = LENGTH_S / len(_PAD)
    music = np.zeros(_COUNT)
    for at, chord in enumerate(_PAD):
        # How far from the chord's middle, around the loop; it swells for as long as it dies away.
        away = np.abs((t - (at + 0.5) * each + LENGTH_S / 2) % LENGTH_S - LENGTH_S / 2)
        swell = np.cos(np.minimum(away / each, 1.0) * np.pi / 2) ** 2
        for note in chord:
            for detuned in (-1, 1):  # two voices a little apart breathe
                # A whole number of periods in the loop, so that it has no seam.
                hz = round(440.0 * 2 ** ((note - 69) / 12) * LENGTH_S + 3 * detuned) / LENGTH_S
                music += swell * np.sin(2 * np.pi * hz * t + note)
    return music


def typing_sound(seed: int = 6) -> Sound:
    """Somebody at a keyboard, in bursts of a word or two."""
    random = np.random.default_rng(seed)
    count = TYPING_S * SAMPLE_RATE
    strokes = np.zeros(count)
    at = 0.1
    while at < TYPING_S - 0.3:
        for _ in range(int(random.integers(3, 9))):
            _strike(strokes, int(at * SAMPLE_RATE), random)
            at += float(random.uniform(0.09, 0.2))
        at += float(random.uniform(0.25, 0.9))
    return _filtered(strokes, lambda hz: (hz > 250.0) / np.sqrt(1.0 + (hz / 2_600.0) ** 4))


SOUNDS: MappingProxyType[str, Callable[[], Sound]] = MappingProxyType(
    {"room": room_tone, "office": office, "cafe": cafe, "pad": pad}
)
"""For all the time, by name."""
THINKING: MappingProxyType[str, Callable[[], Sound]] = MappingProxyType({"typing": typing_sound})
"""For while an agent thinks."""


def _strike(into: Sound, at: int, random: np.random.Generator) -> None:
    """One key: a click as it goes down, the knock of the board, a softer click as it comes up."""
    loud = float(random.uniform(0.5, 1.0))
    for later_s, decay_s, part in ((0.0, 0.0015, 1.0), (0.002, 0.012, 0.5), (0.07, 0.001, 0.35)):
        begins = at + int(later_s * SAMPLE_RATE)
        t = np.arange(int(6 * decay_s * SAMPLE_RATE)) / SAMPLE_RATE
        click = random.normal(size=len(t)) * np.exp(-t / decay_s) * loud * part
        where = (begins + np.arange(len(t))) % len(into)
        into[where] += click


def _murmur(seed: int, talkers: int) -> Sound:
    """So many people who talk behind a wall: the pitch and the rhythm of speech, and no words."""
    random = np.random.default_rng(seed)
    together = np.zeros(_COUNT)
    for _ in range(talkers):
        pitch = float(random.choice((110.0, 125.0, 190.0, 210.0)))
        melody = pitch * (1.0 + 0.15 * _slow(random, 0.7))
        phase = 2 * np.pi * np.cumsum(np.maximum(melody, 60.0)) / SAMPLE_RATE
        voice: Sound = np.sum([np.sin(k * phase) / k for k in range(1, 7)], axis=0)
        syllables = np.clip(_slow(random, 4.5), 0.0, None)
        turns = np.clip(1.5 * _slow(random, 0.25) + 0.4, 0.0, 1.0)
        together += voice * syllables * turns
    return _far_away(seed + 100, together)


def _far_away(seed: int, sound: Sound) -> Sound:
    """As it comes through a room: its echoes wash it out, and what is high gets lost."""
    random = np.random.default_rng(seed)
    t = np.arange(int(0.6 * SAMPLE_RATE)) / SAMPLE_RATE
    room = random.normal(size=len(t)) * np.exp(-t / 0.15)
    spectrum = np.fft.rfft(sound) * np.fft.rfft(room, len(sound))
    heard = np.fft.irfft(spectrum, len(sound))
    return _filtered(heard, lambda hz: (hz > 120.0) / (1.0 + (hz / 900.0) ** 2))


def _cups(seed: int) -> Sound:
    """Now and then china rings."""
    random = np.random.default_rng(seed)
    rings = np.zeros(_COUNT)
    for _ in range(14):
        at = int(random.integers(0, _COUNT))
        t = np.arange(int(0.25 * SAMPLE_RATE)) / SAMPLE_RATE
        hz, loud = random.uniform(2_000.0, 3_200.0, size=3), float(random.uniform(0.3, 1.0))
        ring = np.sin(2 * np.pi * hz[:, None] * t).sum(axis=0) * np.exp(-t / 0.04) * loud
        rings[(at + np.arange(len(t))) % _COUNT] += ring
    return _far_away(seed + 100, rings) + 0.3 * rings


def _slow(random: np.random.Generator, hertz: float) -> Sound:
    """Something that wanders about zero, with a spread of 1, so many times a second; without a seam."""
    bins = np.zeros(_COUNT // 2 + 1, np.complex128)
    highest = max(2, int(hertz * LENGTH_S))
    bins[1 : highest + 1] = random.normal(size=highest) + 1j * random.normal(size=highest)
    wander = np.fft.irfft(bins, _COUNT)
    return np.asarray(wander / wander.std(), np.float64)


def _noise(seed: int, count: int, shape: Callable[[Sound], Sound]) -> Sound:
    """Noise with such a spectrum, without a seam."""
    phases = np.random.default_rng(seed).uniform(0.0, 2 * np.pi, count // 2 + 1)
    hz = np.asarray(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), np.float64)
    return np.fft.irfft(shape(hz) * np.exp(1j * phases), count)


def _filtered(sound: Sound, shape: Callable[[Sound], Sound]) -> Sound:
    hz = np.asarray(np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE), np.float64)
    return np.fft.irfft(np.fft.rfft(sound) * shape(hz), len(sound))


def _even(sound: Sound) -> Sound:
    """At a level of 1."""
    level = float(np.sqrt(np.mean(np.square(sound))))
    return sound / level if level else sound
