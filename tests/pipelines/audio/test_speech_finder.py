"""Where somebody speaks, from probabilities and from audio."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.time import SAMPLE_RATE
from pipelines.audio.speech_finder import (
    CHUNK_MS,
    FULL_SCALE,
    SpeechFinder,
    SpeechRule,
    SpeechSegment,
    SpeechSegments,
)
from pipelines.engines.vad.silero.engine import SileroModel, load_weights
from tests.recordings import read_wav
from tests.testdata import TESTDATA


def found(rule: SpeechRule, *runs: tuple[int, float]) -> list[tuple[int, int]]:
    """Segments, in chunks, of runs of (chunks, probability)."""
    segments = SpeechSegments(rule)
    for count, probability in runs:
        for _ in range(count):
            segments.feed(probability)
    total = sum(count for count, _ in runs) * CHUNK_MS
    return [(each.start_ms // CHUNK_MS, each.end_ms // CHUNK_MS) for each in segments.finish(total)]


PLAIN = SpeechRule(pad_ms=0)


def test_a_segment_begins_with_speech_and_ends_where_silence_began() -> None:
    assert found(PLAIN, (10, 0.1), (20, 0.9), (10, 0.1)) == [(10, 30)]


def test_a_short_silence_does_not_end_it_and_a_short_sound_is_none() -> None:
    assert found(PLAIN, (20, 0.9), (2, 0.1), (20, 0.9), (9, 0.0), (3, 0.9), (9, 0.0)) == [(0, 42)]


def test_doubt_holds_it_open() -> None:
    assert found(PLAIN, (20, 0.9), (20, 0.4), (20, 0.9)) == [(0, 60)]


def test_speech_at_the_very_end_counts() -> None:
    assert found(PLAIN, (5, 0.0), (20, 0.9)) == [(5, 25)]


def test_padding_never_overlaps_nor_leaves_the_recording() -> None:
    padded = found(SpeechRule(pad_ms=10 * CHUNK_MS), (2, 0.0), (20, 0.9), (8, 0.0), (20, 0.9), (3, 0.0))
    assert padded == [(0, 26), (26, 53)]


def test_who_never_pauses_is_cut_where_speech_is_least_likely() -> None:
    rule = SpeechRule(pad_ms=0, most_ms=100 * CHUNK_MS)
    cut = found(rule, (70, 0.9), (1, 0.6), (60, 0.9), (1, 0.7), (60, 0.9))
    assert cut == [(0, 70), (70, 131), (131, 192)]


def test_no_piece_is_longer_than_it_may_be() -> None:
    rule = SpeechRule(pad_ms=0, most_ms=50 * CHUNK_MS)
    cut = found(rule, (1_000, 0.9))
    assert cut[0][0] == 0 and cut[-1][1] == 1_000
    assert all(end - start <= 50 for start, end in cut)
    assert all(before[1] == after[0] for before, after in zip(cut, cut[1:], strict=False))


@pytest.fixture(scope="module")
def model() -> SileroModel:
    return SileroModel(load_weights(), FULL_SCALE, 1)


def test_silence_has_no_speech_and_its_probabilities_are_kept(model: SileroModel) -> None:
    finder = SpeechFinder(SpeechRule(), keep=True, model=model)
    finder.feed(np.zeros(SAMPLE_RATE, np.int16))
    assert finder.finish() == []
    assert len(finder.probabilities) == 32 and max(finder.probabilities) < 0.2


@pytest.mark.skipif(not TESTDATA.is_dir(), reason="recorded speech is not part of the project")
def test_recorded_sentences_are_found_whatever_pieces_they_come_in(model: SileroModel) -> None:
    pause = np.zeros(SAMPLE_RATE, np.int16)
    spoken = [read_wav(TESTDATA / "speech" / f"librivox-{each}.wav") for each in ("0880", "0930")]
    audio = np.concatenate([pause, spoken[0], pause, spoken[1], pause])

    def segments(step: int) -> list[SpeechSegment]:
        finder = SpeechFinder(SpeechRule(least_silence_ms=600), model=model)
        for at in range(0, len(audio), step):
            finder.feed(audio[at : at + step])
        return finder.finish()

    first, second = segments(len(audio))
    assert segments(777) == [first, second]
    assert 950 < first.start_ms < 1_400 and second.start_ms > 1_000 + len(spoken[0]) // 16
    assert first.probability > 0.7
