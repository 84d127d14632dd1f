"""What an answer of a language model took that nobody has waited for to its end: its server tells that last,
and whoever hangs up before would have it for nothing. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.engines.protocols import LlmEvent, LlmMessage, LlmText, LlmToolCall, LlmUsage

CHARACTERS_PER_TOKEN = 4
"""By which tokens are estimated that no server has counted."""


class BrokenOff:
    """Of one answer."""

    def __init__(self, messages: Iterable[LlmMessage]) -> None:
        """`messages`: what was asked."""
        self._asked = sum(len(message.content) for message in messages)
        self._answered = 0
        self._over = False

    def note(self, event: LlmEvent) -> None:
        """The model streams this."""
        match event:
            case LlmText(text=text):
                self._answered += len(text)
            case LlmToolCall(arguments=arguments):
                self._answered += len(str(arguments))
            case LlmUsage():
                self._over = True

    def ended(self) -> None:
        """The model has said all, and told what it took or never does."""
        self._over = True

    def failed(self) -> None:
        """It has failed: what it has not begun it did not take."""
        self._over = self._over or not self._answered

    @property
    def usage(self) -> LlmUsage | None:
        """An estimate; None: it came to its end, or to nothing."""
        if self._over or not self._asked + self._answered:
            return None
        return LlmUsage(-(-self._asked // CHARACTERS_PER_TOKEN), -(-self._answered // CHARACTERS_PER_TOKEN))
