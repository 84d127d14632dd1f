"""The noise floor of a line, and that speech ends on a noisy one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.noise_floor import (
    HIGHEST_DB,
    LEAST_DB,
    LOWEST_DB,
    MOST_DB,
    NoiseFloor,
)
from pipelines.conversation.speech_detector import Edge, SpeechDetector, SpeechState

SPREAD = {"steady": 1.2, "babble": 3.5}
"""Standard deviation of a frame's level, in dB."""


def levels(kind: str, mean: float, ms: int, seed: int = 1) -> list[float]:
    """Of noise. Neighbouring frames of babble are alike."""
    random = np.random.default_rng(seed)
    steps = random.normal(0.0, 1.0, ms // 20)
    if kind == "babble":
        steps = np.convolve(steps, np.ones(3) / 3**0.5, mode="same")
    return [float(mean + SPREAD[kind] * step) for step in steps]


def speech(mean: float, ms: int, seed: int = 2) -> list[float]:
    """Syllables of 160 ms that swing by 16 dB."""
    random = np.random.default_rng(seed)
    swing = 8.0 * np.cos(np.arange(ms // 20) * (2 * np.pi / 8))
    return [float(level) for level in mean + swing + random.normal(0.0, 1.5, ms // 20)]


def power_sum(one: list[float], other: list[float]) -> list[float]:
    return [float(10 * np.log10(10 ** (a / 10) + 10 ** (b / 10))) for a, b in zip(one, other, strict=True)]


@pytest.mark.parametrize("mean", [-60.0, -45.0, -30.0, -22.0])
@pytest.mark.parametrize("kind", list(SPREAD))
def test_the_floor_lies_just_under_the_noise_and_the_margin_spans_it(kind: str, mean: float) -> None:
    floor = NoiseFloor()
    heard = levels(kind, mean, 8_000)
    for level in heard:
        floor.hear(level)
    assert mean - 2.5 * SPREAD[kind] <= floor.db <= mean
    above = sum(level > floor.db + floor.margin_db for level in heard) / len(heard)
    assert above < 0.02


def test_speech_does_not_lift_the_floor_of_a_quiet_line() -> None:
    floor = NoiseFloor()
    for level in levels("steady", -60, 3_000):
        floor.hear(level)
    quiet, margin = floor.db, floor.margin_db
    for _ in range(4):
        for level in speech(-20, 1_800) + levels("steady", -60, 400):
            floor.hear(level)
    assert floor.db < quiet + 4 and floor.margin_db == margin


def test_the_first_words_of_a_call_are_no_noise() -> None:
    floor = NoiseFloor()
    for level in speech(-20, 1_400):
        floor.hear(level)
    assert floor.db == LOWEST_DB


@given(st.lists(st.floats(-96, 0), max_size=300))
def test_whatever_is_heard_the_floor_keeps_its_bounds(heard: list[float]) -> None:
    floor = NoiseFloor()
    for level in heard:
        floor.hear(level)
    assert LOWEST_DB <= floor.db <= HIGHEST_DB and LEAST_DB <= floor.margin_db <= MOST_DB


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("kind", "snr"), [("steady", 10), ("steady", 5), ("babble", 15), ("babble", 10)])
def test_an_answer_on_a_noisy_line_ends_though_the_noise_sounds_like_voices(
    kind: str, snr: float, seed: int
) -> None:
    """It never did: the floor stopped at -38 dBFS, and all that was above counted as voice."""
    noise = levels(kind, -28, 9_000, seed)
    answer = speech(-28 + snr, 1_000)
    noise[300:350] = power_sum(noise[300:350], answer)  # at 6 s
    detector = SpeechDetector()
    chunk, ends = 512, []
    for i, level in enumerate(noise):
        t = (i + 1) * 320
        edges = [detector.frame(t, level)]
        while chunk <= t:
            edges.append(detector.voice(chunk, 0.9))  # to a voice detector background voices are voices
            chunk += 512
        if Edge.PAUSE in edges:
            ends.append(detector.last_voiced // SAMPLES_PER_MS)
        if detector.speech is SpeechState.PAUSED and detector.silence(t) > 500 * SAMPLES_PER_MS:
            detector.reset()
    assert [end for end in ends if 6_600 <= end <= 7_160]
    assert not any(6_150 < end < 6_500 for end in ends), "cut in the middle"
