"""The text of one answer on its way from the model to the voice: what may be said, in pieces, soon.

Pure. It must never let through what is hidden or secret, nor more than anybody listens to.
"""

from __future__ import annotations

import re

from pipelines.assistant.secrets import Secrets
from pipelines.assistant.unspeakable import Unspeakable
from pipelines.spoken.sentences import SentenceCutter

MOST_SAID = 2_000
"""Characters of one turn: two minutes of speech."""
MOST_STREAMED = 100_000
"""Characters that a model may stream, its reasoning with it, before it is stopped."""

AT_ONCE = 1_000
"""Characters: what a server streams in one piece may be a megabyte."""
_SPACE = re.compile(r"\s{2,}")
_RUN = re.compile(r"([^\w\s])\1{3,}")


class AnswerText:
    """Of one round of a turn. `said`: characters that were said in the turn before."""

    def __init__(self, secrets: Secrets, withheld: str, *, said: int = 0) -> None:
        """`withheld`: said in place of a secret; empty: nothing is."""
        self._secrets = secrets
        self._withheld = withheld
        self._speakable = Unspeakable()
        self._sentences = SentenceCutter(eager=not said)
        self._said = said
        self._streamed = 0
        self._blank = True
        """The last that was let through was space, or nothing was."""
        self.over = False
        """Nothing more of this turn is said: the model need not go on."""
        self.fault = ""
        """Why: 'secret', 'too long', 'role'."""

    @property
    def hidden(self) -> list[str]:
        """What was taken out, by kind."""
        return sorted(self._speakable.found)

    def feed(self, text: str) -> list[str]:
        """The pieces that are to be said now."""
        pieces: list[str] = []
        for at in range(0, len(text), AT_ONCE):
            if self.over:
                break
            pieces += self._take(text[at : at + AT_ONCE])
        return pieces

    def _take(self, text: str) -> list[str]:
        self._streamed += len(text)
        if self._streamed > MOST_STREAMED:
            return self._stop("too long")
        pieces = self._passed(self._sentences.feed(self._speakable.feed(self._narrow(text))))
        if self._speakable.over and not self.over:
            pieces += self.end()
            self._stop("role")
        return pieces

    def end(self) -> list[str]:
        """The last pieces: the model has said all, or calls a tool now."""
        if self.over:
            return []
        return self._passed([*self._sentences.feed(self._speakable.end()), *self._sentences.end()])

    def _narrow(self, text: str) -> str:
        """Without space behind space, and long runs of one sign: a megabyte of them is nothing to look at."""
        text = _RUN.sub(r"\1\1\1", _SPACE.sub(_one, text))
        if self._blank:
            text = text.lstrip()
        self._blank = text[-1:].isspace() if text else self._blank
        return text

    def _passed(self, pieces: list[str]) -> list[str]:
        passed: list[str] = []
        for piece in pieces:
            if self.over or not any(map(str.isalnum, piece)):
                continue
            if self._secrets.betrays(piece):
                self._stop("secret")
                return [*passed, self._withheld] if self._withheld else passed
            self._said += len(piece)
            if self._said > MOST_SAID:
                self._stop("too long")
                return passed
            passed.append(piece)
        return passed

    def _stop(self, fault: str) -> list[str]:
        self.over, self.fault = True, self.fault or fault
        return []


def _one(spaces: re.Match[str]) -> str:
    return "\n" * min(2, spaces[0].count("\n")) or " "
