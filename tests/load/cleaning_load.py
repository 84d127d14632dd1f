"""What cleaning a line costs, and what suppressing noise does for the recogniser.

    python -m tests.load.cleaning_load [--speech ../shared/testdata/speech] [--cost]

The first table is processor time of this thread per frame; the second plays the six booking answers under
noise made here, in the telephone band, to the grammars of their questions. It asserts nothing;
docs/benchmarks.md has its figures.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from pywebrtc_audio import NoiseSuppressor as Suppressor

from mediaserver.media.cleaning.canceller import Cancellers
from mediaserver.media.cleaning.line_cleaner import LineCleaner
from mediaserver.media.cleaning.noise_suppressor import NoiseSuppressor
from mediaserver.media.leg import Frame
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.stt.pocketsphinx.decoder import Decoders
from tests.load.stt_rejection import DEFAULT, RIGHT, SLICE, grammars, load
from tests.mediaserver.media.cleaning.lines import Sound, at_level, echo, frames, noise, telephone, voice

ANSWERS = [(name, *RIGHT[name]) for name in RIGHT if name.startswith("dialogflow-") and "hello" not in name]
LEVEL_DB = -22
LEAD = 3 * SAMPLE_RATE
"""The line is heard so long before the caller speaks."""


def babble(rng: np.random.Generator, samples: int, speech: Path) -> Sound:
    """Six readers at once."""
    mix = np.zeros(samples)
    for reader in rng.choice(sorted(speech.glob("librivox-*.wav")), 6):
        sound = load(reader)
        part = np.resize(np.roll(sound, -int(rng.integers(len(sound)))), samples).astype(np.float64)
        mix += part / np.std(part)
    return mix


def coloured(rng: np.random.Generator, samples: int, corner_hz: float) -> Sound:
    """Noise that falls above the corner."""
    at = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    shaped = np.fft.rfft(rng.normal(0, 1, samples)) / np.sqrt(1 + (at / corner_hz) ** 2)
    return np.asarray(np.fft.irfft(shaped, samples), np.float64)


def street(rng: np.random.Generator, samples: int, _: Path) -> Sound:
    """Cars that come and go."""
    swell = 1 + 0.7 * np.sin(np.arange(samples) * 2 * np.pi / (rng.uniform(3, 6) * SAMPLE_RATE))
    return np.asarray(coloured(rng, samples, 120) * swell, np.float64)


def office(rng: np.random.Generator, samples: int, speech: Path) -> Sound:
    """A hum of machines, keys and others who talk."""
    hum = coloured(rng, samples, 250)
    hum /= np.std(hum)
    for at in rng.integers(0, samples - 400, 3 * samples // SAMPLE_RATE):
        hum[at : at + 400] += rng.normal(0, 1, 400) * np.exp(-np.arange(400) / 60) * rng.uniform(1, 4)
    others = babble(rng, samples, speech)
    return np.asarray(hum + 0.5 * others / np.std(others), np.float64)


def recognition(speech: Path) -> None:
    """The second table."""
    write, decoders, known = sys.stdout.write, Decoders(1, {}), grammars()
    rng = np.random.default_rng(11)
    write(
        "\n| dB | noise | as it came: right, wrong | by 12 dB | by 18 dB |\n| --- | --- | --- | --- | --- |\n"
    )
    for snr in (20, 15, 10, 5):
        for kind in (office, babble, street):
            right, wrong = [0, 0, 0], [0, 0, 0]
            for name, reference, (grammar, *_) in ANSWERS:
                clean = at_level(load(speech / name), LEVEL_DB)
                line = np.zeros(LEAD + len(clean) + 4_800)
                line[LEAD : LEAD + len(clean)] = clean
                came = telephone(line + at_level(kind(rng, len(line), speech), LEVEL_DB - snr))
                for way, level in enumerate((None, 1, 2)):
                    heard = came if level is None else Suppressor(SAMPLE_RATE, 1, level).process(came)
                    data = heard[LEAD - 7_040 :].tobytes()
                    ear = decoders.listen({"name": grammar, "jsgf": known[grammar]}, data[: 6 * SLICE])
                    for at in range(0, len(data), 2 * SLICE):
                        ear.hear(data[at : at + 2 * SLICE])
                    final = ear.final()
                    ear.close()
                    if final["understood"]:
                        (right if final["text"] == reference else wrong)[way] += 1
            cells = " | ".join(f"{good}, {bad}" for good, bad in zip(right, wrong, strict=True))
            write(f"| {snr} | {kind.__name__} | {cells} |\n")


def cost() -> None:
    """The first table."""
    far = voice(1, 14.0)
    silent = np.zeros_like(far)
    quiet = telephone(noise(1, len(far), -66))
    talk = telephone(voice(2, 14.0, pitch=190))
    back = telephone(echo(far, -10, 140))
    loud = telephone(noise(2, len(far), -38))
    sys.stdout.write("| line | µs per frame |\n| --- | --- |\n")
    for what, near, out, limit in (
        ("clean, we speak", quiet, far, 1),
        ("the caller talks, we are silent", talk, silent, 1),
        ("both talk", talk, far, 1),
        ("an echo that is muted", back, far, 0),
        ("an echo that is cancelled", back, far, 1),
        ("noise that is suppressed", loud, silent, 1),
    ):
        took = min(_took(near, out, limit) for _ in range(6))
        sys.stdout.write(f"| {what} | {took:.1f} |\n")


def _took(near: Frame, far: Frame, limit: int) -> float:
    line = LineCleaner(Cancellers(limit, threaded=False), NoiseSuppressor())
    pairs = [(h, s if s.any() else None) for h, s in zip(frames(near), frames(far), strict=True)]
    began = time.thread_time()
    for heard, said in pairs:
        line.hear(heard)
        line.spoke(said)
    return (time.thread_time() - began) / len(pairs) * 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--speech", type=Path, default=DEFAULT)
    parser.add_argument("--cost", action="store_true", help="the first table alone")
    options = parser.parse_args()
    cost()
    if options.cost:
        return 0
    if not options.speech.is_dir():
        sys.stderr.write(f"no recordings in {options.speech}; name their folder with --speech\n")
        return 1
    recognition(options.speech)
    return 0


if __name__ == "__main__":
    sys.exit(main())
