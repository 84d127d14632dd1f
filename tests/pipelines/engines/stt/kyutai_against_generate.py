"""Prints the tokens that our steps make of some audio, and those of transformers' own `generate` for the
whole.

Runs in the environment of the engines: `python kyutai_against_generate.py FOLDER`.
"""

from __future__ import annotations

import sys

import numpy as np
import torch

from pipelines.engines.stt.transformers_asr.in_environment.kyutai import KyutaiModel

FRAMES = 40


def main(folder: str) -> None:
    options = {"weights": folder, "device": "cpu", "dtype": "float32", "threads": 1}
    kyutai = KyutaiModel(options)
    model = kyutai.loaded.model
    size = model.config.frame_size
    audio = np.random.default_rng(3).normal(0.0, 0.1, FRAMES * size).astype(np.float32)
    stream = kyutai.fresh()
    tokens = [
        stream.begin(),
        *(stream.step(audio[at : at + size]) for at in range(0, len(audio) - size, size)),
    ]
    whole = model.generate(input_values=torch.from_numpy(audio)[None, None], do_sample=False)[0, 1:].tolist()
    for each in (tokens[: len(whole)], whole):
        sys.stdout.write(" ".join(map(str, each)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
