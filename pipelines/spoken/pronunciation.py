"""Pronunciation dictionaries: what is said for words that a voice gets wrong.

Pure. Whole words only, the longest first; time grows with the text, not with the number of entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

MOST_WORDS = 8
"""Of an entry, at most; further ones are never found."""
MOST_CHARS = 80
_WORD = re.compile(r"[^\W_]++(?:['\u2019&.+#-][^\W_]++)*+[+#]{0,2}+|[^\w\s]")
_HAN = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SPACE = re.compile(r"\s+")


class Pronunciations:
    """`entries`: a word or several, as they are written -> what is said. One in small letters is found
    however it is written; one with a capital only as it stands ("Polish", not "polish")."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._words: dict[str, str] = {}
        self._runs: dict[str, dict[str, str]] = {}
        """Of languages without spaces, by their first character."""
        self._longest = 0
        for written, said in entries.items():
            key = " ".join(written.split())
            if not key or len(key) > MOST_CHARS:
                continue
            if _HAN.search(key):
                self._runs.setdefault(key[0], {})[key] = said
            elif (count := len(_WORD.findall(key))) <= MOST_WORDS:
                self._words[key] = said
                self._longest = max(self._longest, count)
        self._lengths = {
            first: sorted({len(key) for key in keys}, reverse=True) for first, keys in self._runs.items()
        }

    def __len__(self) -> int:
        return len(self._words) + sum(map(len, self._runs.values()))

    def __or__(self, other: Pronunciations) -> Pronunciations:
        """Both; where they differ, `other` counts."""
        if not len(other):
            return self
        if not len(self):
            return other
        return Pronunciations(self._entries | other._entries)

    @property
    def _entries(self) -> dict[str, str]:
        return self._words | {key: said for keys in self._runs.values() for key, said in keys.items()}

    def found(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, what is said) of each entry in a text, in order; they do not overlap."""
        if not self._words and not self._runs:
            return
        spans = [match.span() for match in _WORD.finditer(text)] if self._words else []
        at = following = 0
        if self._runs:
            yield from self._mixed(text, spans)
            return
        while following < len(spans):
            at, following, said = self._longest_at(text, spans, following)
            if said is not None:
                yield spans[at][0], spans[following - 1][1], said

    def _longest_at(self, text: str, spans: list[tuple[int, int]], first: int) -> tuple[int, int, str | None]:
        """The longest entry that begins with a word: its first word, the one behind it, what is said."""
        start = spans[first][0]
        for behind in range(min(len(spans), first + self._longest), first, -1):
            end = spans[behind - 1][1]
            if end - start > MOST_CHARS + MOST_WORDS:
                continue
            key = _SPACE.sub(" ", text[start:end])
            said = self._words.get(key)
            if said is None:
                said = self._words.get(key.lower())
            if said is not None:
                return first, behind, said
        return first, first + 1, None

    def _mixed(self, text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
        """With entries that no spaces stand around: at any character."""
        begins = {span[0]: index for index, span in enumerate(spans)}
        at = 0
        while at < len(text):
            end, said = self._run_at(text, at)
            if said is None and at in begins:
                first, behind, said = self._longest_at(text, spans, begins[at])
                end = spans[behind - 1][1]
            if said is not None:
                yield at, end, said
                at = max(end, at + 1)
            else:
                at += 1

    def _run_at(self, text: str, at: int) -> tuple[int, str | None]:
        keys = self._runs.get(text[at])
        if keys is not None:
            for length in self._lengths[text[at]]:
                said = keys.get(text[at : at + length])
                if said is not None:
                    return at + length, said
        return at, None


NONE = Pronunciations({})
