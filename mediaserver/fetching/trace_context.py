"""What is fetched because of an API request that is traced says so (W3C Trace Context, `traceparent`)."""

from __future__ import annotations

from multidict import CIMultiDict
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_w3c = TraceContextTextMapPropagator()


def tell_trace_context(headers: CIMultiDict[str]) -> None:
    """Without a trace that the running code is part of: nothing. What the user says of it stays."""
    if "traceparent" not in headers:
        _w3c.inject(headers)
