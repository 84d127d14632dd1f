"""Phrases that are looked for in what an agent says: words, and stars for what may stand between them.

Not regular expressions: whoever writes a persona must not be able to write one that takes for ever. Looking
costs the length of the text times the length of the phrase, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+(?:[:.,'’-][^\W_]+)*")
"""Han and kana stand alone: those scripts have no spaces."""
GAP = 12
"""A star stands for so many words at most."""
LONGEST = 200
"""Characters of a phrase."""
STAR = "*"


def words_in(text: str) -> tuple[str, ...]:
    """Lower-case words; of "10:30 a.m." '10:30' and 'a.m'."""
    return tuple(WORD.findall(text.lower().replace("’", "'")))


@dataclass(frozen=True, slots=True)
class Phrase:
    """`Phrase.parse("how many * people")` is in "How many of your people will there be?"."""

    text: str
    chunks: tuple[tuple[str, ...], ...]
    """What stands together, between the stars."""

    @classmethod
    def parse(cls, text: str) -> Phrase:
        """Raises ValueError for one that is empty or too long."""
        if len(text) > LONGEST:
            raise ValueError(f"a phrase has {LONGEST} characters at most")
        chunks = tuple(words for part in text.split(STAR) if (words := words_in(part)))
        if not chunks:
            raise ValueError(f"there is no word in the phrase {text!r}")
        return cls(text, chunks)

    def ends_in(self, words: Sequence[str]) -> int:
        """How many words there are up to the end of its last occurrence; 0 when there is none."""
        ends = _ends(self.chunks[0], words)
        for chunk in self.chunks[1:]:
            ends = _after(_ends(chunk, words), len(chunk), ends)
        return ends[-1] if ends else 0

    def is_in(self, words: Sequence[str]) -> bool:
        return self.ends_in(words) > 0


def _ends(chunk: tuple[str, ...], words: Sequence[str]) -> list[int]:
    """Where it ends, in order."""
    size = len(chunk)
    return [at + size for at in range(len(words) - size + 1) if tuple(words[at : at + size]) == chunk]


def _after(ends: list[int], size: int, before: list[int]) -> list[int]:
    """Of these ends those that begin within a gap behind one of `before`; both are in order."""
    found, index = [], -1
    for end in ends:
        while index + 1 < len(before) and before[index + 1] <= end - size:
            index += 1
        if index >= 0 and end - size - before[index] <= GAP:
            found.append(end)
    return found
