"""Whether answers are found, and found to end, on noisy lines: `python -m tests.load.pauses_in_noise`.

Six recorded answers, each after 4 s of noise and before 3 s more, in the telephone band, at 20 to 5 dB; with
the real voice detector. Noise is made here: several readers at once (babble), coloured noise with keys and
low voices (office), coloured noise that swells (street). The columns: answers missed, answers that never
ended, answers cut in two, where the end was dated (ms after the last voice; p50 and p90), and utterances that
were only noise.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.media.g711 import PCMU
from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db
from mediaserver.media.resample import resample
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.conversation.speech_detector import Edge, SpeechDetector, SpeechState
from pipelines.engines.vad.silero.engine import SileroVad
from tests.recordings import read_wav
from tests.testdata import TESTDATA

Audio = npt.NDArray[np.float64]
ANSWERS = ("mountain_view", "two_people", "half_an_hour", "230pm", "today", "book_a_room")
READERS = ("librivox-0870", "librivox-0880", "librivox-0890", "librivox-0920", "cards-002", "cards-004")
LEAD_S, AFTER_S = 4, 3
WAIT_MS = 500
SPEECH = TESTDATA / "speech"


def load(name: str) -> Audio:
    return read_wav(SPEECH / f"{name}.wav").astype(np.float64)


def unit(audio: Audio) -> Audio:
    return audio / float(np.sqrt(np.mean(audio**2)))


def babble(samples: int, voices: int, seed: int) -> Audio:
    random = np.random.default_rng(seed)
    mixed = np.zeros(samples)
    for _ in range(voices):
        voice = unit(load(READERS[random.integers(len(READERS))]))
        mixed += np.resize(np.roll(voice, -int(random.integers(len(voice)))), samples)
    return unit(mixed)


def coloured(samples: int, seed: int) -> Audio:
    """Falls with frequency."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=samples))
    hertz = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    return unit(np.fft.irfft(spectrum / np.sqrt(np.maximum(hertz, 60.0)), samples))


def office(samples: int, seed: int) -> Audio:
    random = np.random.default_rng(seed)
    mixed = coloured(samples, seed) + 0.5 * babble(samples, 6, seed)
    for at in random.integers(0, samples - 160, samples // 8_000):
        mixed[at : at + 160] += 2 * random.normal(size=160) * np.exp(-np.arange(160) / 40)
    return unit(mixed)


def street(samples: int, seed: int) -> Audio:
    swell = 1 + 0.6 * np.sin(2 * np.pi * np.arange(samples) / (5 * SAMPLE_RATE) + seed)
    return unit(coloured(samples, seed) * swell)


NOISES = {"babble": lambda n, seed: babble(n, 8, seed), "office": office, "street": street}


def telephone(audio: Audio) -> Frame:
    narrow = resample(np.clip(audio, -32_768, 32_767).astype(np.int16), SAMPLE_RATE, 8_000)
    return resample(PCMU.decode(PCMU.encode(narrow)), 8_000, SAMPLE_RATE)


def voiced(answer: Audio) -> tuple[int, int, float]:
    """Where its voice begins and ends, and how strong it is."""
    blocks = answer[: len(answer) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.sqrt((blocks**2).mean(axis=1))
    loud = np.flatnonzero(power > power.max() * 10 ** (-28 / 20))
    strength = float(np.sqrt((blocks[loud] ** 2).mean()))
    return int(loud[0]) * FRAME_SAMPLES, (int(loud[-1]) + 1) * FRAME_SAMPLES, strength


def heard(vad: SileroVad, audio: Frame) -> list[tuple[int, int | None]]:
    """Begin and last voice of each utterance; None: it had not ended."""
    slot, detector = vad.open(), SpeechDetector()
    found: list[tuple[int, int | None]] = []
    open_since: int | None = None
    for at in range(0, len(audio) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        t, frame = at + FRAME_SAMPLES, audio[at : at + FRAME_SAMPLES]
        edges = [detector.frame(t, level_db(frame))]
        for probability in vad.process([slot], frame[None, :])[1]:
            edges.append(detector.voice(t, probability))
        if Edge.ONSET in edges:
            open_since = detector.began
        paused = detector.speech is SpeechState.PAUSED and detector.silence(t) >= WAIT_MS * SAMPLES_PER_MS
        if open_since is not None and paused:
            found.append((open_since, detector.last_voiced))
            open_since = None
            detector.reset()
    vad.close(slot)
    return found if open_since is None else [*found, (open_since, None)]


def main() -> None:
    vad = SileroVad(Path("/tmp") / "silero-cache")
    print("noise    dB  missed  endless  cut  end p50  p90  only noise")  # noqa: T201
    for kind, noise in NOISES.items():
        for snr in (20, 15, 10, 5):
            missed = endless = cut = others = 0
            ends: list[float] = []
            for answer in map(load, (f"dialogflow-{name}" for name in ANSWERS)):
                for seed in (1, 2, 3):
                    begin, end, strength = voiced(answer)
                    lead = LEAD_S * SAMPLE_RATE
                    line = (
                        noise(lead + len(answer) + AFTER_S * SAMPLE_RATE, seed) * strength / 10 ** (snr / 20)
                    )
                    line[lead : lead + len(answer)] += answer
                    found = heard(vad, telephone(0.7 * line))
                    ours = [u for u in found if u[0] < lead + end and (u[1] is None or u[1] > lead + begin)]
                    missed += not ours
                    cut += len(ours) > 1
                    others += len(found) - len(ours)
                    last = ours[-1][1] if ours else 0
                    endless += last is None
                    if ours and last is not None:
                        ends.append((last - lead - end) / SAMPLES_PER_MS)
            p50, p90 = np.percentile(ends, [50, 90]) if ends else (np.nan, np.nan)
            print(f"{kind:8} {snr:2}  {missed:6}  {endless:7}  {cut:3}  {p50:7.0f}  {p90:3.0f}  {others:10}")  # noqa: T201


if __name__ == "__main__":
    main()
