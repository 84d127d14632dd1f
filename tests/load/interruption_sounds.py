"""Sounds that callers make while an agent speaks: words that interrupt, signs of listening, and noises.

Speech comes from flite (whose voices the model is fitted on) and festival (on which it is tried); both are
Debian packages. The noises are made here, each anew for every seed.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE
from tests.recordings import read_wav
from tests.testdata import TESTDATA

Wave = npt.NDArray[np.float64]

WORDS = (
    *(
        "stop",
        "wait",
        "no",
        "hello?",
        "hold on",
        "hang on",
        "excuse me",
        "sorry?",
        "what?",
        "no no",
        "wait a moment",
    ),
    *(
        "that is wrong",
        "I need a room",
        "two people",
        "tomorrow",
        "can you repeat that",
        "actually",
        "cancel",
    ),
    *("listen", "please stop", "agent", "one question", "not on monday", "but I said four", "half past two"),
)
SHORT = ("stop", "wait", "no", "hello?", "what?", "sorry?")
LIKE_WORDS = ("okay", "right", "yeah", "yes", "sure", "all right", "I see")
"""Signs of listening that sound like any other words: they are counted, and fitted to nothing."""
MURMURS = (
    *("m hh m", "hh m", "m", "m m", "ax hh ax", "ah hh ah", "m hh m m", "ah m", "m ah m", "hh ah", "n hh n"),
)
"""In phones: flite spells out what has no vowel."""
FLITE = ("awb", "kal16", "rms", "slt")
FESTIVAL = ("ked_diphone", "kal_diphone", "cmu_us_slt_arctic_hts")


@dataclass(frozen=True)
class Made:
    """One sound as it leaves the caller's mouth or room."""

    kind: str
    """'words', 'short words', 'like words', 'murmur', or the noise's name."""
    voice: str
    wave: Wave
    """16 kHz, loudest at 1."""


def _loudest_at_one(wave: npt.NDArray[np.int16] | Wave) -> Wave:
    loudest: Wave = np.asarray(wave, np.float64)
    return loudest * (1.0 / max(1e-9, float(np.abs(loudest).max())))


def _trimmed(wave: Wave) -> Wave:
    loud = np.flatnonzero(np.abs(wave) > 0.02)
    return wave[loud[0] : loud[-1] + 1] if len(loud) else wave


def _read(path: Path) -> Wave:
    return _trimmed(_loudest_at_one(read_wav(path)))


def flite(text: str, voice: str, *, phones: bool, stretch: float, pitch: float) -> Wave:
    """Said by flite; `stretch`: how slowly, `pitch`: mean in Hz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        settings = ["--setf", f"duration_stretch={stretch}", "--setf", f"int_f0_target_mean={pitch}"]
        what = ["-p", f"pau {text} pau"] if phones else ["-t", text]
        subprocess.run(
            ["flite", "-voice", voice, *settings, *what, "-o", str(path)], check=True, capture_output=True
        )
        return _read(path)


def festival(text: str, voice: str, *, phones: bool, stretch: float) -> Wave:
    """Said by festival."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        said = f"(Utterance Phones (pau {text} pau))" if phones else f'(Utterance Text "{text}")'
        steps = [
            f"(voice_{voice})",
            f"(Parameter.set 'Duration_Stretch {stretch:.2f})",
            f'(utt.save.wave (utt.synth {said}) "{path}" \'riff)',
        ]
        subprocess.run(["festival", "-b", *steps], check=True, capture_output=True)
        return _read(path)


def speech(rng: np.random.Generator, *, of_festival: bool) -> Iterator[Made]:
    """Every word and murmur by every voice once, at a pace and pitch of its own."""
    for voice in FESTIVAL if of_festival else FLITE:
        for kind, texts in (("words", WORDS), ("like words", LIKE_WORDS), ("murmur", MURMURS)):
            for text in texts:
                phones = kind == "murmur"
                if phones and voice.endswith("hts"):
                    continue  # it cannot say phones alone
                stretch = float(rng.uniform(0.8, 1.25))
                if of_festival:
                    wave = festival(text, voice, phones=phones, stretch=stretch)
                else:
                    pitch = float(rng.uniform(90, 220))
                    wave = flite(text, voice, phones=phones, stretch=stretch, pitch=pitch)
                yield Made("short words" if text in SHORT else kind, voice, wave)


def recorded() -> Iterator[Made]:
    """People, as far as their recordings lie beside the project."""
    for path in sorted((TESTDATA / "speech").glob("dialogflow-*.wav")):
        yield Made("words", "recorded", _read(path))
    for path in sorted((TESTDATA / "speech").glob("l*.wav")):
        whole = _read(path)
        for at in range(0, len(whole) - 2 * SAMPLE_RATE, 2 * SAMPLE_RATE):
            yield Made("words", "recorded", _trimmed(_loudest_at_one(whole[at : at + 2 * SAMPLE_RATE])))


def noises(rng: np.random.Generator, chatter: list[Wave]) -> Iterator[Made]:
    """One of each kind; `chatter` is what babble is mixed of."""
    yield Made("cough", "", cough(rng))
    yield Made("breath", "", breath(rng))
    yield Made("click", "", click(rng))
    yield Made("tone", "", tone(rng))
    yield Made("keys", "", np.concatenate([np.pad(click(rng), (0, 1_600)) for _ in range(5)]))
    yield Made("bang", "", bang(rng))
    yield Made("babble", "", babble(rng, chatter))
    yield Made("music", "", music(rng))
    for voices in (3, 6, 10, 14):
        yield Made("crowd", "", crowd(rng, chatter, voices))


def _shaped(
    rng: np.random.Generator, count: int, peaks: tuple[tuple[float, float], ...], tilt: float
) -> Wave:
    """Noise with resonances at (Hz, width in Hz) and a spectrum that falls by `tilt` dB an octave."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE) + 1.0
    gain = 10 ** (-tilt * np.log2(np.maximum(hz, 100) / 100) / 20)
    for centre, width in peaks:
        gain = gain * (1 + 6 / (1 + ((hz - centre) / width) ** 2))
    return np.fft.irfft(spectrum * gain, count)


def cough(rng: np.random.Generator) -> Wave:
    """A burst, a hiss and in half of the cases a voiced end; one to three in a row."""
    parts: list[Wave] = []
    for _ in range(int(rng.integers(1, 4))):
        burst = int(rng.uniform(0.03, 0.06) * SAMPLE_RATE)
        hiss = int(rng.uniform(0.08, 0.25) * SAMPLE_RATE)
        peaks = ((rng.uniform(400, 900), 200.0), (rng.uniform(1_100, 2_200), 400.0))
        body = _loudest_at_one(_shaped(rng, burst + hiss, peaks, float(rng.uniform(1, 4))))
        body *= np.concatenate([np.linspace(0.2, 1, burst), np.exp(-np.arange(hiss) / (0.06 * SAMPLE_RATE))])
        if rng.random() < 0.5:
            count = int(rng.uniform(0.05, 0.15) * SAMPLE_RATE)
            glide = np.cumsum(np.linspace(rng.uniform(150, 300), rng.uniform(80, 140), count)) / SAMPLE_RATE
            tail = sum(np.sin(2 * np.pi * k * glide) / k for k in range(1, 12))
            tail = np.asarray(tail) * np.hanning(count) * 0.25 * np.abs(body).max()
            body = np.concatenate([body, tail + 0.3 * _loudest_at_one(_shaped(rng, count, peaks, 2.0)) * 0.2])
        parts += [body, np.zeros(int(rng.uniform(0.05, 0.25) * SAMPLE_RATE))]
    return _trimmed(_loudest_at_one(np.concatenate(parts)))


def breath(rng: np.random.Generator) -> Wave:
    count = int(rng.uniform(0.3, 1.2) * SAMPLE_RATE)
    return _loudest_at_one(_shaped(rng, count, ((1_500.0, 900.0),), 1.0) * np.hanning(count))


def click(rng: np.random.Generator) -> Wave:
    count = int(rng.uniform(0.004, 0.05) * SAMPLE_RATE)
    return _loudest_at_one(rng.standard_normal(count) * np.exp(-np.arange(count) / (count / 4)))


def bang(rng: np.random.Generator) -> Wave:
    count = int(rng.uniform(0.1, 0.4) * SAMPLE_RATE)
    sound = _shaped(rng, count, ((rng.uniform(100, 500), 80.0),), 5.0)
    return _loudest_at_one(sound * np.exp(-np.arange(count) / (count / 5)))


def tone(rng: np.random.Generator) -> Wave:
    """A beep, a key or a ring."""
    count = int(rng.uniform(0.1, 1.5) * SAMPLE_RATE)
    at = np.arange(count) / SAMPLE_RATE
    pitches = rng.uniform(300, 1_600, int(rng.integers(1, 3)))
    return _loudest_at_one(np.sum([np.sin(2 * np.pi * hz * at) for hz in pitches], axis=0))


def babble(rng: np.random.Generator, chatter: list[Wave]) -> Wave:
    """Six people speak at once, for three seconds."""
    mixed = np.zeros(3 * SAMPLE_RATE)
    for _ in range(6):
        said = np.concatenate([chatter[int(i)] for i in rng.integers(0, len(chatter), 12)])
        at = int(rng.integers(0, SAMPLE_RATE))
        mixed += np.resize(said[at:], len(mixed)) * rng.uniform(0.5, 1.0)
    return _loudest_at_one(mixed)


def crowd(rng: np.random.Generator, chatter: list[Wave], voices: int) -> Wave:
    """So many people speak at once, some nearer than others, for one to three seconds."""
    mixed = np.zeros(int(rng.uniform(1.2, 3) * SAMPLE_RATE))
    for index in range(voices):
        said = [chatter[int(i)] for i in rng.integers(0, len(chatter), 10)]
        said = [
            np.pad(wave / np.sqrt(np.mean(wave**2)), (0, int(rng.integers(1_000, 6_000)))) for wave in said
        ]
        line = np.concatenate(said)
        track = np.resize(np.roll(line, int(rng.integers(0, len(line)))), len(mixed))
        mixed += track * 10 ** (rng.uniform(-6, 0) / 20) * (-1) ** index
    return _loudest_at_one(mixed)


def music(rng: np.random.Generator) -> Wave:
    """Chords of plucked strings on a beat."""
    beat = int(rng.uniform(0.25, 0.5) * SAMPLE_RATE)
    out = np.zeros(3 * SAMPLE_RATE)
    for start in range(0, len(out) - beat, beat):
        root = 110 * 2 ** (rng.integers(0, 24) / 12)
        at = np.arange(min(2 * beat, len(out) - start)) / SAMPLE_RATE
        for step in (0, 4, 7):
            hz = root * 2 ** (step / 12)
            for k in range(1, 6):
                out[start : start + len(at)] += np.sin(2 * np.pi * hz * k * at) * np.exp(-at * 4 * k) / k
    return _loudest_at_one(out)


def available() -> bool:
    return shutil.which("flite") is not None and shutil.which("festival") is not None
