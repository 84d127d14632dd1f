"""Which of thousands of patterns may stand for an address, without trying them all: they are found by what
stands before their first wildcard, or behind their last.

Every call asks, on the loop that all calls share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Generic, TypeVar

from mediaserver.glob import fits

T = TypeVar("T")
_WILD = re.compile(r"[*?]")


class PatternIndex(Generic[T]):
    """Patterns (`*` for any characters, `?` for one) and what each leads to, in the order in which they were
    added."""

    def __init__(self) -> None:
        self._heads: dict[str, list[tuple[int, str, T]]] = {}
        self._tails: dict[str, list[tuple[int, str, T]]] = {}
        """Of those that begin with a wildcard."""
        self._head_lengths: list[int] = []
        self._tail_lengths: list[int] = []
        self._count = 0

    def add(self, pattern: str, value: T) -> None:
        """It comes after all that were added before."""
        pieces = _WILD.split(pattern)
        head, tail = pieces[0], pieces[-1]
        by, end, lengths = (
            (self._heads, head, self._head_lengths)
            if len(head) >= len(tail)
            else (self._tails, tail, self._tail_lengths)
        )
        by.setdefault(end, []).append((self._count, pattern, value))
        if len(end) not in lengths:
            lengths.append(len(end))
        self._count += 1

    def fitting(self, text: str) -> Iterator[T]:
        """What the patterns lead to that stand for the whole text, in their order. Takes as many steps as
        there are patterns that have their longer end in common with it."""
        found: list[tuple[int, str, T]] = []
        for length in self._head_lengths:
            if length <= len(text):
                found += self._heads.get(text[:length], ())
        for length in self._tail_lengths:
            if length <= len(text):
                found += self._tails.get(text[len(text) - length :], ())
        found.sort(key=lambda entry: entry[0])
        return (value for _, pattern, value in found if fits(pattern, text))
