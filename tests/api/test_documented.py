"""docs/api.md names every route there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import web

from api.app import build_app
from api.context import ApiContext
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


async def test_every_route_is_documented() -> None:
    app: web.Application = build_app(ApiContext(load(None, {}), Health(), Metrics()))
    routes = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    named = re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`", DOCUMENT.read_text())
    assert sorted(named) == sorted(routes)
