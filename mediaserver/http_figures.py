"""Rate, errors and duration of the API's requests, by route: a histogram that is cheap to keep and to read.

A route is its template, never a path; a status is its class: so there are as many series as there are routes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

EDGES_S = (0.005, 0.02, 0.1, 0.5, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "OTHER"
"""In the place of a method that nobody knows: anybody may send any word."""


class RouteFigures(Collector):
    """Belongs to the loop's thread; others read a copy."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], list[float]] = {}
        """A count for each bucket and beyond, then the sum of seconds."""

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request was answered. `route`: a template, of few."""
        key = (route, method if method in METHODS else OTHER, f"{status // 100}xx")
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = [0.0] * (len(EDGES_S) + 2)
        counts[bisect_left(EDGES_S, seconds)] += 1
        counts[-1] += seconds

    def copy(self) -> RouteFigures:
        """As it stands now, for another thread to read."""
        same = RouteFigures()
        same._counts = {key: counts.copy() for key, counts in self._counts.items()}
        return same

    def collect(self) -> Iterator[Metric]:
        family = HistogramMetricFamily(
            "voiceforge_http_request_seconds",
            "From a request to the end of its answer, by route, method and class of status; streams are left "
            "out",
            labels=["route", "method", "status"],
        )
        for labels, counts in self._counts.items():
            buckets, below = [], 0.0
            for edge, count in zip((*map(str, EDGES_S), "+Inf"), counts, strict=False):
                below += count
                buckets.append((edge, below))
            family.add_metric(labels, buckets, counts[-1])
        yield family
