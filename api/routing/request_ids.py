"""Each request has an id, which its answer and its log lines carry: its client's, where that is decent."""

from __future__ import annotations

import re
import secrets

from aiohttp import web

HEADER = "X-Request-Id"
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
_DECENT = re.compile(r"[A-Za-z0-9._-]{1,64}")


def take_request_id(request: web.Request) -> str:
    """The id of this request from now on."""
    given = request.headers.get(HEADER, "")
    taken = given if _DECENT.fullmatch(given) else secrets.token_hex(8)
    request[REQUEST_ID] = taken
    return taken
