"""A histogram of how late something came, cheap enough for every tick. Never allocates while counting."""

from __future__ import annotations

BUCKET_NS = 100_000
_BUCKETS = 1_000


class Lateness:
    """Counts in buckets of 0.1 ms up to 100 ms; the maximum is exact."""

    __slots__ = ("_buckets", "count", "max_ns", "total_ns")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._buckets = [0] * (_BUCKETS + 1)
        self.count = self.total_ns = self.max_ns = 0

    def add(self, late_ns: int) -> None:
        """Early counts as on time."""
        late_ns = max(late_ns, 0)
        self._buckets[min(late_ns // BUCKET_NS, _BUCKETS)] += 1
        self.count += 1
        self.total_ns += late_ns
        if late_ns > self.max_ns:
            self.max_ns = late_ns

    def percentile_ms(self, percent: float) -> float:
        """Upper edge of the bucket that holds the percentile, 0.0 when nothing was counted."""
        wanted = self.count * percent / 100
        seen = 0
        for i, n in enumerate(self._buckets):
            seen += n
            if seen >= wanted and n:
                return min((i + 1) * BUCKET_NS, self.max_ns) / 1e6 if i < _BUCKETS else self.max_ns / 1e6
        return 0.0

    def within(self, edge_ns: int) -> int:
        """How many were at most this late (to a bucket's width)."""
        return sum(self._buckets[: edge_ns // BUCKET_NS])

    def as_dict(self) -> dict[str, float]:
        """count, and mean, p50, p99, max in ms."""
        return {
            "count": self.count,
            "mean_ms": round(self.total_ns / self.count / 1e6, 3) if self.count else 0.0,
            "p50_ms": round(self.percentile_ms(50), 3),
            "p99_ms": round(self.percentile_ms(99), 3),
            "max_ms": round(self.max_ns / 1e6, 3),
        }
