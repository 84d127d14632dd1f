"""Sounds that are no answer, made from a seed: what is behind callers, what they do beside talking, what
machines send. 8 kHz float arrays of RMS 1 (noises that go on) or int16 clips (single sounds).

Pure functions; the same seed makes the same sound everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from callers.sound import RATE, Samples, clipped

Sound = npt.NDArray[np.float64]

LOOP_S = 20.0
"""Noise that goes on repeats after this."""
BAND = (200.0, 3500.0)
"""Hz; what a telephone lets through."""
BABBLE_VOICES = 12
"""So many that no word is understood."""


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def unit(sound: Sound) -> Sound:
    """With an RMS of 1; silence stays silence."""
    rms = float(np.sqrt(np.mean(sound * sound))) if len(sound) else 0.0
    return sound / rms if rms > 0 else sound


def shaped(count: int, seed: int, low: float, high: float, tilt_db: float = 0.0) -> Sound:
    """Noise between two frequencies whose level changes by `tilt_db` an octave; RMS 1, loops smoothly."""
    spectrum = np.fft.rfft(random(seed).normal(size=count))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    gain = np.zeros(len(hertz))
    inside = (hertz >= low) & (hertz <= high)
    gain[inside] = (hertz[inside] / max(low, 1.0)) ** (tilt_db / 6.02)
    return unit(np.fft.irfft(spectrum * gain, count))


def telephone_band(sound: Sound) -> Sound:
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hertz < BAND[0]) | (hertz > BAND[1])] = 0
    return np.fft.irfft(spectrum, len(sound))


# ---- what is behind the caller


def babble(seed: int, voices: Sequence[Samples], seconds: float = LOOP_S) -> Sound:
    """Many people talking at once, each from a place of its own. Needs a few minutes of speech at most."""
    count, draw = int(seconds * RATE), random(seed)
    total = np.zeros(count)
    if not voices:
        raise ValueError("babble is made of voices, and there are none")
    for index in range(BABBLE_VOICES):
        voice = voices[int(draw.integers(len(voices)))].astype(float)
        line = np.concatenate([voice, np.zeros(int(draw.integers(RATE // 8, RATE // 2)))])
        track = np.roll(np.resize(line, count), int(draw.integers(count)))
        total += unit(track) * 10 ** (draw.uniform(-6, 0) / 20) * (-1) ** index
    return unit(telephone_band(total))


def office(seed: int, voices: Sequence[Samples], seconds: float = LOOP_S) -> Sound:
    """A fan, mains hum, keys being typed, and voices far away."""
    count, draw = int(seconds * RATE), random(seed)
    t = np.arange(count) / RATE
    total = shaped(count, seed + 1, 100, 3_000, -6)
    total += 0.5 * sum(np.sin(2 * np.pi * f * t + draw.uniform(0, 6)) / k for k, f in ((1, 200), (2, 300)))
    for _ in range(int(seconds * 4)):
        at = int(draw.integers(count - RATE // 20))
        click = draw.normal(size=RATE // 50) * np.exp(-np.arange(RATE // 50) / (RATE * 0.003))
        total[at : at + len(click)] += 4 * draw.uniform(0.3, 1) * click
    if voices:
        total += 0.8 * babble(seed + 2, voices, seconds)
    return unit(telephone_band(total))


def street(seed: int, seconds: float = LOOP_S) -> Sound:
    """Low rumble all the time, and cars that pass."""
    count, draw = int(seconds * RATE), random(seed)
    t = np.arange(count) / RATE
    total = 0.7 * shaped(count, seed + 1, 60, 500, -4)
    for index in range(int(seconds / 4)):
        centre, width = draw.uniform(0, seconds), draw.uniform(0.6, 1.6)
        near = np.exp(-0.5 * ((t - centre) / width) ** 2)
        total += draw.uniform(0.6, 1.4) * near * shaped(count, seed + 10 + index, 100, 2_500, -4)
    return unit(telephone_band(total))


def music(seed: int, seconds: float = LOOP_S) -> Sound:
    """Chords with a beat and a simple tune, as it is played on hold."""
    count, draw = int(seconds * RATE), random(seed)
    beat = int(RATE * draw.uniform(0.42, 0.6))
    total = np.zeros(count)
    root = 220 * 2 ** (int(draw.integers(12)) / 12)
    for index in range(0, count // beat):
        at = index * beat
        degree = (0, 5, 7, 0)[index // 4 % 4]
        notes = [degree, degree + 4, degree + 7, degree + 12 + int(draw.choice([0, 2, 4, 7]))]
        size = min(2 * beat, count - at)
        t = np.arange(size) / RATE
        envelope = np.minimum(1, t / 0.01) * np.exp(-t / 0.5)
        for note in notes:
            pitch = root * 2 ** (note / 12)
            total[at : at + size] += envelope * sum(
                np.sin(2 * np.pi * pitch * h * t) / h**1.5 for h in (1, 2, 3)
            )
        drum = draw.normal(size=min(size, RATE // 10)) * np.exp(-np.arange(min(size, RATE // 10)) / 150)
        total[at : at + len(drum)] += (2.0 if index % 2 else 1.0) * drum
    return unit(telephone_band(total))


def hum(seed: int, seconds: float = LOOP_S, hertz: float = 50.0) -> Sound:
    """The mains on the line with its harmonics: the telephone passes what is above 200 Hz of it."""
    t = np.arange(int(seconds * RATE)) / RATE
    draw = random(seed)
    return unit(
        np.sum([np.sin(2 * np.pi * hertz * k * t + draw.uniform(0, 6)) / k for k in range(1, 12)], axis=0)
    )


def hiss(seed: int, seconds: float = LOOP_S) -> Sound:
    return shaped(int(seconds * RATE), seed, *BAND)


# ---- what a caller does beside talking; RMS of the loud part as of speech, unless said


def _levelled(sound: Sound, level_db: float = -24.0) -> Samples:
    loud = sound[np.abs(sound) > 0.1 * np.abs(sound).max()]
    rms = float(np.sqrt(np.mean(loud * loud)))
    return clipped(telephone_band(sound) / rms * 32768 * 10 ** (level_db / 20))


def cough(seed: int) -> Samples:
    """One to three bursts of 150 to 350 ms: a hard onset of noise, then some voice."""
    draw = random(seed)
    parts: list[Sound] = []
    for _ in range(int(draw.integers(1, 4))):
        size = int(RATE * draw.uniform(0.15, 0.35))
        t = np.arange(size) / RATE
        low = draw.uniform(300, 600)
        burst = shaped(size, int(draw.integers(1 << 30)), low, low * 5, -3) * np.exp(-t / 0.06)
        pitch = draw.uniform(110, 220) * (1 - 0.5 * t)
        voiced = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / RATE)) * np.exp(-(((t - 0.12) / 0.05) ** 2))
        parts += [burst + 0.5 * voiced, np.zeros(int(RATE * draw.uniform(0.05, 0.2)))]
    return _levelled(np.concatenate(parts[:-1]), -20.0)


def throat(seed: int) -> Samples:
    """A throat is cleared: 300 to 600 ms of rough, low voice."""
    draw = random(seed)
    size = int(RATE * draw.uniform(0.3, 0.6))
    t = np.arange(size) / RATE
    rough = np.sin(2 * np.pi * np.cumsum(90 + 30 * draw.normal(size=size)) / RATE)
    sound = (np.sign(rough) + shaped(size, seed + 1, 200, 1500, -4)) * np.hanning(size) * (1 + 0 * t)
    return _levelled(sound)


def mhm(seed: int) -> Samples:
    """'m-hm', 300 to 500 ms with the lips closed: two humps of hummed voice, the second higher."""
    draw = random(seed)
    pitch, first, second = draw.uniform(100, 220), draw.uniform(0.12, 0.2), draw.uniform(0.16, 0.26)
    humps = []
    for length, start, end in ((first, 1.0, 0.95), (second, 1.12, 1.25)):
        size = int(RATE * length)
        track = pitch * np.linspace(start, end, size)
        phase = 2 * np.pi * np.cumsum(track) / RATE
        # Lips closed: the nose lets through what is low.
        tone = np.sum([np.sin(h * phase) / h**1.3 for h in range(1, 8)], axis=0)
        humps.append(tone * np.hanning(size) ** 0.5)
    breath = 0.08 * random(seed + 1).normal(size=int(RATE * 0.05))
    return _levelled(np.concatenate([humps[0], breath, humps[1]]))


def click(seed: int) -> Samples:
    """A pen or a keyboard: three clicks of 20 ms within a fifth of a second."""
    draw = random(seed)
    size = RATE // 50
    one = draw.normal(size=size) * np.exp(-np.arange(size) / (RATE * 0.004))
    gap = np.zeros(int(RATE * draw.uniform(0.04, 0.07)))
    return _levelled(np.concatenate([one, gap, 0.7 * one, gap, one]), -14.0)


def door(seed: int) -> Samples:
    """A door falls shut: a thud, and some rattle."""
    size = RATE // 2
    t = np.arange(size) / RATE
    thud = shaped(size, seed, 60, 500, -6) * np.exp(-t / 0.08)
    return _levelled(thud + 0.2 * shaped(size, seed + 1, 500, 3000) * np.exp(-t / 0.02), -16.0)


def tone(seed: int, seconds: float = 0.4) -> Samples:
    """A beep somewhere between 400 and 1400 Hz."""
    t = np.arange(int(RATE * seconds)) / RATE
    wave = np.sin(2 * np.pi * random(seed).uniform(400, 1400) * t)
    return _levelled(wave * np.minimum(1, np.minimum(t, t[::-1]) / 0.005))


def sneeze(seed: int) -> Samples:
    """A drawn breath, then half a second of bright noise."""
    size = RATE // 2
    t = np.arange(size) / RATE
    return _levelled(shaped(size, seed, 800, 3400) * np.minimum(1, t / 0.02) * np.exp(-t / 0.15), -18.0)


SOUNDS: dict[str, Callable[[int], Samples]] = {
    "cough": cough, "throat": throat, "mhm": mhm, "click": click, "door": door, "tone": tone,
    "sneeze": sneeze,
}  # fmt: skip
"""By name, for scripts."""


# ---- machines at the other end


def fax_calling(seconds: float = LOOP_S) -> Sound:
    """CNG of a calling fax: 1100 Hz for 0.5 s of every 3.5 s (ITU-T T.30)."""
    t = np.arange(int(seconds * RATE)) / RATE
    return unit(np.sin(2 * np.pi * 1100 * t) * (t % 3.5 < 0.5))


def fax_answering(seed: int, seconds: float = LOOP_S) -> Sound:
    """CED of a called fax: 2100 Hz for 3 s, then its preamble at 300 bit/s between 1650 and 1850 Hz (ITU-T
    T.30, V.21 channel 2)."""
    count = int(seconds * RATE)
    t = np.arange(count) / RATE
    bits = random(seed).integers(2, size=count * 300 // RATE + 1)[np.arange(count) * 300 // RATE]
    keyed = np.sin(2 * np.pi * np.cumsum(1850.0 - 200.0 * bits) / RATE)
    return unit(np.where(t < 3, np.sin(2 * np.pi * 2100 * t), keyed))


def modem(seed: int, seconds: float = LOOP_S) -> Sound:
    """ANSam of a data modem: 2100 Hz turned over every 450 ms (ITU-T V.8), then its scrambled carrier."""
    count = int(seconds * RATE)
    t = np.arange(count) / RATE
    answer = np.sin(2 * np.pi * 2100 * t) * (-1.0) ** np.floor(t / 0.45)
    carrier = shaped(count, seed, 600, 3000)
    return unit(np.where(t < 3.3, answer, carrier))
