"""How loud an utterance is, and by how much it stands out from its noise."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.engines.stt.pocketsphinx.level import FLOOR_DB, Level


def heard(*parts: tuple[int, float]) -> Level:
    """Noise of so many 20 ms blocks and an RMS in dBFS each."""
    rng = np.random.default_rng(5)
    level = Level()
    for blocks, db in parts:
        samples = rng.normal(0, 32_768 * 10 ** (db / 20), 320 * blocks)
        level.hear(samples.clip(-32_768, 32_767).astype(np.int16).tobytes())
    return level


def test_words_stand_out_from_the_noise_before_and_after_them() -> None:
    level = heard((20, -50), (40, -20), (10, -50))
    assert level.noise_db == pytest.approx(-50, abs=1)
    assert level.speech_db == pytest.approx(-20, abs=1)
    assert level.above_noise() == pytest.approx(30, abs=1.5)


def test_a_line_known_to_be_noisier_counts_more_than_the_utterance_itself() -> None:
    assert heard((20, -50), (40, -20)).above_noise(-30.0) == pytest.approx(10, abs=1.5)
    assert heard((20, -30), (40, -20)).above_noise(-60.0) == pytest.approx(10, abs=1.5)


def test_steady_noise_does_not_stand_out() -> None:
    assert heard((60, -20)).above_noise() < 2.0


def test_nothing_and_digital_silence_are_at_the_floor() -> None:
    for level in (Level(), heard((50, -200))):
        assert level.noise_db == level.speech_db == FLOOR_DB
        assert level.above_noise() == 0.0


def test_audio_in_odd_pieces_is_the_same() -> None:
    pcm = np.random.default_rng(1).normal(0, 900, 3_200).astype(np.int16).tobytes()
    whole, pieces = Level(), Level()
    whole.hear(pcm)
    for at in range(0, len(pcm), 202):
        pieces.hear(pcm[at : at + 202])
    assert whole.noise_db == pytest.approx(pieces.noise_db)
