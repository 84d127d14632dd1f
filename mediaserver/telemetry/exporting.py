"""Spans on their way to an OpenTelemetry collector, by the official SDK: a bounded queue, and one thread that
empties it. Nothing here ever makes a call wait; what does not fit, or finds no collector, is lost.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from mediaserver.settings.telemetry import TelemetrySettings, headers_of

log = logging.getLogger(__name__)

MOST_QUEUED = 4_096
"""Spans; a turn makes six, and they leave every other second."""
EVERY_MS = 2_000
BATCH = 512
TIMEOUT_S = 5
_ITS_OWN = ("opentelemetry.exporter.otlp.proto.http.trace_exporter", "opentelemetry.sdk")
"""Loggers of the SDK, which says of each batch anew that nobody takes it."""


class OneLineExporter(SpanExporter):
    """Says once that the collector does not take spans, and once that it does again. Runs in the SDK's
    thread."""

    def __init__(self, exporter: SpanExporter, where: str) -> None:
        self._exporter = exporter
        self._where = where
        self._failing = False
        self.lost = 0
        """Spans that nobody took."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception:  # whatever it is, it must not end the thread
            result = SpanExportResult.FAILURE
        failed = result is not SpanExportResult.SUCCESS
        if failed:
            self.lost += len(spans)
        if failed and not self._failing:
            log.warning("the collector at %s does not take traces; they are lost until it does", self._where)
        elif self._failing and not failed:
            log.info("the collector at %s takes traces again; %d spans were lost", self._where, self.lost)
        self._failing = failed
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def open_provider(settings: TelemetrySettings) -> TracerProvider:
    """Makes tracers whose spans go to the collector of the settings. Its `shutdown` sends what waits, and
    blocks for some seconds where nobody takes it."""
    for name in _ITS_OWN:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    exporter = OTLPSpanExporter(
        endpoint=f"{settings.otlp_endpoint}/v1/traces",
        headers=dict(headers_of(settings.otlp_headers.get_secret_value())),
        timeout=TIMEOUT_S,
    )
    about = {
        "service.name": settings.service_name,
        "service.version": version("voiceforge"),
        "host.name": socket.gethostname(),
    }
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.sample)),
        resource=Resource.create(about),
        shutdown_on_exit=False,
        span_limits=SpanLimits(max_events=128, max_span_attributes=64, max_attribute_length=500),
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            OneLineExporter(exporter, settings.otlp_endpoint),
            max_queue_size=MOST_QUEUED,
            schedule_delay_millis=EVERY_MS,
            max_export_batch_size=BATCH,
        )
    )
    return provider
