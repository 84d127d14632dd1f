"""What each turn of a model took: tokens, money, time and tools; and the sum of a call. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipelines.engines.protocols import LlmUsage


@dataclass(slots=True)
class TokensSpent:
    """Tokens and money."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    cost: float | None = None
    """US dollars; None: no price is known of any of it."""
    models: list[str] = field(default_factory=list)
    """In the order in which they were first used."""

    def add(self, usage: LlmUsage) -> None:
        self.prompt += usage.prompt_tokens
        self.completion += usage.completion_tokens
        self.cached += usage.cached_tokens
        self._add_cost(usage.cost)
        if usage.model and usage.model not in self.models:
            self.models.append(usage.model)

    def join(self, other: TokensSpent) -> None:
        self.prompt += other.prompt
        self.completion += other.completion
        self.cached += other.cached
        self._add_cost(other.cost)
        self.models += [model for model in other.models if model not in self.models]

    def _add_cost(self, cost: float | None) -> None:
        if cost is not None:
            self.cost = (self.cost or 0.0) + cost

    def as_dict(self) -> dict[str, Any]:
        return {
            "model": ", ".join(self.models),
            "tokens_in": self.prompt,
            "tokens_out": self.completion,
            "tokens_cached": self.cached,
            "cost": None if self.cost is None else round(self.cost, 6),
        }


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
    """False: the caller went on; what the model had still to say was not counted."""

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
