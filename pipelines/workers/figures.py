"""What a pool of workers counts of itself. Cheap enough for every message; read by whoever shows metrics."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping

WAIT_S = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
SERVICE_S = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64)
_WEIGHT = 0.1
"""Of the newest in a running mean."""


class RunningHistogram:
    """A histogram with fixed edges, as Prometheus has it."""

    __slots__ = ("counts", "edges", "total")

    def __init__(self, edges: tuple[float, ...]) -> None:
        self.edges = edges
        self.counts = [0] * (len(edges) + 1)
        """Up to each edge, its own included, and behind the last; not added up."""
        self.total = 0.0

    def add(self, value: float, times: int = 1) -> None:
        self.counts[bisect_left(self.edges, value)] += times
        self.total += value * times

    def buckets(self) -> list[tuple[str, float]]:
        """Added up, each with its edge in words, the last without one."""
        told, sum = [], 0
        for edge, count in zip((*map(str, self.edges), "+Inf"), self.counts, strict=True):
            sum += count
            told.append((edge, float(sum)))
        return told


class PoolFigures:
    """Since the pool was made."""

    def __init__(self) -> None:
        self.queue_wait = RunningHistogram(WAIT_S)
        """Of requests that did not find room at once, in seconds."""
        self.service = RunningHistogram(SERVICE_S)
        """From a request's place on a worker to its last answer, or until nobody wants one, in seconds."""
        self.batch_sizes = RunningHistogram(tuple(map(float, BATCH_SIZES)))
        self.refused: Counter[str] = Counter()
        """Requests that were not taken, by why: 'full', 'too long', 'timeout'."""
        self.hung = 0
        """Requests that never ended."""
        self.service_s = 0.0
        """Running mean; 0 before the first."""

    def served(self, took_s: float) -> None:
        self.service.add(took_s)
        self.service_s += (took_s - self.service_s) * (_WEIGHT if self.service_s else 1.0)

    def batched(self, sizes: Mapping[str, int]) -> None:
        """So many batches of each size, as a worker tells it."""
        for size, times in sizes.items():
            self.batch_sizes.add(float(size), int(times))
