"""Hypotheses as models give them, made from text for tests of what is done with them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.engines.stt.rolling.hypothesis import Hypothesis, SegmentEnd, WindowWord

WORD_MS = 300


def words(text: str, start_ms: int = 0) -> tuple[WindowWord, ...]:
    """Each takes 300 ms."""
    return tuple(
        WindowWord(f" {each}", start_ms + at * WORD_MS, start_ms + (at + 1) * WORD_MS, tokens=(at + 1,))
        for at, each in enumerate(text.split())
    )


def heard(text: str, *, log_probability: float = -0.2, no_speech: float = 0.01) -> Hypothesis:
    """A text in which each full stop ends a segment."""
    spoken = words(text)
    ends = tuple(SegmentEnd(at, word.end_ms) for at, word in enumerate(spoken, 1) if word.text.endswith("."))
    return Hypothesis(spoken, ends, log_probability, no_speech)


def speech(ms: int, seed: int = 0) -> npt.NDArray[np.int16]:
    """Sound as loud as speech, 16 kHz."""
    return np.random.default_rng(seed).normal(0.0, 3_000.0, ms * 16).astype(np.int16)


def silence(ms: int) -> npt.NDArray[np.int16]:
    return np.zeros(ms * 16, np.int16)
