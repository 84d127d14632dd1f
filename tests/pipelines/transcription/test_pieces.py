"""Recordings are cut at pauses, into pieces that a recogniser bears."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.audio.speech_finder import SpeechSegment
from pipelines.transcription.pieces import JOINED_MS, MOST_MS, pieces


def cut(*segments: tuple[int, int]) -> list[tuple[int, int]]:
    made = pieces([SpeechSegment(start, end, 0.9) for start, end in segments])
    return [(each.start_ms, each.end_ms) for each in made]


def test_a_short_pause_does_not_cut_and_a_long_one_does() -> None:
    assert cut((0, 1_000), (1_000 + JOINED_MS, 3_000)) == [(0, 3_000)]
    assert cut((0, 1_000), (1_001 + JOINED_MS, 3_000)) == [(0, 1_000), (1_001 + JOINED_MS, 3_000)]


def test_nothing_is_joined_to_more_than_a_piece_may_have() -> None:
    assert cut((0, MOST_MS - 500), (MOST_MS - 400, MOST_MS + 100)) == [
        (0, MOST_MS - 500),
        (MOST_MS - 400, MOST_MS + 100),
    ]


def test_no_speech_has_no_pieces() -> None:
    assert cut() == []


def test_a_piece_is_as_sure_to_be_speech_as_its_parts() -> None:
    (piece,) = pieces([SpeechSegment(0, 3_000, 1.0), SpeechSegment(3_100, 4_100, 0.6)])
    assert 0.89 < piece.speech_probability < 0.91


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3_000), st.integers(100, MOST_MS)), max_size=30))
def test_all_speech_is_in_a_piece_once_and_in_order(runs: list[tuple[int, int]]) -> None:
    segments, at = [], 0
    for gap, length in runs:
        segments.append((at + gap, at + gap + length))
        at += gap + length
    made = cut(*segments)
    assert all(end - start <= MOST_MS for start, end in made)
    assert all(before[1] <= after[0] for before, after in zip(made, made[1:], strict=False))
    for start, end in segments:
        assert sum(1 for piece in made if piece[0] <= start and end <= piece[1]) == 1
