"""What each turn of a model took: tokens, money, time and tools; and the sum of a call. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipelines.engines.llm.spent import TokensSpent


@dataclass(slots=True)
class AheadFigures:
    """What thinking ahead came to, of one turn of the model."""

    asked: int = 0
    hit: bool = False
    won_ms: float = 0.0
    """So much sooner the first piece of the answer came."""
    wasted_in: int = 0
    """Tokens of questions that were thrown away: as the server counted them, else estimated; ..."""
    wasted_out: int = 0
    """... and of their answers."""
    spent: TokensSpent = field(default_factory=TokensSpent)
    """What servers have counted of these."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "preempted": "hit" if self.hit else "miss" if self.asked else "no",
            "won_ms": round(self.won_ms, 1),
            "tokens_wasted_in": self.wasted_in,
            "tokens_wasted_out": self.wasted_out,
        }


@dataclass(slots=True)
class CallAccount:
    """What is to stand in the call's record and was not handed over yet."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Kind and data."""
    turn: TurnFigures | None = None
    """Of the present turn."""
    over: bool = False
    """The call is over: nobody takes events over any more."""
    late: Callable[..., None] | None = None
    """Takes kind and data of what happens then all the same."""

    def note(self, kind: str, **data: Any) -> None:
        if not self.over:
            self.events.append((kind, data))
        elif self.late is not None:
            self.late(kind, **data)

    def ran(self, name: str, ms: float, ok: bool) -> None:
        """A tool has ended."""
        if self.turn is not None:
            self.turn.tools.append({"name": name, "ms": round(ms, 1), "ok": ok})


@dataclass(slots=True)
class TurnFigures:
    """Of one turn; its event `llm`."""

    spent: TokensSpent = field(default_factory=TokensSpent)
    rounds: int = 0
    first_token_ms: float | None = None
    """Of the first round."""
    tools: list[dict[str, Any]] = field(default_factory=list)
    """Name, ms and ok of each."""
    ahead: AheadFigures = field(default_factory=AheadFigures)
    complete: bool = False
    """False: the caller went on; what the model took until then is estimated."""

    def as_dict(self) -> dict[str, Any]:
        first = None if self.first_token_ms is None else round(self.first_token_ms, 1)
        return {
            **self.spent.as_dict(),
            "first_token_ms": first,
            "rounds": self.rounds,
            "tools": self.tools,
            "complete": self.complete,
            **self.ahead.as_dict(),
        }
