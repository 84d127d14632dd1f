"""Thoughts without a beginning: some models' templates write the `<think>` themselves, so that the answer
begins in the middle of the thoughts and only `</think>` tells that they were some (Qwen3-Thinking, or
DeepSeek-R1 at a server without a parser of reasoning).

A machine without I/O. Nothing tells it before the first `</think>` of an engine; from then on its answers are
held back until theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

OPENS, CLOSES = "<think>", "</think>"


@dataclass(slots=True)
class ThinkingHabit:
    """Of one engine: how its model's answers begin."""

    unopened: bool = False
    """With thoughts that nothing opens."""


class UnopenedThoughts:
    """One answer's text. Feed it the pieces; give `rest()` at the end."""

    def __init__(self, habit: ThinkingHabit) -> None:
        self._habit = habit
        self._holds = habit.unopened
        self._held: list[str] = []
        self._settled = False
        """Whether the answer began with thoughts is known."""
        self._tail = ""
        """Of what came: a tag may come in pieces."""

    def feed(self, text: str) -> str:
        """What of it may go on now."""
        if self._settled:
            return text
        before, seen = len(self._tail), self._tail + text
        self._tail = seen[1 - len(CLOSES) :]
        opens, closes = seen.find(OPENS), seen.find(CLOSES)
        if opens >= 0 and (closes < 0 or opens < closes):  # whoever reads on sees these thoughts by itself
            self._settled, self._habit.unopened = True, False
            return self._released() + text
        if closes < 0:
            if not self._holds:
                return text
            self._held.append(text)
            return ""
        self._settled, self._habit.unopened = True, True
        self._held.clear()
        begun = closes < before and not self._holds  # part of the tag went on already: its rest belongs to it
        return text if begun else seen[closes + len(CLOSES) :]

    def rest(self, *, thoughts: bool) -> str:
        """What was held back. `thoughts`: it was nothing else, by how the answer ended."""
        if self._settled:
            return ""
        self._settled = True
        if thoughts:
            self._held.clear()
        elif self._holds:
            self._habit.unopened = False
        return self._released()

    def _released(self) -> str:
        text = "".join(self._held)
        self._held.clear()
        return text
