"""What is counted of requests: by route, and by key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from aiohttp import web

from api.access.asker import Asker, How
from api.access.scopes import Scope
from api.context import CONTEXT
from api.request_tally import RequestTally
from api.routing.serving import STREAM
from api.routing.table import ApiRoutes
from mediaserver.http_figures import RouteFigures
from mediaserver.metrics import Metrics
from mediaserver.storage.records import UsageCounted, UsageKind
from tests.api.accounts import Account, account
from tests.mediaserver.calls.bench import Kept

routes = ApiRoutes("samples")
ONE, TWO = UUID(int=1), UUID(int=2)


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


async def test_requests_count_for_the_key_that_asked(desk: Account) -> None:
    for who, how in ((ONE, How.KEY), (ONE, How.KEY), (TWO, How.KEY), (None, How.TOKEN), (None, How.NOTHING)):
        desk.who = Asker(who, "x", frozenset({Scope.SPEECH}), how)
        await desk.client.get("/api/x/bad" if who == TWO else "/api/x/1")
    desk.who = None
    await desk.client.get("/api/x/1")
    kept = Kept()
    for _ in range(2):
        desk.context.requests.keep(kept)
    assert {(each.owner, each.kind, each.amount) for each in kept.of(UsageCounted)} == {
        (ONE, UsageKind.REQUESTS, 2.0), (TWO, UsageKind.REQUESTS, 1.0), (None, UsageKind.REQUESTS, 1.0),
    }  # fmt: skip
    assert len({each.id for each in kept.of(UsageCounted)}) == len(kept.records) == 3


async def test_they_are_kept_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    tally, kept, naps = RequestTally(), Kept(), asyncio.Queue[None]()

    async def nap(seconds: float) -> None:
        await naps.get()

    monkeypatch.setattr("api.request_tally.asyncio.sleep", nap)
    tally.add(ONE)
    running = asyncio.create_task(tally.run(kept))
    naps.put_nowait(None)
    while not kept.records:
        await asyncio.wait({running}, timeout=0)
    running.cancel()
    assert [each.amount for each in kept.of(UsageCounted)] == [1.0]


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
