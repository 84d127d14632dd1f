"""What tokens cost. The operator's table comes first (`prices` in an engine's options); ours has no more than
the models that are used where nobody names another, and no claim to be up to date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from pipelines.engines.protocols import LlmUsage


class ModelPrice(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)
    cached_input: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Read from the prompt cache; without it as `input`."""
    cache_write: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Put into the prompt cache; without it as `input`."""


PUBLISHED: Mapping[str, ModelPrice] = {
    "gpt-6-luna": ModelPrice(input=0.10, cached_input=0.01, cache_write=0.125, output=0.50),
    "claude-haiku-5-5": ModelPrice(input=0.10, cached_input=0.01, cache_write=0.125, output=0.50),
}
"""By the makers' pages of October 2026, for prompts of usual length."""


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """What a server says an answer took."""

    prompt: int = 0
    """All of it, cached and newly cached included."""
    cached: int = 0
    written: int = 0
    """Of the prompt's: put into the cache by this request."""
    completion: int = 0
    model: str = ""


def usage(
    counts: TokenCounts, asked: str, prices: Mapping[str, ModelPrice], *, cut: bool = False
) -> LlmUsage:
    """With its cost, by the price of the model that was asked for, or of the one that the server names.
    `cut`: see `LlmUsage`."""
    price = prices.get(asked) or prices.get(counts.model)
    model = counts.model or asked
    cost = None if price is None else _cost(counts, price)
    return LlmUsage(counts.prompt, counts.completion, counts.cached, model, cost, cut)


def costs_nothing(model: str, prices: Mapping[str, ModelPrice], *, own: bool) -> bool:
    """By the operator's table; without a price there, what is the operator's `own` server."""
    price = prices.get(model)
    return own if price is None else price.input == price.output == 0


def _cost(counts: TokenCounts, price: ModelPrice) -> float:
    cached = price.input if price.cached_input is None else price.cached_input
    written = price.input if price.cache_write is None else price.cache_write
    plain = max(counts.prompt - counts.cached - counts.written, 0)
    dollars = plain * price.input + counts.cached * cached + counts.written * written
    return (dollars + counts.completion * price.output) / 1e6
