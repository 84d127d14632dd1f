"""Puts declared routes into an application, and finds the one that a request is for."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler as AioHandler

from api.routing.binding import bound
from api.routing.expecting import not_yet
from api.routing.table import ApiRoute, ApiRoutes

STREAM = "text/event-stream"
ROUTES: web.AppKey[dict[AioHandler, ApiRoute]] = web.AppKey("routes", dict)


def serve_routes(app: web.Application, tables: Iterable[ApiRoutes]) -> None:
    """Serve all routes of these tables. Raises ValueError when two have the same name."""
    known: dict[AioHandler, ApiRoute] = {}
    names: set[str] = set()
    for table, route in ((each, route) for each in tables for route in each):
        name = route.name
        if name in names:
            raise ValueError(f"two routes are called {name}: rename one of their handlers")
        names.add(name)
        if name not in table.bound:
            table.bound[name] = bound(route)
        handler = table.bound[name]
        known[handler] = route
        if route.method == "GET":
            # The head of a stream would hold a place and say nothing.
            app.router.add_get(
                route.path,
                handler,
                allow_head=not (route.websocket or STREAM in route.produces),
                expect_handler=not_yet,
            )
        else:
            app.router.add_route(route.method, route.path, handler, expect_handler=not_yet)
    app[ROUTES] = known


def route_of(request: web.Request) -> ApiRoute | None:
    """The declared route that this request is for; None where none was declared."""
    return request.app[ROUTES].get(request.match_info.handler)
