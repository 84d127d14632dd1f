"""What a voice says of a written text, and which written word each stretch of it stands for.

Values only; `forms` makes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A written word, or a form of several ("2:30 p.m."), and where it is in the spoken text."""

    written: str
    """With what stands about it and is not spoken: markup, emoji."""
    start: int
    end: int
    glued: bool = False
    """In the written text no space stands before it: Japanese and Chinese have none between words."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence as the voice says it. Its words' places rise and do not overlap; all that is written is in
    one of them, unless nothing of it can be spoken: then there are none."""

    written: str
    spoken: str
    words: tuple[SpokenWord, ...]


def as_written(text: str) -> Spoken:
    """Each word is said as it is written."""
    words: list[SpokenWord] = []
    at = 0
    for word in text.split():
        words.append(SpokenWord(word, at, at + len(word)))
        at += len(word) + 1
    return Spoken(text, " ".join(word.written for word in words), tuple(words))


def said_instead(written: str, said: str) -> Spoken:
    """Something else is said in the place of what is written; that is one word."""
    return Spoken(written, said, (SpokenWord(written, 0, len(said)),) if said else ())


def joined(words: Iterable[tuple[str, bool]]) -> str:
    """Written words as one text; with each, whether it is glued to the one before."""
    text = ""
    for word, glued in words:
        text += word if glued or not text else f" {word}"
    return text
