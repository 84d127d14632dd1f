"""Pages of other sites that the operator has named may ask with a key of their own (Fetch standard, CORS).

Never with our cookie: `Access-Control-Allow-Credentials` is not sent, so that a browser keeps it back.
"""

from __future__ import annotations

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from api.context import CONTEXT
from api.routing.request_ids import HEADER, REQUEST_ID

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
ALLOWED = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-Modified-Since, If-None-Match, If-Range, "
    "If-Unmodified-Since, Last-Event-ID, Range, X-Request-Id"
)
OPENAI = ("x-stainless-", "openai-")
"""So begin the headers that OpenAI's client adds to each request, in browsers, too."""
EXPOSED = (
    f"{HEADER}, Accept-Ranges, Content-Disposition, Content-Range, ETag, Idempotent-Replayed, Link, "
    "Location, RateLimit, RateLimit-Policy, Retry-After, X-Call-Id, X-Call-Ticket, X-Sample-Rate, "
    "X-Voice-Engine, X-Voice-Instead-Of, X-Voice-Why"
)
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
                hdrs.ACCESS_CONTROL_ALLOW_HEADERS: _allowed(request),
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
    varies = response.headers.get(hdrs.VARY)
    response.headers[hdrs.VARY] = f"{varies}, {hdrs.ORIGIN}" if varies else hdrs.ORIGIN
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def _allowed(request: web.Request) -> str:
    """Names of headers that the page may send."""
    asked = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, "").lower().split(",")
    theirs = sorted({name.strip() for name in asked if name.strip().startswith(OPENAI)})
    return ", ".join([ALLOWED, *theirs])
