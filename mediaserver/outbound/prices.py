"""What a call costs, by the beginning of its number. Pure; money in millionths of the operator's currency."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Of one prefix. A call that is not answered costs nothing."""

    per_minute: int
    first_s: int = 60
    step_s: int = 60
    connection: int = 0

    def of(self, seconds: float) -> int:
        """What an answered call of this length costs: steps that were begun are paid."""
        steps = max(0, math.ceil((seconds - self.first_s) / self.step_s))
        return self.connection + self.per_minute * (self.first_s + steps * self.step_s) // 60


class PriceTable:
    """`by_prefix`: E.164 without `+`; the longest that fits counts."""

    def __init__(self, by_prefix: Mapping[str, Price], other: Price) -> None:
        self._by_prefix = dict(by_prefix)
        self._longest = max(map(len, self._by_prefix), default=0)
        self._other = other

    def of(self, readings: frozenset[str]) -> Price:
        """The dearest of what a number may mean."""
        return max((self._one(each) for each in readings), key=lambda each: each.of(60), default=self._other)

    def _one(self, digits: str) -> Price:
        for length in range(min(self._longest, len(digits)), 0, -1):
            if (found := self._by_prefix.get(digits[:length])) is not None:
                return found
        return self._other
