"""Fits the two models of pipelines/conversation/interruption_model.py, and says what they reach.

    python tests/load/interruption_fit.py [--seeds 3] [--fit] [--json]

Plays every sound to the server's own voice detector and to a `Contest`, over a telephone line (8 kHz, mu-law)
with noise and at levels of its own, and takes the evidence at the moment of the decision. With --fit it fits
on flite's voices and prints the coefficients; without, it judges by those in the file. What it reports is of
festival's voices and recorded speech, which the fit has never heard, and of noises of other seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediaserver.media.g711 import PCMU
from mediaserver.media.leg import Frame
from mediaserver.media.resample import resample
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from pipelines.conversation import interruption_model as model
from pipelines.conversation.contest import ContestOutcome, ContestPhase
from pipelines.conversation.interruption import Contest
from pipelines.conversation.own_words import own_words
from pipelines.conversation.sound_shape import shape_of
from pipelines.conversation.speech_detector import Edge, SpeechDetector
from pipelines.conversation.timing import Limits
from pipelines.engines.vad.silero.engine import SileroVad
from tests.load.interruption_sounds import Made, available, noises, recorded, speech

LEAD_S, TAIL_S = 1.2, 0.8
VOICES = ("words", "short words", "like words", "murmur")
RIDGE = 0.001
"""Keeps coefficients small where the sounds would be told apart by less."""


@dataclass(frozen=True)
class Judged:
    """One sound at the moment of its decision."""

    made: Made
    features: list[float]
    outcome: ContestOutcome | None
    """None: the agent was not even ducked."""
    ms: float
    duck_ms: float


def over_a_line(made: Made, rng: np.random.Generator) -> tuple[Frame, float | None]:
    """The sound as the caller's phone sends it, and the level of the caller's voice if that is known."""
    usual = float(rng.uniform(-32, -14))
    level = usual + float(rng.normal(0, 2.5))
    if made.kind in ("babble", "crowd"):
        level = usual - float(rng.uniform(-2, 18))
    elif made.kind not in VOICES:
        level = usual + float(rng.uniform(-15, 5))
    elif made.kind == "murmur":
        level = usual - float(rng.uniform(2, 9))
    loud = made.wave[np.abs(made.wave) > 0.05]
    rms = float(np.sqrt(np.mean(loud**2))) if len(loud) else 1.0
    sound = made.wave / rms * 10 ** (level / 20) * 32_768
    line = np.concatenate([np.zeros(int(LEAD_S * SAMPLE_RATE)), sound, np.zeros(int(TAIL_S * SAMPLE_RATE))])
    floor = float(rng.uniform(-72, -46))
    line = line + rng.standard_normal(len(line)) * 10 ** (floor / 20) * 32_768
    line = line[: len(line) // 640 * 640]
    narrow = resample(np.clip(line, -32_768, 32_767).astype(np.int16), SAMPLE_RATE, 8_000)
    heard = resample(PCMU.decode(PCMU.encode(narrow)), 8_000, SAMPLE_RATE)
    heard = heard[: len(heard) // FRAME_SAMPLES * FRAME_SAMPLES]
    return heard, usual if rng.random() < 0.6 else None


def probabilities(lines: list[Frame]) -> list[dict[int, float]]:
    """By line: the voice detector's, by the frame with which they came."""
    vad = SileroVad()
    found: list[dict[int, float]] = [{} for _ in lines]
    slots = [vad.open() for _ in lines]
    most = max(len(line) for line in lines) // FRAME_SAMPLES
    for at in range(most):
        rows = [i for i, line in enumerate(lines) if len(line) >= (at + 1) * FRAME_SAMPLES]
        frames = np.stack([lines[i][at * FRAME_SAMPLES : (at + 1) * FRAME_SAMPLES] for i in rows])
        ready, scores = vad.process([slots[i] for i in rows], frames)
        for row, score in zip(ready, scores, strict=True):
            found[rows[row]][at] = score
    return found


def judge(made: Made, line: Frame, scores: dict[int, float], usual: float | None) -> list[Judged]:
    """What the contest makes of it; every contest of a long sound counts."""
    limits = Limits()
    contest = Contest(limits, Counter(), own_words("en"))
    contest._sound.usual = usual
    detector = SpeechDetector()
    found: list[Judged] = []
    voice = False
    for at in range(len(line) // FRAME_SAMPLES):
        frame = line[at * FRAME_SAMPLES : (at + 1) * FRAME_SAMPLES]
        t = (at + 1) * FRAME_SAMPLES
        level = 20.0 * float(np.log10(max(0.5, np.sqrt(np.mean(frame.astype(np.float64) ** 2))) / 32_768))
        contest.frame(level, detector.floor_db, shape_of(frame) if contest.weighing else None)
        edges = [detector.frame(t, level)]
        if at in scores:
            contest.voice(scores[at])
            edges.append(detector.voice(t, scores[at]))
        if t < (LEAD_S - 0.1) * SAMPLE_RATE:
            detector.reset()
            continue
        if Edge.ONSET in edges:
            voice = True
            contest.onset(t, detector.began, silent=False)
        contest.begin(t)
        features = contest._sound.evidence.features()
        decided = contest.decide(t, detector.voiced if voice else 0)
        if isinstance(decided, ContestOutcome):
            figures = contest.figures(t)
            assert figures is not None
            found.append(Judged(made, features, decided, figures.decision_ms, figures.duck_ms))
            if decided is ContestOutcome.TAKEN:
                break
            contest.dismiss(decided, 0)
            contest.fruitless = 0
        if detector.speech.value == "paused" and contest.phase is ContestPhase.CALM:
            detector.reset()
            voice = False
    return found or [Judged(made, [], None, 0.0, 0.0)]


def gather(sounds: list[Made], rng: np.random.Generator) -> list[list[Judged]]:
    lines = [over_a_line(made, rng) for made in sounds]
    scores = probabilities([line for line, _ in lines])
    return [judge(m, line, s, usual) for m, (line, usual), s in zip(sounds, lines, scores, strict=True)]


def fit(rows: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logistic regression by Newton's steps; both sides weigh the same."""
    weights = np.zeros(rows.shape[1])
    share = np.where(right > 0, 0.5 / right.mean(), 0.5 / (1 - right.mean()))
    ridge = RIDGE * len(rows) * np.eye(rows.shape[1]) * (np.arange(rows.shape[1]) > 0)
    for _ in range(30):
        odds = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (share * (odds - right)) + ridge @ weights
        curve = (rows * (share * odds * (1 - odds))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(curve + 1e-6 * np.eye(len(curve)), slope)
    return weights


def _sounds(seed: int, *, of_festival: bool) -> list[Made]:
    rng = np.random.default_rng(seed)
    said = list(speech(rng, of_festival=of_festival))
    chatter = [made.wave for made in said if made.kind == "words"]
    made = said + [noise for _ in range(8) for noise in noises(rng, chatter)]
    return made + (list(recorded()) if of_festival else [])


def fitted(seeds: int) -> dict[str, list[float]]:
    """The coefficients of both models, on flite's voices."""
    everything: list[Judged] = []
    model.SPEECH = (-100.0, *[0.0] * (len(model.FEATURES) - 1))  # dismiss all: see each contest
    for seed in range(seeds):
        for contests in gather(_sounds(seed, of_festival=False), np.random.default_rng(100 + seed)):
            speaks = contests[0].made.kind in VOICES
            everything += [one for one in (contests[:1] if speaks else contests) if one.features]
    rows = np.array([one.features for one in everything])
    spoken = np.array([float(one.made.kind in VOICES) for one in everything])
    speech_weights = fit(rows, spoken)
    of_voices = [one for one in everything if one.made.kind in ("words", "short words", "murmur")]
    murmurs = np.array([float(one.made.kind == "murmur") for one in of_voices])
    murmur_weights = fit(np.array([one.features for one in of_voices]), murmurs)
    return {"SPEECH": speech_weights.round(2).tolist(), "MURMUR": murmur_weights.round(2).tolist()}


def reached(seeds: int) -> dict[str, dict[str, float]]:
    """By kind of sound: how many took the floor, and how fast that was decided."""
    by_kind: dict[str, list[list[Judged]]] = defaultdict(list)
    for seed in range(50, 50 + seeds):
        for contests in gather(_sounds(seed, of_festival=True), np.random.default_rng(200 + seed)):
            by_kind[contests[0].made.kind].append(contests)
    report = {}
    for kind, found in sorted(by_kind.items()):
        decided = [one for contests in found for one in contests if one.outcome is not None]
        report[kind] = {
            "sounds": float(len(found)),
            "taken_percent": round(
                100 * sum(c[-1].outcome is ContestOutcome.TAKEN for c in found) / len(found), 1
            ),
            "duck_ms_p95": round(float(np.percentile([d.duck_ms for d in decided] or [0], 95)), 0),
            "decision_ms_p95": round(float(np.percentile([d.ms for d in decided] or [0], 95)), 0),
        }
    return report


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not available():
        sys.stderr.write("flite and festival are needed: apt-get install flite festival\n")
        return 1
    weights: dict[str, list[float]] = {}
    if args.fit:
        weights = fitted(args.seeds)
        model.SPEECH, model.MURMUR = tuple(weights["SPEECH"]), tuple(weights["MURMUR"])
    report = reached(args.seeds)
    if args.json:
        sys.stdout.write(json.dumps({"weights": weights, "reached": report}) + "\n")
        return 0
    for name, values in weights.items():
        sys.stdout.write(f"{name} = {tuple(values)}\n")
    for kind, figures in report.items():
        said = " ".join(f"{name} {value:g}" for name, value in figures.items())
        sys.stdout.write(f"{kind:12} {said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
