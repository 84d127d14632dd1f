"""What is true of every answer: safe headers, an id, a count; and every failure is JSON."""

from __future__ import annotations

import logging

import asyncpg
from aiohttp import web
from aiohttp.typedefs import Handler

from api.context import CONTEXT
from api.routing.problems import CODES, Problem, told, told_problem
from api.routing.request_ids import take_request_id
from mediaserver import logs
from mediaserver.errors import DatabaseError

log = logging.getLogger(__name__)

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

GONE = 499
"""For the count alone, as nginx has it: nobody reads this answer."""

_DATABASE_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, DatabaseError)


@web.middleware
async def tidy(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer has safe headers and is counted; every failure is JSON. Strangers get one answer for each
    connection."""
    context = request.app[CONTEXT]
    with logs.in_request(take_request_id(request)):
        response = await _answered(request, handler)
    if not response.prepared:
        for name, value in SAFE_HEADERS.items():
            response.headers.setdefault(name, value)
        if context.connections is not None and not context.connections.is_proven(request.transport):
            response.force_close()
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unknown"
    context.metrics.http.labels(route, str(response.status)).inc()
    return response


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return told_problem(request.path, problem)
    except web.HTTPException as failure:
        response = told(request.path, failure.status, CODES.get(failure.status, "http_error"), failure.reason)
        if "Allow" in failure.headers:
            response.headers["Allow"] = failure.headers["Allow"]
        return response
    except web.RequestPayloadError:
        return told(request.path, 400, "bad_request", "The body is not what its headers say.")
    except ConnectionResetError:
        return web.Response(status=GONE)  # the client went away; there is nobody to answer
    except _DATABASE_TROUBLE as failure:
        log.warning("%s failed for lack of the database: %s", request.path, type(failure).__name__)
        return told(
            request.path, 503, "database_unavailable", "The database does not answer; try again soon."
        )
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return told(request.path, 500, "internal", "Something went wrong here; the log says what.")
