"""Spans of the API's requests, in the traces of whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from opentelemetry.sdk.trace import TracerProvider

from api.app import build_app
from api.context import ApiContext
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.settings.telemetry import TelemetrySettings
from mediaserver.telemetry.exporting import open_provider
from tests.api.keys import bearer, made_up_key
from tests.mediaserver.telemetry.collector import Collector, collector, sent

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Traced:
    def __init__(
        self, taken: Collector, provider: TracerProvider, client: TestClient[web.Request, web.Application]
    ):
        self.taken, self.provider, self.client = taken, provider, client


@pytest.fixture
async def desk() -> AsyncIterator[Traced]:
    context = ApiContext(load(None, {}), Health(), Metrics())
    _, secret = made_up_key(context)
    server = TestServer(build_app(context))
    async with collector() as taken, TestClient(server, headers=bearer(secret)) as client:
        provider = open_provider(TelemetrySettings(otlp_endpoint=taken.url))
        context.request_tracer = provider.get_tracer("voiceforge.api")
        yield Traced(taken, provider, client)
        provider.shutdown()


async def test_a_request_is_a_span_by_its_routes_template(desk: Traced) -> None:
    answer = await desk.client.get("/api/telephony/calls/not-a-uuid", headers={"X-Request-Id": "mine"})
    await sent(desk.provider)
    (span,) = desk.taken.spans
    assert span.name == "GET /api/telephony/calls/{id}" and span.parent == "" and not span.failed
    assert span.attributes == {
        "http.request.method": "GET", "http.route": "/api/telephony/calls/{id}",
        "url.scheme": "http", "url.path": answer.url.path,
        "http.response.status_code": answer.status, "voiceforge.request.id": "mine",
    }  # fmt: skip
    assert answer.headers["traceparent"].startswith(f"00-{span.trace}-{span.id}-0")


async def test_a_path_that_is_nowhere_has_no_route(desk: Traced) -> None:
    await desk.client.get("/api/nowhere?secret=1")
    await sent(desk.provider)
    (span,) = desk.taken.spans
    assert span.name == "GET" and "http.route" not in span.attributes
    assert span.attributes["url.path"] == "/api/nowhere"


async def test_it_lies_in_the_trace_of_whoever_asks(desk: Traced) -> None:
    given = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "rojo=00f067aa0ba902b7"}
    answer = await desk.client.get("/api/drain", headers=given)
    await sent(desk.provider)
    (span,) = desk.taken.spans
    assert (span.trace, span.parent) == (TRACE, PARENT)
    assert answer.headers["traceparent"].startswith(f"00-{TRACE}-{span.id}")
    assert answer.headers["tracestate"] == "rojo=00f067aa0ba902b7"


@pytest.mark.parametrize("given", ["", "00-0-0-0", "00-" + "f" * 10_00, f"ff-{TRACE}-{PARENT}-01", "00-é"])
async def test_a_traceparent_that_is_none_begins_a_trace(desk: Traced, given: str) -> None:
    await desk.client.get("/api/drain", headers={"traceparent": given})
    await sent(desk.provider)
    (span,) = desk.taken.spans
    assert span.parent == "" and span.trace != TRACE


async def test_one_that_is_not_to_be_traced_is_not(desk: Traced) -> None:
    await desk.client.get("/api/drain", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
    await sent(desk.provider)
    assert not desk.taken.spans


@pytest.mark.parametrize("path", ["/api/health", "/metrics"])
async def test_what_is_asked_again_and_again_has_no_span(desk: Traced, path: str) -> None:
    assert "traceparent" not in (await desk.client.get(path)).headers
    await sent(desk.provider)
    assert not desk.taken.spans


async def test_what_the_guard_refuses_has_no_span(desk: Traced) -> None:
    assert (await desk.client.get("/api/drain", headers={"Host": "evil.example"})).status == 403
    await sent(desk.provider)
    assert not desk.taken.spans
