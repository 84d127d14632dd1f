"""Calls out and their limits in the Prometheus text format, read only when somebody reads the metrics."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from mediaserver.calls.outbound_metering import OutboundMeter
from mediaserver.outbound.ledger import ALL


class OutboundCollector(Collector):
    """Of all calls out together; whose they are is `voiceforge outbound`'s to say."""

    def __init__(self, meter: OutboundMeter) -> None:
        self._meter = meter

    def collect(self) -> Iterator[Metric]:
        meter = self._meter
        used = next(row["used"] for row in meter.ledger.report(meter.now()) if row["scope"] == ALL)
        for name, what, value in (
            ("calls", "Legs that cost money and ring or are up", used["max_calls"]),
            ("calls_day", "Calls out in the last 24 hours", used["calls_per_day"]),
            ("minutes_day", "Minutes of calls out in the last 24 hours", used["minutes_per_day"]),
            ("spend_day", "Money for calls out in the last 24 hours", used["spend_per_day"]),
            ("limits_reached", "Limits on calls out that refuse calls now", len(meter.ledger.reached)),
        ):
            yield GaugeMetricFamily(f"voiceforge_outbound_{name}", what, value)
        refused = CounterMetricFamily(
            "voiceforge_outbound_refused", "Calls out that a limit refused, by its setting", labels=["limit"]
        )
        for which, count in meter.ledger.refused.items():
            refused.add_metric([which], count)
        yield refused
