"""A span for each request of the API, in the trace of whoever asks (W3C Trace Context, `traceparent`), with
the attributes of OpenTelemetry's conventions for HTTP servers. Never the query: a ticket may be in it.

What is asked again and again to see whether all is well has none, and neither has what the guard refused: who
may not ask fills no queue.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from api.context import CONTEXT
from api.request_counts import UNKNOWN, template_of
from api.routing.problems import Problem
from api.routing.request_ids import REQUEST_ID

UNTRACED = frozenset({"/metrics", "/api/health", "/", "/page.css", "/page.js"})
FILES = ("/assets/", "/icons/", "/embed/")
"""Below these all are files of the console."""
LONGEST = 512
"""Of a header; the standard's `traceparent` has 55 characters."""
_INSIDE: web.RequestKey[Context] = web.RequestKey("trace", Context)
_w3c = TraceContextTextMapPropagator()


@web.middleware
async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Behind the guard."""
    tracer = request.app[CONTEXT].request_tracer
    if tracer is None or request.path in UNTRACED or request.path.startswith(FILES):
        return await handler(request)
    told = {name: request.headers.get(name, "") for name in ("traceparent", "tracestate")}
    route = template_of(request)
    named = {} if route == UNKNOWN else {"http.route": route}
    span = tracer.start_span(
        f"{request.method} {route}" if named else request.method,
        _w3c.extract({name: value for name, value in told.items() if 0 < len(value) <= LONGEST}),
        kind=SpanKind.SERVER,
        attributes={
            "http.request.method": request.method,
            "url.scheme": request.scheme,
            "url.path": request.path,
            **named,
            "voiceforge.request.id": request.get(REQUEST_ID, ""),
        },
    )
    inside = request[_INSIDE] = set_span_in_context(span)
    token, status = attach(inside), 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except (Problem, web.HTTPException) as refusal:
        status = refusal.status
        raise
    finally:
        detach(token)
        span.set_attribute("http.response.status_code", status)
        if status >= 500:
            span.set_attribute("error.type", str(status))
            span.set_status(Status(StatusCode.ERROR))
        span.end()


async def tell_trace(request: web.Request, response: web.StreamResponse) -> None:
    """Each answer says in `traceparent` where its request is to be found."""
    if _INSIDE in request:
        _w3c.inject(response.headers, request[_INSIDE])
