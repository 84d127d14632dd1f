"""English text as hibari's phonemes, word by word. What its reader stumbles over (a number of thirty digits)
is read word by word, and letter by letter where even that fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from hibari.g2p import G2P
from hibari.g2p.normalize import normalize

from pipelines.engines.tts.worker.letters import is_letter

_BRACKETS = {ord(each): " " for each in "[]"}
"""Its reader takes `[word](/phonemes/)` for a pronunciation: no text of ours may be one."""

_LETTER_A = "ˈA"
"""Its reader takes nearly every A that stands alone for the article."""


_LONG = re.compile(r"\S{40}(?=\S)")
"""What its reader takes for one word, and looks at each part of each part of: 164 characters took 1.2 s, 500
three quarters of a minute."""


class ReadWord(NamedTuple):
    text: str
    """As it was read: "three", where the text had "3"."""
    phonemes: str
    """With the space behind it."""


class HibariReader:
    """Once per process: its dictionaries take 0.3 s to read."""

    def __init__(self) -> None:
        self._g2p: Any = G2P()

    def read(self, text: str) -> list[ReadWord]:
        """The words and marks of a text, in order."""
        plain = _LONG.sub(r"\g<0> ", text.translate(_BRACKETS))
        try:
            return self._read(plain)
        except Exception:  # whatever it stumbles over is in one word
            return [read for word in plain.split() for read in self._spelled(word)]

    def _read(self, text: str) -> list[ReadWord]:
        tokens = self._g2p.phonemize_tokens(self._g2p.tokenize(normalize(text)))
        words = [token.text for token in tokens]
        return [
            ReadWord(
                token.text,
                (_LETTER_A if is_letter(words, at) else token.phonemes or "")
                + (" " if token.whitespace else ""),
            )
            for at, token in enumerate(tokens)
        ]

    def _spelled(self, word: str) -> Iterator[ReadWord]:
        try:
            yield from self._read(word + " ")
        except Exception:
            for letter in filter(str.isalnum, word):
                with suppress(Exception):  # "⑴" is a digit to it, and none
                    yield from self._read(letter + ", ")
