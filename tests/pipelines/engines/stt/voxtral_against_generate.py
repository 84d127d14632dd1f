"""Prints the tokens that our steps make of some audio, and those of transformers' own `generate` for the
stream.

Runs in the environment of the engines: `python voxtral_against_generate.py FOLDER`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from pipelines.engines.stt.transformers_asr.in_environment.voxtral import VoxtralModel

SAMPLES = 64_000


def main(folder: str) -> None:
    voxtral = VoxtralModel({"weights": folder, "device": "cpu", "dtype": "float32", "threads": 1})
    audio = np.random.default_rng(3).normal(0.0, 0.1, SAMPLES).astype(np.float32)
    stream = voxtral.open()
    for at in range(0, SAMPLES, voxtral.frame_samples):
        stream.add(audio[at : at + voxtral.frame_samples])
    hop, window = voxtral.features.hop_length, voxtral.features.win_length
    frames = (voxtral.delay + 1) * voxtral.frame_samples // hop

    def spectrograms() -> Iterator[Any]:
        """As transformers' documentation of the model has it."""
        lead = np.zeros(voxtral.left_samples, np.float32)
        first = audio[: (frames - 1) * hop + window // 2]
        yield voxtral.spectrogram(np.concatenate([lead, first]), first=True)
        start = frames * hop - window // 2
        while (end := start + voxtral.frame_samples + window) <= SAMPLES:
            yield voxtral.spectrogram(audio[start:end], first=False)
            start += voxtral.frame_samples

    whole = voxtral.model.generate(
        input_ids=torch.tensor([voxtral.prompt]),
        num_delay_tokens=voxtral.delay,
        input_features=spectrograms(),
        do_sample=False,
    )[0, len(voxtral.prompt) :].tolist()
    for each in (stream.tokens[: len(whole)], whole):
        sys.stdout.write(" ".join(map(str, each)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
