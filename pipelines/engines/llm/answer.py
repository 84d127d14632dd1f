"""One answer of a model as its server streams it: what every maker's reader has, and the limits that hold for
all.

Machines without I/O: events in, pieces of the answer out.
"""

from __future__ import annotations

from typing import Protocol

from mediaserver.errors import PeerError
from pipelines.engines.llm.event_stream import ServerSentEvent
from pipelines.engines.protocols import LlmEvent, LlmText

MOST_TEXT = 20_000
"""Characters of an answer: twenty minutes of speech."""
MOST_WRITTEN = 400_000
"""... of one that nobody speaks, and for which more tokens were asked (`max_tokens`)."""
TOKEN_CHARACTERS = 10
"""A token has seldom more."""
MOST_EVENTS = 50_000
"""Of one answer; a token is one, thoughts included."""


def most_characters(tokens: int | None) -> int:
    """Of an answer for which so many tokens were asked; None: as many as are usual."""
    return MOST_TEXT if tokens is None else min(max(MOST_TEXT, tokens * TOKEN_CHARACTERS), MOST_WRITTEN)


class AnswerReader(Protocol):
    """Reads one answer."""

    @property
    def finished(self) -> bool:
        """The answer is whole; what may follow are tokens counted."""

    @property
    def ended(self) -> bool:
        """Nothing follows."""

    @property
    def call_pieces(self) -> int:
        """How many pieces of tools' calls have come: they give nothing before they are whole."""

    def read(self, event: ServerSentEvent) -> list[LlmEvent]:
        """What an event adds. Raises PeerError for what cannot be, ModelError for a fault that is told."""

    def allow(self, characters: int) -> None:
        """The answer may be so long."""

    def rest(self) -> list[LlmEvent]:
        """Of an answer that is finished and whose stream ended without saying so: what it cost."""


class AnswerMeasure:
    """Counts what an answer gives, and says when it is too much."""

    def __init__(self) -> None:
        self._length = 0
        self._events = 0
        self.most = MOST_TEXT
        """Characters."""

    def event(self) -> None:
        """One more. Raises PeerError."""
        self._events += 1
        if self._events > MOST_EVENTS:
            raise PeerError(f"its answer has more than {MOST_EVENTS} pieces")

    def text(self, text: str) -> list[LlmEvent]:
        """The piece; nothing for an empty one. Raises PeerError."""
        self._length += len(text)
        if self._length > self.most:
            raise PeerError(f"its answer is longer than {self.most} characters")
        return [LlmText(text)] if text else []
