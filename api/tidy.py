"""What is true of every answer: safe headers, an id, a count; and every failure is JSON."""

from __future__ import annotations

import logging
from time import perf_counter

from aiohttp import web
from aiohttp.typedefs import Handler

from api.context import CONTEXT
from api.request_counts import counted, is_stream, template_of
from api.routing.problems import CODES, Problem, told, told_problem
from api.routing.request_ids import take_request_id
from mediaserver import logs
from mediaserver.storage.trouble import is_trouble

log = logging.getLogger(__name__)

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

GONE = 499
"""For the count alone, as nginx has it: nobody reads this answer."""


@web.middleware
async def tidy(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer has safe headers and is counted; every failure is JSON. Strangers get one answer for each
    connection."""
    context, began = request.app[CONTEXT], perf_counter()
    with logs.in_request(take_request_id(request)):
        if is_stream(request):
            with context.metrics.streams.labels(template_of(request)).track_inprogress():
                response = await _answered(request, handler)
        else:
            response = await _answered(request, handler)
    if not response.prepared:
        for name, value in SAFE_HEADERS.items():
            response.headers.setdefault(name, value)
        if context.connections is not None and not context.connections.is_proven(request.transport):
            response.force_close()
    counted(request, response, perf_counter() - began)
    return response


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return told_problem(request.path, problem)
    except web.HTTPException as failure:
        code, said = CODES.get(failure.status, "http_error"), _said(request, failure)
        response = told(request.path, failure.status, code, said)
        if "Allow" in failure.headers:
            response.headers["Allow"] = failure.headers["Allow"]
        return response
    except web.RequestPayloadError:
        return told(request.path, 400, "bad_request", "The body is not what its headers say.")
    except ConnectionResetError:
        return web.Response(status=GONE)  # the client went away; there is nobody to answer
    except Exception as failure:
        if is_trouble(failure):
            log.warning("%s failed for lack of the database: %s", request.path, type(failure).__name__)
            return told(
                request.path, 503, "database_unavailable", "The database does not answer; try again soon."
            )
        log.exception("%s %s failed", request.method, request.path)
        return told(request.path, 500, "internal", "Something went wrong here; the log says what.")


def _said(request: web.Request, failure: web.HTTPException) -> str:
    """For people; aiohttp's router knows but the names of its two refusals."""
    if failure is not request.match_info.http_exception:
        return failure.reason
    if isinstance(failure, web.HTTPMethodNotAllowed):
        return f"This path takes {', '.join(sorted(failure.allowed_methods))}."
    return "There is no such path here: /docs shows all that there are."
