"""What a played case leaves behind: tracks from the wire, what the caller did when, what the server told.

Times are milliseconds since the answer, tracks 8 kHz from the answer on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from callers.cases.script import Case, Fate
from callers.sound import Samples

EMPTY = np.zeros(0, np.int16)


@dataclass(frozen=True, slots=True)
class Played:
    """One sound of the caller's."""

    name: str
    first_ms: float
    """Its first voiced sample."""
    last_ms: float
    speech: bool = True
    """Words, which deserve an answer where they are not a backchannel."""
    fate: Fate | None = None
    """It was said over the agent, and deserves this; None: it was the caller's turn."""
    slot: str = ""
    """What it answers in the booking."""
    in_turn: bool = True
    """The agent was waited for; False: it was said whatever the agent did, and may meet its first word."""


@dataclass(frozen=True, slots=True)
class Told:
    """A live event of the server's, when it came."""

    at_ms: float
    kind: str
    data: Mapping[str, Any]

    @property
    def text(self) -> str:
        return str(self.data.get("text", ""))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of one case."""

    case: Case
    near: Samples = field(default_factory=lambda: EMPTY)
    far: Samples = field(default_factory=lambda: EMPTY)
    played: tuple[Played, ...] = ()
    pressed_ms: tuple[float, ...] = ()
    """When each run of keys began."""
    told: tuple[Told, ...] = ()
    outcomes: tuple[Mapping[str, Any], ...] = ()
    """What was kept of the call, the last last."""
    answered: bool = False
    up_ms: float = 0.0
    ended_by_far: bool = False
    today: str = ""
    """The date of the call, ISO."""
    trouble: str = ""
    """Why the case could not be played to its end."""
    lost_to_caller: int = 0

    def of_kind(self, *kinds: str) -> list[Told]:
        return [told for told in self.told if told.kind in kinds]

    def caller_heard(self) -> str:
        """Of the agent's lines, what was said before they were cut."""
        return " ".join(told.text for told in self.of_kind("heard"))

    def line_at(self, ms: float) -> str:
        """What the agent had set out to say last."""
        before = [told.text for told in self.of_kind("agent") if told.at_ms <= ms]
        return before[-1] if before else ""
