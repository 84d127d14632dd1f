"""Requests that are no HTTP, which no route and no middleware ever sees: they are refused in the same shape
as all others, and what stood in them is not sent back."""

from __future__ import annotations

import secrets

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from api.routing.problems import told
from api.routing.request_ids import HEADER
from api.tidy import SAFE_HEADERS

MOST_HEADERS = "Too many headers"
"""So begins what aiohttp says of more than 128."""


class HttpRequestHandler(web.RequestHandler):
    """aiohttp's part of one connection, but for the words of its own refusals."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Raises ConnectionError when an answer has begun. The connection is closed behind this one."""
        theirs = super().handle_error(request, status, exc, message)  # logs it
        if not isinstance(exc, HttpProcessingError):
            response = told("", theirs.status, "internal", "Something went wrong here; the log says what.")
        elif isinstance(exc, LineTooLong):
            response = told("", 431, "headers_too_large", "The address and each header have at most 8 KiB.")
        elif exc.message.startswith(MOST_HEADERS):
            response = told("", 431, "headers_too_large", "A request has at most 128 headers.")
        else:
            said = exc.message.partition("\n")[0].rstrip(":. ")
            response = told("", 400, "bad_request", f"This cannot be read as HTTP/1.1 ({said}).")
        response.headers.update(SAFE_HEADERS)
        response.headers[HEADER] = secrets.token_hex(8)
        response.force_close()
        return response
