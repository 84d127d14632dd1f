"""Lines made here: voices, rooms, noises and telephones, all from seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from mediaserver.media.g711 import PCMU
from mediaserver.media.leg import Frame
from mediaserver.media.line_condition import Cleaner
from mediaserver.media.resample import resample
from mediaserver.media.time import FRAME_SAMPLES, NARROW_RATE, SAMPLE_RATE, SAMPLES_PER_MS

Sound = npt.NDArray[np.float64]
FULL = 32_768.0


def at_level(sound: npt.NDArray[np.generic], db: float) -> Sound:
    """Its loud parts at so many dBFS."""
    x = sound.astype(np.float64)
    power = np.square(x[: len(x) // FRAME_SAMPLES * FRAME_SAMPLES]).reshape(-1, FRAME_SAMPLES).mean(axis=1)
    loud = power[power > 0.01 * power.max()].mean()
    return np.asarray(x * (FULL * 10 ** (db / 20) / np.sqrt(loud)), np.float64)


def voice(seed: int, seconds: float, db: float = -20.0, pitch: float = 120.0) -> Frame:
    """Somebody talking: syllables of a pulse train or breath through resonances of their own, and pauses."""
    rng = np.random.default_rng(seed)
    parts: list[Sound] = []
    length = 0
    while length < seconds * SAMPLE_RATE:
        n = int(rng.uniform(0.08, 0.3) * SAMPLE_RATE)
        glide = pitch * rng.uniform(0.8, 1.25) * np.linspace(1, rng.uniform(0.85, 1.15), n)
        glide *= 1 + 0.15 * rng.normal(0, 1, n // 160 + 1).repeat(160)[:n]  # no throat is a machine
        pulses = np.diff(np.floor(np.cumsum(glide) / SAMPLE_RATE), prepend=0.0)
        source = pulses + rng.normal(0, 0.04, n)
        if rng.random() < 0.25:
            source = rng.normal(0, 0.3, n)
        shape = np.zeros(n // 2 + 1)
        at = np.fft.rfftfreq(n, 1 / SAMPLE_RATE)
        for low, high, gain in ((250, 850, 1.0), (900, 2_300, 0.5), (2_300, 3_400, 0.25)):
            shape += gain / (1 + ((at - rng.uniform(low, high)) / 90) ** 2)
        syllable = np.fft.irfft(np.fft.rfft(source) * shape, n) * np.hanning(n) * rng.uniform(0.4, 1)
        pause = np.zeros(int(rng.choice([0.02, 0.04, 0.3], p=[0.6, 0.3, 0.1]) * SAMPLE_RATE))
        parts += [syllable / (np.abs(syllable).max() + 1e-9), pause]
        length += n + len(pause)
    sound = np.concatenate(parts)[: int(seconds * SAMPLE_RATE)]
    return np.clip(at_level(sound, db), -32_000, 32_000).astype(np.int16)


def noise(seed: int, samples: int, db: float) -> Sound:
    """White."""
    return np.random.default_rng(seed).normal(0, FULL * 10 ** (db / 20), samples)


def room(seed: int, ms: float, direct: float) -> Sound:
    """An impulse response of unit energy: a direct path, so many times as strong as a tail that falls by
    60 dB in `ms`."""
    n = int(ms * SAMPLES_PER_MS) + 1
    tail = np.random.default_rng(seed).normal(0, 1, n) * np.exp(-6.9 * np.arange(n) / n)
    tail /= np.sqrt(np.square(tail).sum())
    tail[0] += direct
    return np.asarray(tail / np.sqrt(np.square(tail).sum()), np.float64)


def telephone(sound: npt.NDArray[np.generic]) -> Frame:
    """Through G.711."""
    narrow = resample(np.clip(sound, -32_768, 32_767).astype(np.int16), SAMPLE_RATE, NARROW_RATE)
    wide = resample(PCMU.decode(PCMU.encode(narrow)).astype(np.int16), NARROW_RATE, SAMPLE_RATE)
    return np.concatenate((wide, np.zeros(max(0, len(sound) - len(wide)), np.int16)))[: len(sound)]


def echo(
    far: Frame, db: float, delay_ms: int, *, seed: int = 1, room_ms: float = 150, direct: float = 1.0
) -> Sound:
    """What of it comes back."""
    size = 1 << (2 * len(far)).bit_length()
    response = np.fft.rfft(room(seed, room_ms, direct), size)
    back = np.fft.irfft(np.fft.rfft(telephone(far).astype(np.float64), size) * response, size)
    late = np.concatenate((np.zeros(delay_ms * SAMPLES_PER_MS), back))[: len(far)]
    return np.asarray(late * 10 ** (db / 20), np.float64)


def lossy(sound: Frame, share: float, seed: int = 3) -> Frame:
    """Some packets are lost, and silence is in their place."""
    lost = np.random.default_rng(seed).random(len(sound) // FRAME_SAMPLES) < share
    kept = frames(sound).copy()
    kept[lost] = 0
    return kept.reshape(-1)


def frames(sound: Frame) -> npt.NDArray[np.int16]:
    """[n, 320]."""
    return sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)


def run(
    cleaner: Cleaner, near: Frame, far: Frame, each: Callable[[int], None] | None = None
) -> npt.NDArray[np.int16]:
    """A call as the media clock drives it: what is handed on, [n, 320]. A silent frame of ours is None."""
    return np.array(list(_cleaned(cleaner, near, far, each)))


def _cleaned(
    cleaner: Cleaner, near: Frame, far: Frame, each: Callable[[int], None] | None
) -> Iterator[Frame]:
    for tick, (heard, said) in enumerate(zip(frames(near), frames(far), strict=True)):
        yield cleaner.hear(heard)
        cleaner.spoke(said if said.any() else None)
        if each is not None:
            each(tick)
