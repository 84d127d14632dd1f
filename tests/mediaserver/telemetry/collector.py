"""A collector that takes traces as any does: OTLP over HTTP, in protobuf."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import TracerProvider


@dataclass(frozen=True)
class Collected:
    """One span as it came."""

    name: str
    trace: str
    id: str
    parent: str
    began_ns: int
    ended_ns: int
    attributes: dict[str, Any]
    failed: bool
    events: tuple[str, ...]

    @property
    def ms(self) -> float:
        return round((self.ended_ns - self.began_ns) / 1e6, 3)


class Collector:
    """`status`: what it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.spans: list[Collected] = []
        self.headers: list[dict[str, str]] = []
        self.resource: dict[str, Any] = {}

    def named(self, name: str) -> list[Collected]:
        return [span for span in self.spans if span.name == name]

    async def take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-protobuf"
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip" and not body.startswith(b"\n"):
            body = gzip.decompress(body)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if self.status == 200:
            for each in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.resource = _values(each.resource.attributes)
                self.spans += [_span(span) for scope in each.scope_spans for span in scope.spans]
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(status=self.status, body=answer, content_type="application/x-protobuf")


@asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    taken = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", taken.take)
    async with TestServer(app) as server:
        taken.url = str(server.make_url("")).rstrip("/")
        yield taken


async def sent(provider: TracerProvider) -> None:
    """All spans that have ended are on their way, and there if anybody takes them."""
    await asyncio.to_thread(provider.force_flush)


def _span(span: Any) -> Collected:
    return Collected(
        span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(),
        span.start_time_unix_nano, span.end_time_unix_nano, _values(span.attributes), span.status.code == 2,
        tuple(event.name for event in span.events),
    )  # fmt: skip


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
