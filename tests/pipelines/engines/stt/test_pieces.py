"""A model's tokens as words with times."""

from __future__ import annotations

from pipelines.engines.stt.transformers_asr.pieces import TimedPiece, ctc_pieces, spread_words, timed_words

TEXTS = {1: "\u2581book", 2: "\u2581a", 3: "\u2581ro", 4: "om", 5: "."}


def decode(ids: list[int]) -> str:
    return "".join(TEXTS[id] for id in ids).replace("\u2581", " ")


def test_frames_of_one_token_are_one_piece_and_blanks_part_two_of_the_same() -> None:
    ids = [0, 3, 3, 4, 0, 4, 0]
    pieces = ctc_pieces(ids, [0.9, 0.5, 0.6, 0.7, 0.9, 0.8, 0.9], blank=0, frame_ms=80)
    assert [(piece.id, piece.start_ms, piece.end_ms) for piece in pieces] == [
        (3, 80, 240),
        (4, 240, 320),
        (4, 400, 480),
    ]
    assert ctc_pieces([0, 0], [1.0, 1.0], 0, 80) == []


def test_pieces_are_words_from_one_beginning_to_the_next() -> None:
    pieces = [
        TimedPiece(id, TEXTS[id], at * 100, at * 100 + 100, 0.5) for at, id in enumerate((1, 3, 4, 5, 2))
    ]
    words = timed_words(pieces, decode)
    assert [(word.text, word.start_ms, word.end_ms) for word in words] == [
        (" book", 0, 100),
        (" room.", 100, 400),
        (" a", 400, 500),
    ]
    assert words[1].probability == 0.5
    assert timed_words([], decode) == []


def test_pieces_that_say_nothing_are_no_words() -> None:
    assert timed_words([TimedPiece(9, "\u2581", 0, 80, 0.9)], lambda ids: " ") == []


def test_words_without_times_are_spread_by_their_letters() -> None:
    words = spread_words("a room", 1_000, 2_000)
    assert [(word.start_ms, word.end_ms) for word in words] == [(1_000, 1_200), (1_200, 2_000)]
    assert spread_words("  ", 0, 100) == []
