"""Keeps what is marked secret in the instructions from being said word for word.

Pure. Passages between `<secret>` and `</secret>` are for the model alone. Who asks for them in other words
may still learn of them: what nobody may know does not belong into a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.assistant.memory import words_in

RUN = 8
"""So many words of a secret in a row are not said; of a shorter one all of its words."""
_MARKED = re.compile(r"<secret>(.*?)(?:</secret>|\Z)", re.DOTALL | re.IGNORECASE)
_MARKS = re.compile(r"</?secret>", re.IGNORECASE)


def unmarked(prompt: str) -> tuple[str, tuple[str, ...]]:
    """The prompt as the model reads it, and its secret passages."""
    return _MARKS.sub("", prompt), tuple(match[1] for match in _MARKED.finditer(prompt))


class Secrets:
    """Of one call: what was said before counts, however it is cut into pieces."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._runs: dict[int, set[tuple[str, ...]]] = {}
        """By their length."""
        for passage in passages:
            words = words_in(passage)
            run = min(RUN, len(words))
            if run:
                self._runs.setdefault(run, set()).update(
                    tuple(words[at : at + run]) for at in range(len(words) - run + 1)
                )
        self._said: list[str] = []

    def betrays(self, piece: str) -> bool:
        """Whether this piece, said next, would give a secret away; if not, it counts as said."""
        if not self._runs:
            return False
        new = words_in(piece)
        words = self._said + new
        for run, secret in self._runs.items():
            first = max(0, len(self._said) - run + 1)
            if any(tuple(words[at : at + run]) in secret for at in range(first, len(words) - run + 1)):
                return True
        self._said = words[-RUN:]
        return False
