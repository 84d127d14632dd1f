"""Token buckets: how often something may happen in the long run, and how often at once. Pure: `now` comes in,
in seconds of one clock that never goes back."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

MOST = 10_000
"""Buckets that are kept at a time; one that was not asked for longest is forgotten, and so full again."""


@dataclass(frozen=True, slots=True)
class RequestRate:
    """What a bucket allows."""

    per_second: float
    burst: float
    """How full it gets; at least one."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of asking for one."""

    allowed: bool
    rate: RequestRate
    left: float
    """What is in the bucket now."""

    @property
    def retry_s(self) -> int:
        """Whole seconds until there is one again, at least 1: for Retry-After (:rfc:`9110` 10.2.3)."""
        return max(1, math.ceil((1.0 - self.left) / self.rate.per_second))


class Buckets(Generic[K]):
    """A bucket for each of many."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._levels: OrderedDict[K, tuple[float, float]] = OrderedDict()
        """How full each was, and when."""

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, whose: K, rate: RequestRate, now: float, amount: float = 1.0) -> Taken:
        """Take so much out, if it is there."""
        level = self.level(whose, rate, now)
        allowed = level >= amount
        if allowed:
            level -= amount
        self._levels[whose] = (level, now)
        self._levels.move_to_end(whose)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return Taken(allowed, rate, level)

    def level(self, whose: K, rate: RequestRate, now: float) -> float:
        """How full it is."""
        level, at = self._levels.get(whose, (rate.burst, now))
        return min(rate.burst, level + max(0.0, now - at) * rate.per_second)
