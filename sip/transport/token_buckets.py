"""How often something may happen for each of many who are not known before. Pure; `now` in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Rate:
    per_s: float
    burst: float
    """At once, after a while of nothing."""


class TokenBuckets(Generic[Key]):
    """A bucket for each key. Of more than `most` keys the one that came first is forgotten: a flood under
    ever new addresses costs no memory (and is held back by the bucket that all share)."""

    __slots__ = ("_buckets", "_most")

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._buckets: dict[Key, list[float]] = {}
        """Tokens left, and when that was."""

    def take(self, key: Key, rate: Rate, now: float, cost: float = 1.0) -> bool:
        """Whether it may happen now; if so it is counted."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._most:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[key] = [rate.burst, now]
        tokens = min(rate.burst, bucket[0] + (now - bucket[1]) * rate.per_s)
        bucket[1] = now
        if tokens < cost:
            bucket[0] = tokens
            return False
        bucket[0] = tokens - cost
        return True

    def charge(self, key: Key, cost: float) -> None:
        """It turned out to cost more (or less, when negative) than was taken for it; debts are possible."""
        if (bucket := self._buckets.get(key)) is not None:
            bucket[0] -= cost
