"""What is counted of requests, by route."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
from aiohttp import web

from api.context import CONTEXT
from api.routing.serving import STREAM
from api.routing.table import ApiRoutes
from mediaserver.http_figures import RouteFigures
from mediaserver.metrics import Metrics
from tests.api.accounts import Account, account

routes = ApiRoutes("samples")


@routes.get("/api/x/{id}", scope=None)
async def thing(request: web.Request) -> web.StreamResponse:
    """A thing."""
    if request.match_info["id"] == "bad":
        raise RuntimeError("oh")
    return web.Response()


@routes.get("/api/stream", scope=None, produces=(STREAM,))
async def stream(request: web.Request) -> web.StreamResponse:
    """It shows how many streams are open while it is."""
    text = request.app[CONTEXT].metrics.render().decode()
    return web.Response(text=text)


@pytest.fixture
async def desk(pool: asyncpg.Pool) -> AsyncIterator[Account]:
    async with account([routes], pool) as desk:
        yield desk


def shown(desk: Account) -> list[str]:
    return desk.context.metrics.render().decode().splitlines()


async def test_rate_errors_and_durations_go_by_the_routes_template(desk: Account) -> None:
    for path in ("/api/x/1", "/api/x/2", "/api/x/bad", "/api/nowhere", "/api/neither"):
        await desk.client.get(path)
    counts = [line for line in shown(desk) if line.startswith("voiceforge_http_request_seconds_count")]
    assert counts == [
        'voiceforge_http_request_seconds_count{method="GET",route="/api/x/{id}",status="2xx"} 2.0',
        'voiceforge_http_request_seconds_count{method="GET",route="/api/x/{id}",status="5xx"} 1.0',
        'voiceforge_http_request_seconds_count{method="GET",route="unknown",status="4xx"} 2.0',
    ]
    assert 'voiceforge_http_requests_total{route="/api/x/{id}",status="500"} 1.0' in shown(desk)


async def test_invented_methods_are_one_series(desk: Account) -> None:
    for method in ("PROPFIND", "MKCOL", "LINK"):
        await desk.client.request(method, "/api/x/1")
    (line,) = [line for line in shown(desk) if line.startswith("voiceforge_http_request_seconds_count")]
    assert 'method="OTHER"' in line and line.endswith(" 3.0")


async def test_an_open_stream_is_shown_as_such_and_has_no_duration(desk: Account) -> None:
    text = await (await desk.client.get("/api/stream")).text()
    assert 'voiceforge_http_streams{route="/api/stream"} 1.0' in text
    assert 'voiceforge_http_streams{route="/api/stream"} 0.0' in shown(desk)
    assert not [line for line in shown(desk) if line.startswith("voiceforge_http_request_seconds_count")]


def test_durations_fall_into_buckets_and_their_sum_is_kept() -> None:
    metrics = Metrics()
    for seconds in (0.001, 0.005, 0.006, 3.0, 30.0):
        metrics.routes.observe("/x", "GET", 200, seconds)
    text = metrics.render().decode()
    labels = 'method="GET",route="/x",status="2xx"'
    for edge, count in (("0.005", 2), ("0.02", 3), ("2.5", 3), ("10.0", 4), ("+Inf", 5)):
        assert f'voiceforge_http_request_seconds_bucket{{le="{edge}",{labels}}} {count}.0' in text
    assert f"voiceforge_http_request_seconds_sum{{{labels}}} 33.012" in text


def test_without_requests_the_histogram_is_declared_all_the_same() -> None:
    (family,) = RouteFigures().collect()
    assert family.type == "histogram" and not family.samples
