"""What is counted of each request for the operator's figures: rate, errors and duration, by route."""

from __future__ import annotations

from aiohttp import web

from api.context import CONTEXT
from api.routing.serving import STREAM, route_of

UNKNOWN = "unknown"
"""Where no route is."""


def template_of(request: web.Request) -> str:
    """The route's template, one of few, whatever was asked for."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else UNKNOWN


def is_stream(request: web.Request) -> bool:
    """It is held open for as long as somebody listens."""
    route = route_of(request)
    return route is not None and (route.websocket or STREAM in route.produces)


def counted(request: web.Request, response: web.StreamResponse, seconds: float) -> None:
    """A request was answered, after so long."""
    context, route = request.app[CONTEXT], template_of(request)
    context.metrics.http.labels(route, str(response.status)).inc()
    if not is_stream(request):
        context.metrics.routes.observe(route, request.method, response.status, seconds)
