"""What callers say, for measuring recognition: sentences in voices of flite and festival, noises made here,
and the telephone band. Needs Debian's flite and festival; what is synthesised is kept in a folder.

Nothing of it comes from espeak, whose voice is the server's own.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.media.leg import Frame
from pipelines.flows.numbers import alternatives
from tests.recordings import read_wav

VOICES = {
    "slt": ("flite", "slt", 1.0),
    "slt slow": ("flite", "slt", 1.25),
    "slt hts": ("festival", "voice_cmu_us_slt_arctic_hts", 1.0),
    "ked": ("festival", "voice_ked_diphone", 1.0),
    "rms": ("flite", "rms", 1.0),
    "rms fast": ("flite", "rms", 0.85),
    "awb": ("flite", "awb", 1.0),
    "kal": ("festival", "voice_kal_diphone", 1.0),
    "kal16": ("flite", "kal16", 1.1),
}
"""Program, its name of the voice, and how much longer it speaks."""
FIT_VOICES = ("slt", "slt slow", "slt hts", "ked")
"""One woman and one man; the other half speaks in the test."""
TEST_VOICES = tuple(voice for voice in VOICES if voice not in FIT_VOICES)
NOISES = ("office", "babble", "street", "music")

LETTERS = tuple("a b c d e f g h i j k l m n o p q r s t u v w x y z".split())
DIGITS = tuple("zero oh one two three four five six seven eight nine".split())

SENTENCES: dict[str, tuple[str, ...]] = {
    "wish": ("book a room", "i need a room", "i'd like to book a meeting room", "reserve the room"),
    "place": ("mountain view", "san francisco", "new york", "in london", "paris", "berlin", "london"),
    "day": (
        *("today", "tomorrow", "monday", "tuesday", "on wednesday", "next thursday", "friday", "saturday"),
        *("sunday", "the day after tomorrow"),
    ),
    "time": (
        *(
            "two thirty p m",
            "half past ten",
            "nine o'clock",
            "three",
            "eleven fifteen",
            "at four p m",
            "noon",
        ),
        *("quarter to six", "one in the afternoon", "seven forty five"),
    ),
    "length": (
        *("half an hour", "an hour", "two hours", "ninety minutes", "forty five minutes", "one hour"),
        *("an hour and a half", "for thirty minutes", "a quarter of an hour", "three hours"),
    ),
    "people": (
        *(
            "two people",
            "five",
            "twelve people",
            "just me",
            "six of us",
            "eight",
            "one person",
            "four people",
        ),
        *("fifteen people", "nineteen", "three", "for ten people"),
    ),
    "verdict": (
        *("yes", "no", "yeah", "nope", "that's right", "yes please", "okay", "correct", "wrong", "cancel"),
        *("no change the time", "change the place", "yes", "no"),
    ),
    "day_check": ("yes", "no", "yeah", "that's right", "no tomorrow", "yes please", "that's wrong", "monday"),
    "people_check": ("yes", "no", "correct", "wrong", "no five people", "that's not right", "right"),
    "digit": DIGITS,
    "digits": (
        "four five six",
        "nine oh two one",
        "eight six seven five three oh nine",
        "one two three four",
    ),
    "letter": LETTERS,
    "number": (
        *(
            "six",
            "eleven",
            "thirteen",
            "thirty",
            "forty two",
            "fifty",
            "fifteen",
            "sixty eight",
            "ninety nine",
        ),
        *("eighteen", "eighty", "twenty seven"),
    ),
}
"""Right answers, by the grammar that allows them."""
STRANGE = (
    *("what is the weather like", "i don't know", "can i speak to a person", "hello", "what", "sorry"),
    *("excuse me", "hold on a second", "wait", "stop", "my name is peter", "i am calling about my bill"),
    *("where are you", "the red car", "could you repeat that", "who is this", "just a moment please"),
    *("it depends on the others", "banana", "never mind the noise", "good morning", "hm", "well", "maybe"),
    *("i have to ask my wife", "is anybody there", "how much does it cost"),
)
"""Said to every grammar, allowed by none."""


def grammar_document(rules: str) -> str:
    return f"#JSGF V1.0;\ngrammar g;\n{rules}\n"


SMALL = {
    "digit": grammar_document(f"public <x> = {' | '.join(DIGITS)};"),
    "digits": grammar_document(f"public <x> = <d>+; <d> = {' | '.join(DIGITS)};"),
    "letter": grammar_document(f"public <x> = {' | '.join(LETTERS)};"),
    "number": grammar_document(f"public <x> = {alternatives(range(0, 100))};"),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """One of VOICES; what it says is kept in `folder`."""

    name: str
    folder: Path

    def say(self, text: str) -> Frame:
        """At 16 kHz. Raises OSError or CalledProcessError where the program is not there."""
        program, voice, stretch = VOICES[self.name]
        key = hashlib.sha256(f"{self.name}|{text}".encode()).hexdigest()[:16]
        path = self.folder / f"{key}.wav"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            made = path.with_suffix(f".{os.getpid()}.part")
            if program == "flite":
                options = ["-voice", voice, "--setf", f"duration_stretch={stretch}"]
                subprocess.run(["flite", *options, "-t", text, "-o", made], check=True, capture_output=True)
            else:
                options = ["-eval", f"({voice})", "-o", str(made)]
                subprocess.run(["text2wave", *options], input=text.encode(), check=True, capture_output=True)
            made.rename(path)
        return read_wav(path)


def spelled(text: str) -> str:
    """As a synthesiser is to read it: 'p m' as letters."""
    letters = set(LETTERS) - {"a", "i", "o"}
    return " ".join(f"{word.upper()}." if word in letters else word for word in text.split())


# ---- noises, by the second, at any level

Sound = npt.NDArray[np.float64]


def _levelled(sound: Sound) -> Sound:
    levelled: Sound = sound / (sound.std() + 1e-12)
    return levelled


def white(samples: int, rng: np.random.Generator) -> Sound:
    return rng.normal(0.0, 1.0, samples)


def shaped(samples: int, rng: np.random.Generator, slope: float, low: float, high: float) -> Sound:
    """Noise that falls by `slope` (power of frequency) between two frequencies in Hz."""
    spectrum = np.fft.rfft(white(samples, rng))
    hz = np.fft.rfftfreq(samples, 1 / 16_000)
    shape = np.where((hz > low) & (hz < high), np.maximum(hz, low) ** -slope, 0.0)
    made = np.fft.irfft(spectrum * shape, samples)
    return _levelled(made)


def babble(samples: int, rng: np.random.Generator, voices: list[Frame]) -> Sound:
    """Many of `voices` at once, each from somewhere in its middle, round and round."""
    total = np.zeros(samples)
    for _ in range(10):
        voice = voices[int(rng.integers(len(voices)))].astype(np.float64)
        voice = voice / (voice.std() + 1e-9)
        turned = np.roll(voice, -int(rng.integers(len(voice))))
        total += np.resize(turned, samples) * 10 ** rng.uniform(-0.4, 0.0)
    return _levelled(total)


def office(samples: int, rng: np.random.Generator, voices: list[Frame]) -> Sound:
    """Air conditioning, voices farther off, and keys or paper now and then."""
    total = shaped(samples, rng, 0.6, 60, 6_000) + 0.7 * babble(samples, rng, voices)
    for _ in range(max(1, samples // 6_400)):
        at, long = int(rng.integers(max(1, samples - 800))), int(rng.integers(80, 640))
        click = shaped(800, rng, 0.0, 500, 7_000)[:long] * np.exp(-np.arange(long) / (long / 3))
        total[at : at + long] += rng.uniform(1.0, 4.0) * click[: samples - at]
    return _levelled(total)


def street(samples: int, rng: np.random.Generator, voices: list[Frame]) -> Sound:
    """Traffic that comes and goes."""
    t = np.arange(samples) / 16_000
    swell = 1.0 + 0.6 * np.sin(2 * np.pi * rng.uniform(0.1, 0.6) * t + rng.uniform(0, 6))
    total = shaped(samples, rng, 1.0, 40, 4_000) * swell
    return _levelled(total)


def music(samples: int, rng: np.random.Generator, voices: list[Frame]) -> Sound:
    """Chords with overtones, four a second or fewer, over a soft beat."""
    t = np.arange(samples) / 16_000
    total = np.zeros(samples)
    at, beat = 0, int(16_000 / rng.uniform(2.0, 4.0))
    scale = 220.0 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12, 16]) / 12)
    while at < samples:
        end = min(samples, at + beat)
        decay = np.exp(-(t[at:end] - t[at]) * 3)
        for note in rng.choice(scale, 3, replace=False):
            for overtone in range(1, 6):
                total[at:end] += decay * np.sin(2 * np.pi * note * overtone * t[at:end]) / overtone
        total[at:end] += 0.5 * rng.normal(0, 1, end - at) * np.exp(-(t[at:end] - t[at]) * 30)
        at = end
    return _levelled(total)


KINDS = {"office": office, "babble": babble, "street": street, "music": music}


def speech_level(pcm: Frame) -> float:
    """RMS of what is speech: of the 20 ms blocks within 20 dB of the loudest."""
    blocks = pcm[: len(pcm) // 320 * 320].astype(np.float64).reshape(-1, 320)
    energy = np.square(blocks).mean(axis=1)
    return float(np.sqrt(energy[energy > 0.01 * energy.max()].mean()))


def in_noise(pcm: Frame, kind: str, snr_db: float, seed: int, voices: list[Frame]) -> Frame:
    """Speech with noise under all of it, its level such that both fit into 16 bits."""
    rng = np.random.default_rng(seed)
    noise = KINDS[kind](len(pcm), rng, voices)
    loud = pcm.astype(np.float64) * (2_500.0 / max(1.0, speech_level(pcm)))
    mixed = loud + noise * 2_500.0 * 10 ** (-snr_db / 20)
    return np.clip(mixed, -32_768, 32_767).astype(np.int16)
