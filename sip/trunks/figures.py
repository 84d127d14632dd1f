"""The scorecards of all trunks in the Prometheus text format, read only when somebody reads the metrics.

The one label is a trunk's name, which the operator chose; codes are few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from sip.trunks.line import TrunkLine
from sip.trunks.scorecard import PDD_EDGES_S

_EDGES = (*(str(edge) for edge in PDD_EDGES_S), "+Inf")


class TrunkCollector(Collector):
    """Of the trunks as they stand when it is asked."""

    def __init__(self, lines: Callable[[], Iterable[TrunkLine]], now: Callable[[], float]) -> None:
        self._lines = lines
        self._now = now

    def collect(self) -> Iterator[Metric]:
        now, label = self._now(), ["trunk"]
        up = GaugeMetricFamily("voiceforge_trunk_up", "Whether calls are tried by the trunk", labels=label)
        calls = GaugeMetricFamily("voiceforge_trunk_calls", "Calls that it carries now", labels=label)
        attempts = CounterMetricFamily("voiceforge_trunk_attempts", "Calls tried by it", labels=label)
        answered = CounterMetricFamily("voiceforge_trunk_answered", "Of these, answered", labels=label)
        failed = CounterMetricFamily(
            "voiceforge_trunk_failed", "Of these, not answered, by SIP code or 'silent'",
            labels=["trunk", "code"],
        )  # fmt: skip
        faults = CounterMetricFamily(
            "voiceforge_trunk_faults", "Of these, failed by the trunk itself", labels=label
        )
        delay = HistogramMetricFamily(
            "voiceforge_trunk_post_dial_delay_seconds", "From the INVITE to the first ringing", labels=label
        )
        ratio = GaugeMetricFamily(
            "voiceforge_trunk_answer_seizure_ratio", "Answered of tried, of the last 15 minutes", labels=label
        )
        mos = GaugeMetricFamily(
            "voiceforge_trunk_mos", "Mean listening quality, of the last 15 minutes", labels=label
        )
        for line in self._lines():
            name, total, lately = [line.spec.name], line.scorecard.total, line.scorecard.lately(now)
            up.add_metric(name, line.standing(now).usable)
            calls.add_metric(name, line.limits.calls)
            attempts.add_metric(name, total.attempts)
            answered.add_metric(name, total.answered)
            faults.add_metric(name, total.faults)
            for code, count in total.codes.items():
                failed.add_metric([*name, str(code) if code else "silent"], count)
            within = accumulate(line.scorecard.post_dial_within)
            delay.add_metric(name, list(zip(_EDGES, map(float, within), strict=True)), total.post_dial_s)
            if lately.answer_seizure_ratio is not None:
                ratio.add_metric(name, lately.answer_seizure_ratio)
            if lately.rated:
                mos.add_metric(name, lately.mos / lately.rated)
        yield from (up, calls, attempts, answered, failed, faults, delay, ratio, mos)
