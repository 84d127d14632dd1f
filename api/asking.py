"""What all requests to the switchboard share: finding it, bodies, and its refusals as HTTP says them."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import asyncpg
from aiohttp import web

from api.context import CONTEXT, ApiContext
from api.routing.binding import JSON_WANTED
from api.routing.expecting import go_on
from api.routing.problems import Problem
from mediaserver.calls.protocols import Switchboard
from mediaserver.errors import (
    CallError,
    CapacityError,
    DatabaseError,
    NoSuchCallError,
    OutboundCapError,
    PeerError,
    VoiceForgeError,
)
from mediaserver.storage.idempotency import DoneAlreadyError

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Neither logs nor the database nor SIP can have these; lines and tabs are text."""
TEXT_LIMIT = 2000
"""Characters of an address, or of what is to be said."""
BODY_S = 10.0
"""A JSON body that is not whole after so long is not waited for."""


def switchboard(request: web.Request) -> Switchboard:
    """Raises HTTPServiceUnavailable while the server is starting."""
    board = request.app[CONTEXT].switchboard
    if board is None:
        raise web.HTTPServiceUnavailable(reason="The server is still starting.")
    return board


def require_pool(context: ApiContext) -> asyncpg.Pool:
    """Raises DatabaseError, which becomes 503."""
    if context.pool is None:
        raise DatabaseError("the database is not up yet")
    return context.pool


class Asking:
    """What a switchboard raises, as HTTP has it."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case Problem():
                pass  # it says itself how it is to be told
            case NoSuchCallError():
                raise web.HTTPNotFound(reason="There is no such call, or it has ended.") from None
            case OutboundCapError():
                raise web.HTTPTooManyRequests(reason=_one_line(error)) from None
            case Problem() | DatabaseError() | DoneAlreadyError():
                return  # not the switchboard's
            case CapacityError():
                raise web.HTTPServiceUnavailable(reason=_one_line(error)) from None
            case PeerError():
                raise web.HTTPBadRequest(reason=_one_line(error)) from None
            case CallError(code=403):
                raise web.HTTPForbidden(reason=_one_line(error)) from None
            case VoiceForgeError():
                raise web.HTTPConflict(reason=_one_line(error)) from None
            case _:
                pass


def forbidden(value: str) -> bool:
    """It has characters that neither logs nor the database nor SIP can have."""
    return _NO_TEXT.search(value) is not None


async def body(request: web.Request, *texts: str) -> dict[str, Any]:
    """The JSON object of a request, in which these fields are texts; an empty body is an empty object where
    none is asked for. Raises HTTPBadRequest and HTTPUnsupportedMediaType.

    It must be declared as JSON: a form that another site's page sends cannot be.
    """
    if not texts and not request.body_exists:
        return {}
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(reason=JSON_WANTED)
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise web.HTTPBadRequest(reason="JSON is UTF-8.")
    await go_on(request)
    try:
        async with asyncio.timeout(BODY_S):
            content = await request.json()
    except TimeoutError:
        raise web.HTTPRequestTimeout(reason=f"The body was not here within {BODY_S:.0f} s.") from None
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(reason="The body is not JSON.") from None
    request.app[CONTEXT].prove(request)
    if not isinstance(content, dict):
        raise web.HTTPBadRequest(reason="The body is a JSON object.")
    for name, value in content.items():
        if isinstance(value, str) and forbidden(value):
            shown = name if name.isidentifier() and name.isascii() else "a field"
            raise web.HTTPBadRequest(reason=f"{shown} has control characters or halves of characters.")
    for name in texts:
        value = content.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > TEXT_LIMIT:
            raise web.HTTPBadRequest(reason=f"{name} is a text of 1 to {TEXT_LIMIT} characters.")
    return content


def text(content: dict[str, Any], name: str, default: str = "") -> str:
    """A field that may be left out. Raises HTTPBadRequest."""
    value = content.get(name, default)
    if not isinstance(value, str) or len(value) > TEXT_LIMIT:
        raise web.HTTPBadRequest(reason=f"{name} is a text of at most {TEXT_LIMIT} characters.")
    return value


def number(content: dict[str, Any], name: str, default: float) -> float:
    """A field that may be left out. Raises HTTPBadRequest."""
    value = content.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise web.HTTPBadRequest(reason=f"{name} is a number.")
    return value


def done() -> web.Response:
    return web.Response(status=204)


def _one_line(error: BaseException) -> str:
    """A reason phrase has one line, and no bytes that could end it."""
    return " ".join(str(error).split())
