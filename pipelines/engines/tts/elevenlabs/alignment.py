"""ElevenLabs' times of characters, as words of the text. Pure.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

from collections.abc import Sequence

LOOK_AHEAD = 40
"""Characters of the text among which one that does not fit is looked for: what is said for a figure has
others than the figure."""


class WordReader:
    """Of one text: told the characters of chunk after chunk, it finds the words that begin in each."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        """Of the text: what was aligned."""
        self._before = " "

    @property
    def whole(self) -> bool:
        """All of the text was aligned but for blanks at its end."""
        return not self._text[self._at :].strip()

    def read(self, characters: Sequence[str], starts_ms: Sequence[float]) -> list[tuple[int, int, float]]:
        """(first character, behind the last, ms since the chunk's first sample) of each word that begins in a
        chunk. Lists of different length are read as far as both go."""
        words = []
        for character, start_ms in zip(characters, starts_ms):  # noqa: B905 - said above
            found = self._found(character)
            if found is None:
                continue
            self._before = self._text[found - 1] if found else " "
            self._at = found + 1
            if not character.isspace() and self._before.isspace():
                words.append((found, self._end(found), float(start_ms)))
        return words

    def _found(self, character: str) -> int | None:
        if len(character) != 1:
            return None
        if character.isspace():  # the blanks of a text may come as one
            at = self._at
            return at if at < len(self._text) and self._text[at].isspace() else None
        found = self._text.find(character, self._at, self._at + LOOK_AHEAD)
        if found < 0 or self._text[self._at : found].strip():
            return None if found < 0 or found - self._at > LOOK_AHEAD // 4 else found
        return found

    def _end(self, start: int) -> int:
        end = start
        while end < len(self._text) and not self._text[end].isspace():
            end += 1
        return end
