"""One pocketsphinx decoder and its best path. Must run in a worker only: decoding holds the GIL."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pocketsphinx

from pipelines.engines.stt.pocketsphinx.rejection import LOG_SCALE, Span

SILENCE = 0.5
"""Likelihood that it is silent before and after each word of a grammar. With the decoder's own, one in two
hundred, the silence before "today" becomes the beginning of a "thursday".
"""
WORST = -7.0
"""Natural log; less likely than one in a thousand makes no difference."""


def model_files() -> dict[str, Path]:
    """The model files of the pocketsphinx wheel, by what they are."""
    root = Path(pocketsphinx.get_model_path("en-us"))
    return {
        "hmm": root / "en-us",
        "dict": root / "cmudict-en-us.dict",
        "lm": root / "en-us.lm.bin",
        "phones": root / "en-us-phone.lm.bin",
    }


def new_decoder(words: Mapping[str, str], **options: Any) -> pocketsphinx.Decoder:
    """With these words; without any other unless the options name a dictionary."""
    options = {"lm": None, "dict": os.devnull, "loglevel": "FATAL", **options}
    decoder = pocketsphinx.Decoder(hmm=str(model_files()["hmm"]), **options)
    for word, phones in words.items():
        decoder.add_word(word, phones, False)
    return decoder


def begin(decoder: pocketsphinx.Decoder, mean: str) -> None:
    """Begin an utterance that owes nothing to those before it. `mean`: cepstral, to start from."""
    with warnings.catch_warnings():
        # It is said to be needless, but else the noise of one caller's line is taken off the next one's.
        warnings.simplefilter("ignore", DeprecationWarning)
        decoder.start_stream()
    decoder.set_cmn(mean)
    decoder.start_utt()


def best_text(decoder: pocketsphinx.Decoder) -> str:
    hypothesis = decoder.hyp()
    return " ".join(hypothesis.hypstr.split()) if hypothesis is not None else ""


def best_spans(decoder: pocketsphinx.Decoder, scale: float = 1.0) -> Iterable[Span]:
    """The best path so far. Segment scores are likelihoods that may underflow to zero."""
    if decoder.hyp() is None:
        return
    for part in decoder.seg():
        yield Span(part.word, part.start_frame, part.end_frame, scale * math.log(max(part.ascore, 1e-300)))


def best_log(decoder: pocketsphinx.Decoder) -> float:
    """Natural log likelihood of the best path so far, -inf when there is none; of searches without a lattice,
    whose scores are scaled."""
    hypothesis = decoder.hyp()
    if hypothesis is None or hypothesis.score <= 0.0:
        return -math.inf
    return LOG_SCALE * math.log(hypothesis.score)


def posterior(decoder: pocketsphinx.Decoder) -> float:
    """Mean natural log of the probability of each word among all that the lattice has in its place: of a
    search with a lattice, once it is over."""
    if decoder.hyp() is None:
        return WORST
    logs = [
        max(WORST, math.log(max(part.prob, 1e-300)))
        for part in decoder.seg()
        if not part.word.startswith(("<", "["))
    ]
    return sum(logs) / len(logs) if logs else WORST


def posteriors(decoder: pocketsphinx.Decoder) -> dict[int, float]:
    """How probable each part of the best path is among all that the lattice has in its place, by the frame in
    which it begins: of a search with a lattice, once it is over."""
    if decoder.hyp() is None:
        return {}
    return {part.start_frame: round(min(1.0, max(0.0, part.prob)), 3) for part in decoder.seg()}
