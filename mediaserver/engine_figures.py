"""What is shown of the engines at /metrics: by engine and by pool of work. Read only when somebody looks.

Labels have few values by construction: engines are those that rows and settings name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector


class HistogramFigures(Protocol):
    """What pipelines.workers.figures.RunningHistogram has."""

    total: float

    def buckets(self) -> list[tuple[str, float]]: ...


class WorkerFigures(Protocol):
    """What pipelines.workers.figures.PoolFigures counts."""

    @property
    def queue_wait(self) -> HistogramFigures: ...
    @property
    def service(self) -> HistogramFigures: ...
    @property
    def batch_sizes(self) -> HistogramFigures: ...
    @property
    def refused(self) -> Mapping[str, int]: ...
    @property
    def hung(self) -> int: ...


class EngineFigures(Protocol):
    """What pipelines.engines.state.EngineState has."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def ready(self) -> bool: ...
    @property
    def load(self) -> int: ...
    @property
    def pool(self) -> str | None: ...
    @property
    def workers(self) -> int: ...
    @property
    def workers_ready(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def gpu(self) -> int | None: ...
    @property
    def gpu_mb(self) -> int: ...
    @property
    def passed_over(self) -> str: ...
    @property
    def figures(self) -> WorkerFigures | None: ...


class EnginesFigures(Protocol):
    """All of them."""

    def engines(self) -> Iterable[EngineFigures]: ...

    def failovers(self) -> Mapping[tuple[str, str], int]:
        """By the engine that failed and by why."""

    def evictions(self) -> Mapping[str, int]:
        """By the engine that went."""

    def gpus(self) -> Sequence[tuple[int, int]]:
        """Of each, what is held and what there is, in MB."""

    def pools(self) -> Mapping[str, tuple[int, int | None]]:
        """Of each pool of work, the requests that run and the limit, if there is one."""


class EnginesCollector(Collector):
    def __init__(self, figures: EnginesFigures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        engines = list(self._figures.engines())
        yield from self._now(engines)
        yield from self._histograms(engines)
        yield from self._counted(engines)
        yield from self._shared(engines)

    def _now(self, engines: Sequence[EngineFigures]) -> Iterator[Metric]:
        gauges: Sequence[tuple[str, str, Callable[[EngineFigures], float]]] = (
            ("engine_ready", "1: the engine can take work", lambda each: each.ready),
            ("engine_workers", "Processes that an engine should have", lambda each: each.workers),
            ("engine_workers_ready", "Processes of it that can work", lambda each: each.workers_ready),
            ("engine_requests", "Requests that run on an engine now", lambda each: each.load),
            ("engine_waiting", "Requests for which it has no room yet", lambda each: each.waiting),
            ("engine_passed_over", "1: it failed, and calls go by it", lambda each: bool(each.passed_over)),
        )
        for name, what, value in gauges:
            family = GaugeMetricFamily(f"voiceforge_{name}", what, labels=["engine", "pool"])
            for each in engines:
                family.add_metric(_labels(each), float(value(each)))
            yield family

    def _histograms(self, engines: Sequence[EngineFigures]) -> Iterator[Metric]:
        spreads: Sequence[tuple[str, str, Callable[[WorkerFigures], HistogramFigures]]] = (
            (
                "queue_wait_seconds",
                "Waits for room of requests that did not find it at once",
                lambda figures: figures.queue_wait,
            ),
            (
                "service_seconds",
                "From a request's place on a worker to its last answer",
                lambda figures: figures.service,
            ),
            ("batch_size", "Requests in one step of a model", lambda figures: figures.batch_sizes),
        )
        for name, what, of in spreads:
            family = HistogramMetricFamily(f"voiceforge_engine_{name}", what, labels=["engine", "pool"])
            for each in engines:
                if each.figures is not None:
                    histogram = of(each.figures)
                    family.add_metric(_labels(each), histogram.buckets(), histogram.total)
            yield family

    def _counted(self, engines: Sequence[EngineFigures]) -> Iterator[Metric]:
        refused = CounterMetricFamily(
            "voiceforge_engine_refused",
            "Requests that found no room: full, too long (a wait that was predicted), timeout",
            labels=["engine", "pool", "reason"],
        )
        hung = CounterMetricFamily(
            "voiceforge_engine_hung", "Requests that never ended", labels=["engine", "pool"]
        )
        for each in engines:
            if each.figures is not None:
                hung.add_metric(_labels(each), each.figures.hung)
                for reason, count in each.figures.refused.items():
                    refused.add_metric([*_labels(each), reason], count)
        yield refused
        yield hung
        failovers = CounterMetricFamily(
            "voiceforge_engine_failovers",
            "Times that the next engine took over, by the one that failed and why",
            labels=["engine", "reason"],
        )
        for (name, reason), count in self._figures.failovers().items():
            failovers.add_metric([name, reason], count)
        yield failovers
        evictions = CounterMetricFamily(
            "voiceforge_engine_evictions", "Times that a model went to make room", labels=["engine"]
        )
        for name, count in self._figures.evictions().items():
            evictions.add_metric([name], count)
        yield evictions

    def _shared(self, engines: Sequence[EngineFigures]) -> Iterator[Metric]:
        held = GaugeMetricFamily(
            "voiceforge_engine_gpu_memory_mb", "Kept for an engine on a GPU", labels=["engine", "gpu"]
        )
        for each in engines:
            if each.gpu is not None:
                held.add_metric([each.name, str(each.gpu)], each.gpu_mb)
        yield held
        memory = GaugeMetricFamily(
            "voiceforge_gpu_memory_mb", "Of a GPU: what models hold, what there is", labels=["gpu", "what"]
        )
        for number, (mb, total) in enumerate(self._figures.gpus()):
            memory.add_metric([str(number), "held"], mb)
            memory.add_metric([str(number), "total"], total)
        yield memory
        requests = GaugeMetricFamily(
            "voiceforge_pool_requests", "Requests of a pool of work that run now", labels=["pool"]
        )
        limits = GaugeMetricFamily(
            "voiceforge_pool_requests_limit", "That may run at once, where there is a limit", labels=["pool"]
        )
        for pool, (inside, most) in self._figures.pools().items():
            requests.add_metric([pool], inside)
            if most is not None:
                limits.add_metric([pool], most)
        yield requests
        yield limits


def _labels(engine: EngineFigures) -> list[str]:
    return [engine.name, str(engine.pool or engine.kind)]
