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
MOST_EVENTS = 50_000
"""Of one answer; a token is one, thoughts included."""


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

    def rest(self) -> list[LlmEvent]:
        """Of an answer that is finished and whose stream ended without saying so: what it cost."""


class AnswerMeasure:
    """Counts what an answer gives, and says when it is too much."""

    def __init__(self) -> None:
        self._length = 0
        self._events = 0

    def event(self) -> None:
        """One more. Raises PeerError."""
        self._events += 1
        if self._events > MOST_EVENTS:
            raise PeerError(f"its answer has more than {MOST_EVENTS} pieces")

    def text(self, text: str) -> list[LlmEvent]:
        """The piece; nothing for an empty one. Raises PeerError."""
        self._length += len(text)
        if self._length > MOST_TEXT:
            raise PeerError(f"its answer is longer than {MOST_TEXT} characters")
        return [LlmText(text)] if text else []
