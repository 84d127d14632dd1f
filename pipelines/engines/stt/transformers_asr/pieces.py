"""A model's tokens as words with times. Pure; knows no tokenizer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipelines.engines.stt.rolling.hypothesis import WindowWord

BEGINS = ("\u2581", "\u0120", " ")
"""What the first piece of a word begins with, in SentencePiece and in byte-level BPE."""


class TimedPiece(NamedTuple):
    """One token that was heard."""

    id: int
    text: str
    """As it stands in the vocabulary."""
    start_ms: int
    end_ms: int
    probability: float


def timed_words(pieces: Sequence[TimedPiece], decode: Callable[[list[int]], str]) -> list[WindowWord]:
    """Words, each as sure as its pieces on the average. Pieces that say nothing are left out."""
    groups: list[list[TimedPiece]] = []
    for piece in pieces:
        if not groups or piece.text.startswith(BEGINS):
            groups.append([])
        groups[-1].append(piece)
    words = []
    for group in groups:
        text = decode([piece.id for piece in group]).strip()
        if text:
            probability = sum(piece.probability for piece in group) / len(group)
            words.append(WindowWord(f" {text}", group[0].start_ms, group[-1].end_ms, probability))
    return words


def spread_words(text: str, start_ms: int, end_ms: int) -> list[WindowWord]:
    """The words of a text that has no times, spread over a stretch by their letters."""
    words = text.split()
    letters = sum(map(len, words))
    spread, passed = [], 0
    for word in words:
        begin = start_ms + (end_ms - start_ms) * passed // letters
        passed += len(word)
        spread.append(WindowWord(f" {word}", begin, start_ms + (end_ms - start_ms) * passed // letters))
    return spread


def ctc_pieces(
    ids: Sequence[int], probabilities: Sequence[float], blank: int, frame_ms: int
) -> list[TimedPiece]:
    """What a CTC model's best token in each frame says: repeats are one, blanks are none. Without texts."""
    pieces: list[TimedPiece] = []
    before = blank
    for at, (id, probability) in enumerate(zip(ids, probabilities, strict=True)):
        if id == before and id != blank:
            last = pieces.pop()
            pieces.append(last._replace(end_ms=(at + 1) * frame_ms))
        elif id != blank:
            pieces.append(TimedPiece(id, "", at * frame_ms, (at + 1) * frame_ms, probability))
        before = id
    return pieces
