"""What decides for a simulated caller: the agent's words go in, what the caller does comes out.

A mind knows no audio and no clock. It must never know more than a caller hears.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

CHECK, CHANGING, CALLING_BACK = "is it right", "what to change", "a call back"
"""Topics that no fact has: those are single words."""


def is_fact(topic: str) -> bool:
    return bool(topic) and " " not in topic


@dataclass(frozen=True, slots=True)
class Move:
    """Say this, or press these keys, or hang up, or (none of it) be silent."""

    topic: str = ""
    """What the caller took for asked; empty: nothing that it knows."""
    speech: str = ""
    """`|` is a pause."""
    keys: str = ""
    hangs_up: bool = False
    aside: bool = False
    """It answers nothing: to be asked again is no fault of the agent's."""

    @property
    def silent(self) -> bool:
        return not (self.speech or self.keys or self.hangs_up)


class CallerMind(Protocol):
    """One caller in one call."""

    async def answer(self, heard: str) -> Move:
        """To what the agent has said since our last move. Raises EngineError where a model thinks and
        cannot."""

    def talks_over(self) -> bool:
        """Whether the agent's next line is talked into. Asked once a line."""
