"""Cuts blocks into passages of 100 to 200 words that can be found and quoted by themselves.

A passage never crosses a heading, ends at sentences where it can, and begins with the end of the one before:
what an answer needs may stand on both sides of a cut. Pure, and linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.knowledge.blocks import TextBlock

LEAST_WORDS, MOST_WORDS = 100, 200
OVERLAP_WORDS = 30
MOST_CHARACTERS = 4_000
"""Of a passage; words of hundreds of letters are none."""
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'»”)\]]*\s+|(?<=[。！？])|\n+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
CJK_PER_WORD = 2
"""Characters of scripts without spaces that count as one word."""


@dataclass(frozen=True, slots=True)
class Passage:
    text: str
    heading: str = ""
    page: int | None = None
    """On which it begins."""


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    words: int
    page: int | None


def passages(blocks: Iterable[TextBlock]) -> list[Passage]:
    made: list[Passage] = []
    for heading, pieces in _by_heading(blocks):
        made += [_passage(each, heading) for each in _portions(pieces)]
    return made


def _by_heading(blocks: Iterable[TextBlock]) -> Iterator[tuple[str, list[_Piece]]]:
    heading, pieces = "", list[_Piece]()
    for block in blocks:
        if block.heading != heading and pieces:
            yield heading, pieces
            pieces = []
        heading = block.heading
        pieces += _sentences(block)
    if pieces:
        yield heading, pieces


def _portions(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """A last one that is short is part of the one before, where that leaves it short enough."""
    portion, words, fresh = list[_Piece](), 0, 0
    for piece in pieces:
        if fresh and words + piece.words > MOST_WORDS:
            yield portion
            portion = _tail(portion)
            words, fresh = sum(each.words for each in portion), 0
            if words + piece.words > MOST_WORDS:
                portion, words = [], 0
        portion = [*portion, piece]
        words += piece.words
        fresh += 1
        if words >= LEAST_WORDS and piece.text.endswith("\n"):
            yield portion
            portion = _tail(portion)
            words, fresh = sum(each.words for each in portion), 0
    if fresh:
        yield portion


def _tail(portion: list[_Piece]) -> list[_Piece]:
    """The last sentences, as many as the overlap holds, but never all."""
    words, tail = 0, list[_Piece]()
    for piece in reversed(portion[1:]):
        words += piece.words
        if words > OVERLAP_WORDS:
            break
        tail.insert(0, piece)
    return tail


def _sentences(block: TextBlock) -> list[_Piece]:
    """The last ends with a line feed: a paragraph ends there."""
    found = [each.strip() for each in _SENTENCE.split(block.text)]
    parts = [part for each in found if each for part in _short(each)]
    return [
        _Piece(text + ("\n" if at == len(parts) - 1 else ""), _size(text), block.page)
        for at, text in enumerate(parts)
    ]


def _short(sentence: str) -> Iterator[str]:
    """A sentence that is longer than a passage (a table, a list) is cut at words, or anywhere."""
    if _size(sentence) <= MOST_WORDS:
        yield sentence
        return
    part, words = list[str](), 0
    for word in sentence.split():
        for piece in (word[at : at + MOST_WORDS] for at in range(0, len(word), MOST_WORDS)):
            part.append(piece)
            words += _size(piece)
            if words >= LEAST_WORDS // 2:
                yield " ".join(part)
                part, words = [], 0
    if part:
        yield " ".join(part)


def _size(text: str) -> int:
    """In words, of which none is longer than a passage has room for."""
    return max(count_words(text), -(-len(text) * MOST_WORDS // MOST_CHARACTERS))


def count_words(text: str) -> int:
    dense = len(_CJK.findall(text))
    return len(_CJK.sub(" ", text).split()) + dense // CJK_PER_WORD


def _passage(portion: list[_Piece], heading: str) -> Passage:
    text = " ".join(each.text for each in portion).replace("\n ", "\n").strip()
    return Passage(text, heading, portion[0].page)
