"""What an assistant does while the caller's turn goes on: whether and what the model is asked ahead of it,
and what that came to. It must never change the memory, and what is asked cannot act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pipelines.assistant.accounting import AheadFigures
from pipelines.assistant.answer_turn import Faculties
from pipelines.assistant.asked_ahead import AskedAhead
from pipelines.assistant.memory import Memory
from pipelines.assistant.notes import plain, told
from pipelines.conversation.agent import Utterance
from pipelines.engines.protocols import LlmMessage


class ThinkingAhead:
    """Of one call."""

    def __init__(
        self, faculties: Faculties, wanted: bool | None, count: Callable[[AheadFigures], None] | None
    ) -> None:
        """`wanted`: None where it costs nothing. `count`: is told what each turn came to."""
        self._faculties = faculties
        self._wanted = wanted
        self._count = count
        self._asked: AskedAhead | None = None
        self._figures = AheadFigures()
        """Of the turn to come."""

    def begin(self, said: Utterance, ready: Callable[[], Awaitable[None]]) -> None:
        """Ask as if this had been said. `ready`: returns when the memory knows who calls."""
        self.drop()
        faculties = self._faculties
        wanted = faculties.llm.manifest.free if self._wanted is None else self._wanted
        if not wanted or not said.understood:
            return
        real = faculties.memory
        memory = real.supposing(told(said), words=plain(said.text), amends=said.amends)
        question = _Question(real, memory, ready)
        self._asked = AskedAhead(faculties.llm, faculties.tools, question, self._figures, faculties.now)

    def drop(self) -> None:
        """What is asked is wanted no more."""
        asked = self.claim()
        if asked is not None:
            asked.drop()

    def claim(self) -> AskedAhead | None:
        """What is asked belongs to a turn now, which takes its answer or drops it."""
        asked, self._asked = self._asked, None
        return asked

    def figures(self) -> AheadFigures:
        """Of a turn that begins; those of the next are new."""
        figures, self._figures = self._figures, AheadFigures()
        return figures

    def counted(self, figures: AheadFigures) -> None:
        """A turn is over."""
        if self._count is not None:
            self._count(figures)

    def close(self) -> dict[str, Any] | None:
        """The call is over. Returns an event's data when something was asked for a turn that never came."""
        self.drop()
        figures = self.figures()
        if not figures.asked:
            return None
        self.counted(figures)
        return {**figures.spent.as_dict(), **figures.as_dict(), "of": "thinking ahead"}


class _Question:
    """All that the model is given, of a memory as it would be."""

    def __init__(self, real: Memory, supposed: Memory, ready: Callable[[], Awaitable[None]]) -> None:
        self._real = real
        self._supposed = supposed
        self._ready = ready

    async def __call__(self) -> list[LlmMessage]:
        await self._ready()
        self._supposed.opening = self._real.opening
        return self._supposed.messages()
