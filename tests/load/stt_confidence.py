"""How much the recogniser's confidence is worth, and the weights that it is made of.

    python -m tests.load.stt_confidence play 0 --out fit.jsonl --voices FOLDER [--share 0.5]
    python -m tests.load.stt_confidence play 1 --out test.jsonl --voices FOLDER [--share 0.5]
    python -m tests.load.stt_confidence fit fit.jsonl test.jsonl

`play` has one half of the voices and recordings say what tests/load/stt_corpus.py holds, clean and in noise,
to the decoders (half an hour each on one core; needs flite and festival). `fit` prints the weights for
pipelines/engines/stt/pocketsphinx/rejection.py as fitted on all of them, and what such weights are worth on
voices that they were not fitted on: each speaker is judged by weights fitted on the others. It asserts
nothing; docs/benchmarks.md has the figures.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipelines.engines.stt.pocketsphinx.rejection import (
    MIN_WORD_FRAMES,
    SURE,
    UNDERSTOOD,
    Against,
    Belief,
    Scores,
    Weights,
    features,
    verdict,
    wanted,
)
from tests.load.stt_corpus import VOICES
from tests.load.stt_rejection import DEFAULT
from tests.load.stt_trials import CLEAN, Heard, half, played

Matrix = npt.NDArray[np.float64]
AGAINST = 2
"""So many features at the end tell of comparisons, which come one after the other."""
SIGNS = (0, 1, 1, -1, 1, 1, -1, -1, 1, -1, 1, 1)
"""Which way each feature tells. A weight that comes out the other way makes up for chance, and is none."""


def logistic(rows: Matrix, right: Matrix, *, ridge: float = 1.0) -> Matrix:
    """Weights that make the outcomes likeliest, by Newton's method; `ridge` draws all but the first to 0."""
    weights = np.zeros(rows.shape[1])
    penalty = np.eye(len(weights)) * ridge
    penalty[0, 0] = 0.0
    for _ in range(50):
        found = 1.0 / (1.0 + np.exp(-rows @ weights))
        slope = (rows * (found * (1.0 - found) + 1e-9)[:, None]).T @ rows + penalty
        weights = weights - np.linalg.solve(slope, rows.T @ (found - right) + penalty @ weights)
    return weights


def judged(heard: Sequence[Heard]) -> list[Heard]:
    """Whole sentences, of which a confidence is asked."""
    return [each for each in heard if each.complete and each.evidence.frames >= MIN_WORD_FRAMES]


def rows(heard: Sequence[Heard]) -> Matrix:
    return np.array([features(each.evidence) for each in heard])


def fitted(heard: Sequence[Heard]) -> Weights:
    """Of all of them."""
    some = judged(heard)
    right = np.array([each.right for each in some], np.float64)
    known = rows(some)

    def without(last: int) -> tuple[float, ...]:
        used = list(range(len(SIGNS) - last))
        while True:
            found = logistic(known[:, used], right)
            wrong = [at for at, weight in zip(used, found, strict=True) if SIGNS[at] * weight < 0]
            if not wrong:
                break
            worst = min(wrong, key=lambda at: SIGNS[at] * found[used.index(at)])
            used.remove(worst)
        weights = np.zeros(len(SIGNS))
        weights[used] = found
        return tuple(weights.round(3).tolist())

    return Weights(*(without(last) for last in range(AGAINST, -1, -1)))


def again(heard: Sequence[Heard], weights: Weights | None = None) -> list[Heard]:
    """With the verdict as these weights have it (None: those in use), and compared only with what it is
    compared with in a call."""
    found = []
    for each in heard:
        seen, known = staged(each.evidence, weights or Weights())
        taken = each.complete and seen.understood
        confidence = seen.confidence if each.complete else 0.0
        now = replace(each, confidence=confidence, understood=taken, doubtful=taken and seen.doubtful)
        found.append(replace(now, compared=len(known)))
    return found


def staged(evidence: Scores, weights: Weights) -> tuple[Belief, set[Against]]:
    """What is believed in a call, and after which comparisons."""
    known: set[Against] = set()
    while True:
        here = replace(
            evidence,
            other=evidence.other if Against.GRAMMAR in known else "",
            over_other=evidence.over_other if Against.GRAMMAR in known else None,
            over_rest=evidence.over_rest if Against.ALL in known else None,
        )
        seen = verdict(here, weights=weights)
        against = wanted(known, seen)
        if against is None:
            return seen, known
        known.add(against)


def speaker(heard: Heard) -> str:
    """Who speaks, fast or slow; all recordings are one."""
    return heard.spoken.voice.split(" ")[0] if heard.spoken.voice in VOICES else "recordings"


def unseen(heard: Sequence[Heard]) -> list[Heard]:
    """Each speaker judged by weights that were fitted on all others."""
    found = []
    for who in sorted({speaker(each) for each in heard}):
        weights = fitted([each for each in heard if speaker(each) != who])
        found += again([each for each in heard if speaker(each) == who], weights)
    return found


def _share(some: Sequence[Heard], what: Callable[[Heard], bool]) -> str:
    return f"{sum(map(what, some)) / len(some):.0%}" if some else "–"


def table(heard: Sequence[Heard]) -> str:
    """By noise: what was taken of what was right, misheard and strange, and for sure."""
    lines = [
        "| noise | allowed | heard right | right: taken, for sure | misheard: taken, for sure "
        "| strange | taken, for sure |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for snr_db in sorted({each.spoken.snr_db for each in heard}, reverse=True):
        some = [each for each in heard if each.spoken.snr_db == snr_db]
        allowed = [each for each in some if each.spoken.allowed]
        right = [each for each in allowed if each.right]
        wrong = [each for each in allowed if not each.right]
        strange = [each for each in some if not each.spoken.allowed]
        cells = [
            "clean" if snr_db == CLEAN else f"{snr_db:.0f} dB",
            str(len(allowed)),
            _share(allowed, lambda each: each.right),
            *(
                f"{_share(group, lambda each: each.understood)}, "
                f"{_share(group, lambda each: each.understood and not each.doubtful)}"
                for group in (right, wrong)
            ),
            str(len(strange)),
            f"{_share(strange, lambda each: each.understood)}, "
            f"{_share(strange, lambda each: each.understood and not each.doubtful)}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def reliability(heard: Sequence[Heard]) -> str:
    """Whether of those with a confidence of 0.9 nine in ten are right."""
    lines = ["| confidence | sentences | its mean | right |", "| --- | --- | --- | --- |"]
    edges = (0.0, 0.1, 0.3, UNDERSTOOD, 0.6, 0.75, SURE, 0.93, 0.97, 1.01)
    some = judged(heard)
    for low, high in zip(edges, edges[1:], strict=False):
        group = [each for each in some if low <= each.confidence < high]
        if group:
            mean = sum(each.confidence for each in group) / len(group)
            share = _share(group, lambda each: each.right)
            lines.append(f"| {low:.2f}–{min(high, 1.0):.2f} | {len(group)} | {mean:.2f} | {share} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    play = commands.add_parser("play")
    play.add_argument("half", type=int, choices=(0, 1))
    play.add_argument("--out", type=Path, required=True)
    play.add_argument("--voices", type=Path, required=True, help="where synthesised speech is kept")
    play.add_argument("--speech", type=Path, default=DEFAULT)
    play.add_argument("--share", type=float, default=1.0, help="of all utterances of the half")
    fit = commands.add_parser("fit")
    fit.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args()
    if options.command == "play":
        todo = half(options.half, options.share)
        random.Random(1).shuffle(todo)
        with options.out.open("w", encoding="utf-8") as out:
            for each in played(todo, options.voices, options.speech):
                out.write(each.line() + "\n")
                out.flush()  # what is there can be fitted before the end
        return 0
    heard = [Heard.read(line) for path in options.files for line in path.read_text("utf-8").splitlines()]
    write = sys.stdout.write
    write(f"{fitted(heard)}\n\n")
    for what, judgement in (
        ("Those in use", again(heard)),
        ("Each speaker by weights of the others", unseen(heard)),
    ):
        write(f"{what}:\n\n{table(judgement)}\n\n{reliability(judgement)}\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
