"""Pages of other sites that the operator has named may ask with a key of their own (Fetch standard, CORS).

Never with our cookie: `Access-Control-Allow-Credentials` is not sent, so that a browser keeps it back.
"""

from __future__ import annotations

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from api.context import CONTEXT
from api.routing.request_ids import HEADER, REQUEST_ID

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
ALLOWED = "Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID, Range, X-Request-Id"
EXPOSED = f"{HEADER}, Retry-After, RateLimit, RateLimit-Policy, ETag, Content-Range, Content-Disposition"
REMEMBERED_S = 600


def origin_allowed(request: web.Request) -> bool:
    """Whether a page of a site that the operator named asks, as browsers say it. Origins are compared as they
    are sent: scheme, host and port (:rfc:`6454` 7)."""
    origin = request.headers.get(hdrs.ORIGIN)
    return origin is not None and origin in request.app[CONTEXT].settings.http.cors_origins


@web.middleware
async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers a preflight, which has no key."""
    if (
        request.method == hdrs.METH_OPTIONS
        and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
        and origin_allowed(request)
    ):
        return web.Response(
            status=204,
            headers={
                hdrs.ACCESS_CONTROL_ALLOW_METHODS: METHODS,
                hdrs.ACCESS_CONTROL_ALLOW_HEADERS: ALLOWED,
                hdrs.ACCESS_CONTROL_MAX_AGE: str(REMEMBERED_S),
            },
        )
    return await handler(request)


async def let_read(request: web.Request, response: web.StreamResponse) -> None:
    """Says the id of the request, and lets the page that asks read this answer: aiohttp's signal
    `on_response_prepare`, so that streams have it, too."""
    response.headers[HEADER] = request.get(REQUEST_ID, "")
    if not origin_allowed(request):
        return
    response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = request.headers[hdrs.ORIGIN]
    response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = EXPOSED
    response.headers[hdrs.VARY] = hdrs.ORIGIN
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
