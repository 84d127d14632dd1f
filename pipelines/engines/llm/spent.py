"""Tokens and money that answers of language models took, added up. Pure."""

from __future__ import annotations

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
