"""How well moods and speakers are told from voices by telephone; prints the figures of docs/insight.md.

`python -m tests.load.caller_voices speakers|mood FOLDER` needs Debian's flite and festival; what is
synthesised is kept in FOLDER.
"""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.media.g711 import PCMU
from mediaserver.media.resample import resample
from pipelines.insight.feeling_words import Sentiment
from pipelines.insight.mood import CallerMood
from pipelines.insight.pitch import pitch_track
from pipelines.insight.prosody import prosody_of
from pipelines.insight.speakers import Speakers, VoiceShape, shape_of_voice
from tests.load.stt_corpus import Voice
from tests.recordings import read_wav

Samples = npt.NDArray[np.int16]

SPEAKERS = ("slt", "ked", "rms", "awb", "kal")
PITCHES = {"rms": 100, "slt": 170, "awb": 130, "kal16": 95}
"""Of flite's voices, whose pitch and pace can be set."""
CALM = (
    "i would like to book a meeting room for my team",
    "it is for friday afternoon at half past two",
    "we are eight people and we need it for two hours",
    "mountain view would be best for all of us",
    "yes that is right thank you very much",
    "could you send me the address please",
    "i think we also need a projector",
    "no just the one room for now",
    "my number is five five five one two three",
    "is there a parking lot near the office",
)
CROSS = (
    "this is the third time i call you about it",
    "nobody ever called me back",
    "i want to speak to your manager now",
    "that is not what i ordered",
)
MORE = (
    "my name is peter and i am calling about my bill",
    "could you repeat that for me please",
    "where are you exactly i can not find the entrance",
    "it depends on what the others say about it",
    "i have to ask my wife about that first",
    "how much does it cost for the whole week",
    "the red car is parked in front of the house",
    "we would like to move the meeting to tuesday",
)
SHORT = (
    "two thirty p m",
    "yes that is right",
    "half an hour please",
    "mountain view",
    "the day after tomorrow",
    "i don't know",
    "just a moment please",
    "eight six seven five three oh nine",
)
TURNS = 12


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")


def by_telephone(samples: Samples, snr_db: float, seed: int, *, level: float | None = 1_800.0) -> Samples:
    """Band of 300 Hz to 3.4 kHz, white noise, G.711. `level`: of the speech; None leaves it, and the noise is
    at -55 dBFS."""
    narrow = resample(samples, 16_000, 8_000).astype(np.float64)
    spectrum = np.fft.rfft(narrow)
    spectrum[np.fft.rfftfreq(len(narrow), 1 / 8_000) < 300] = 0
    speech = np.fft.irfft(spectrum, len(narrow))
    noise = 10 ** (-55 / 20) * 32_768
    if level is not None:
        speech, noise = speech / (speech.std() + 1e-9) * level, level * 10 ** (-snr_db / 20)
    speech = speech + np.random.default_rng(seed).normal(0, noise, len(speech))
    line = PCMU.decode(PCMU.encode(np.clip(speech, -32_768, 32_767).astype(np.int16)))
    return resample(line, 8_000, 16_000)


def speakers(folder: Path, snr_db: float) -> None:
    texts = (*CALM, *CROSS, *MORE, *SHORT)
    first = len(texts) - len(SHORT)
    shapes: dict[tuple[str, int], VoiceShape | None] = {
        (voice, at): shape_of_voice(pitch_track(by_telephone(Voice(voice, folder).say(text), snr_db, at)))
        for voice in SPEAKERS
        for at, text in enumerate(texts)
    }
    rng = np.random.default_rng(0)
    wrong, sure = list[bool](), list[bool]()
    pairs: dict[str, list[bool]] = {}
    for one, other in itertools.permutations(SPEAKERS, 2):
        for _ in range(6):
            heard, who = Speakers(), one
            for turn in range(TURNS):
                if turn >= 2 and rng.random() < 0.5:
                    who = other if who == one else one
                found = heard.judge(shapes[who, int(rng.integers(len(texts) if turn else first))])
                if found is not None:
                    wrong.append(found.number != (1 if who == one else 2))
                    pairs.setdefault(" ".join(sorted((one, other))), []).append(wrong[-1])
                    if found.sure >= 0.5:
                        sure.append(wrong[-1])
    doubled = []
    for voice in SPEAKERS:
        for _ in range(60):
            alone = Speakers()
            judged = [
                alone.judge(shapes[voice, int(rng.integers(len(texts) if turn else first))])
                for turn in range(TURNS)
            ]
            doubled.append(any(each is not None and each.number == 2 for each in judged))
    tell(
        f"{snr_db:g} dB: wrong {np.mean(wrong):.1%} of {len(wrong)}, of sure ones {np.mean(sure):.1%} of "
        f"{len(sure)}; one told as two {np.mean(doubled):.1%}"
    )
    tell("   " + ", ".join(f"{pair} {np.mean(each):.1%}" for pair, each in pairs.items()))


def flite(
    folder: Path, voice: str, text: str, *, pitch: float = 0, spread: float = 0, pace: float = 1.0
) -> Samples:
    """At 16 kHz."""
    key = hashlib.sha256(repr((voice, text, pitch, spread, pace)).encode()).hexdigest()[:16]
    path = folder / f"{key}.wav"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        options = ["-voice", voice, "--setf", f"duration_stretch={pace}"]
        if pitch:
            options += ["--setf", f"int_f0_target_mean={pitch}", "--setf", f"int_f0_target_stddev={spread}"]
        subprocess.run(["flite", *options, "-t", text, "-o", str(path)], check=True, capture_output=True)
    return read_wav(path)


def mood(folder: Path) -> None:
    rng, silent, costs = np.random.default_rng(0), Sentiment(0.0, 0), list[float]()

    def judged(caller: CallerMood, samples: Samples, gain_db: float) -> tuple[float, float]:
        louder = np.clip(samples * (0.4 * 10 ** (gain_db / 20)), -32_768, 32_767).astype(np.int16)
        line = by_telephone(louder, 0.0, 1, level=None)
        began = time.thread_time()
        prosody = prosody_of(pitch_track(line))
        costs.append((time.thread_time() - began) / (len(line) / 16_000) * 1000)
        found = caller.judge(prosody, silent)
        return found.arousal, found.arousal_sure

    told: dict[str, list[tuple[float, float]]] = {"calm": [], "agitated": [], "subdued": []}
    for voice, pitch in PITCHES.items():
        for _ in range(6):
            caller = CallerMood()
            for text in rng.permutation(CALM)[:8]:
                told["calm"].append(judged(caller, flite(folder, voice, str(text)), 0.0))
            for text in CROSS:
                up = flite(folder, voice, text, pitch=pitch * 1.25, spread=25, pace=0.85)
                told["agitated"].append(judged(caller, up, 4.0))
                down = flite(folder, voice, text, pitch=pitch * 0.9, spread=8, pace=1.25)
                told["subdued"].append(judged(caller, down, -4.0))
    for name, each in told.items():
        sure = [arousal for arousal, sure in each if sure >= 0.5]
        flagged = sum(abs(arousal) >= 0.4 for arousal in sure)
        share = flagged / (len(sure) if name == "calm" else len(each))
        tell(f"{name}: {share:.0%} of {len(each)} ({len(sure)} sure), median {np.median(sure):.2f}")
    tell(f"{np.median(costs):.1f} ms for a second, p95 {np.percentile(costs, 95):.1f}")


if __name__ == "__main__":
    _, what, where = sys.argv
    if what == "mood":
        mood(Path(where))
    else:
        for level in (35.0, 20.0, 12.0):
            speakers(Path(where), level)
