"""What is said on the way from node to node, before something is asked."""

from __future__ import annotations

from pipelines.conversation.agent import Say
from pipelines.spoken.marked import MarkedText, in_a_row


class StepSpeech:
    """Of one step. Pieces that are said as all others are joined to one."""

    def __init__(self) -> None:
        self._ahead: list[Say] = []
        self._plain: list[str] = []

    def add(self, text: str, *, interruptible: bool = True, language: str = "", voice: str = "") -> None:
        if not text.strip() and not isinstance(text, MarkedText):
            return
        if interruptible and not language and not voice:
            self._plain.append(text)
            return
        self._flush()
        self._ahead.append(Say(text, interruptible, language, voice))

    @property
    def ahead(self) -> tuple[Say, ...]:
        """All that is not as usual, with what was said before it."""
        return tuple(self._ahead)

    def said(self, text: str = "") -> str:
        """The rest, with what comes last."""
        return in_a_row([*self._plain, text if text.strip() else ""])

    def _flush(self) -> None:
        if self._plain:
            self._ahead.append(Say(in_a_row(self._plain)))
            self._plain = []
