"""Sounds of bad lines, made here, as they come over a narrow line: coded in G.711, 8 kHz brought to 16."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mediaserver.media.g711 import PCMU, Codec
from mediaserver.media.leg import Frame
from mediaserver.media.line_watch.figures import LineFigures
from mediaserver.media.line_watch.watch import LineWatch
from mediaserver.media.resample import Upsampler

Wave = npt.NDArray[np.float32]
"""At 8 kHz, full scale 1."""
RATE = 8_000


def at_db(wave: Wave, db: float) -> Wave:
    """With this level: root mean square in dBFS."""
    rms = float(np.sqrt((wave**2).mean()))
    return np.asarray(wave * 10 ** (db / 20) / max(rms, 1e-9), np.float32)


def silence(seconds: float) -> Wave:
    return np.zeros(round(seconds * RATE), np.float32)


def tone(hz: float | tuple[float, ...], seconds: float, db: float = -20.0) -> Wave:
    at = np.arange(round(seconds * RATE)) / RATE
    pitches = hz if isinstance(hz, tuple) else (hz,)
    return at_db(np.asarray(sum(np.sin(2 * np.pi * pitch * at) for pitch in pitches), np.float32), db)


def noise(seconds: float, db: float = -60.0, seed: int = 1) -> Wave:
    made = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return at_db(made.astype(np.float32), db)


def join(*parts: Wave) -> Wave:
    return np.concatenate(parts)


def frames(wave: Wave, law: Codec = PCMU) -> Iterator[Frame]:
    """As a leg gives them: coded, and 320 samples at 16 kHz."""
    pcm = (wave * 32_768).round().clip(-32_768, 32_767).astype(np.int16)
    coded = law.decode(law.encode(pcm)).astype(np.float32)
    up, rows = Upsampler(1), np.zeros(1, np.intp)
    for at in range(0, len(coded) - 159, 160):
        yield up.process(rows, coded[None, at : at + 160])[0]


def watched(
    heard: Wave, spoken: Wave | None = None, *, voice: Wave | None = None, law: Codec = PCMU
) -> LineWatch:
    """A watch that has seen all of it. `voice`: where it is not silent the voice detector hears a voice."""
    watch = LineWatch()
    ours = [] if spoken is None else list(frames(join(spoken, silence(0.02)), law))
    for at, frame in enumerate(frames(join(heard, silence(0.02)), law)):
        if voice is not None:
            part = voice[max(0, at - 3) * 160 : max(0, at - 3) * 160 + 160]
            watch.voice(0.97 if part.size and float(np.abs(part).max()) > 0.003 else 0.02)
        else:
            watch.voice(0.02)
        watch.hear(frame)
        watch.spoke(ours[at] if at < len(ours) and bool(ours[at].any()) else None)
    return watch


def figures(heard: Wave, spoken: Wave | None = None, *, voice: Wave | None = None) -> LineFigures:
    return watched(heard, spoken, voice=voice).figures()


def chords(seconds: float, seed: int = 5, db: float = -22.0) -> Wave:
    """Music of a kind: a bass, chords that change every second and a melody, all of plucked strings and
    organ pipes with harmonics."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE)
    out = np.zeros(count + 4 * RATE, np.float64)
    steps = (0, 2, 4, 5, 7, 9, 11, 12)

    def note(at: float, hz: float, length: float, loud: float, decay: float) -> None:
        t = np.arange(round(length * RATE)) / RATE
        wave = sum(np.sin(2 * np.pi * hz * k * t) / k**1.3 for k in range(1, 7) if hz * k < 3_600)
        edge = np.minimum(1.0, np.minimum(t / 0.02, (length - t) / 0.05))
        begin = round(at * RATE)
        out[begin : begin + len(t)] += loud * np.asarray(wave) * edge * np.exp(-t / decay)

    at = 0.0
    while at < seconds:
        root = 130.8 * 2 ** (rng.choice([0, 5, 7, 9]) / 12)
        note(at, root, 1.05, 1.0, 2.0)
        for third in (1.0, 2 ** (4 / 12), 2 ** (7 / 12)):
            note(at, 2 * root * third, 1.05, 0.5, 1.5)
        for beat in range(4):
            note(at + beat / 4, 523.3 * 2 ** (rng.choice(steps) / 12), 0.3, 0.5, 0.4)
        at += 1.0
    return at_db(out[:count].astype(np.float32), db)


def talk(seconds: float, seed: int = 3, db: float = -22.0) -> Wave:
    """Speech of a kind: syllables of a gliding voice with formants, four a second, and pauses between
    phrases."""
    rng = np.random.default_rng(seed)
    out = np.zeros(0, np.float32)
    pitch = 120.0
    while len(out) < seconds * RATE:
        for _ in range(int(rng.integers(4, 9))):
            length = float(rng.uniform(0.14, 0.26))
            t = np.arange(round(length * RATE)) / RATE
            glide = pitch * np.exp(rng.uniform(-0.9, 0.9) * t)
            phase = 2 * np.pi * np.cumsum(glide) / RATE
            formants = rng.uniform((300, 900, 2_200), (800, 2_000, 3_000))
            wave = np.zeros_like(t)
            for k in range(1, 25):
                if k * pitch < 3_500:
                    gain = sum(np.exp(-(((k * pitch - f) / 180) ** 2)) for f in formants) + 0.03
                    wave += gain * np.sin(k * phase + rng.uniform(0, 6))
            out = np.append(
                out, (wave * np.hanning(len(t)) ** 0.7 * rng.uniform(0.4, 1.0)).astype(np.float32)
            )
            out = np.append(out, silence(float(rng.uniform(0.02, 0.08))))
            pitch = float(np.clip(pitch * np.exp(rng.uniform(-0.15, 0.15)), 90, 180))
        out = np.append(out, silence(float(rng.uniform(0.25, 0.6))))
    return at_db(out[: round(seconds * RATE)], db)


def echo(wave: Wave, db: float, ms: float) -> Wave:
    """So much louder (dB) and later."""
    late = join(silence(ms / 1000), wave)[: len(wave)]
    return np.asarray(late * 10 ** (db / 20), np.float32)
