"""What all requests to the switchboard share: finding it, and its refusals as HTTP says them."""

from __future__ import annotations

from aiohttp import web

from api.context import CONTEXT
from api.routing.problems import Problem, started
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

TEXT_LIMIT = 2000
"""Characters of an address, or of what is to be said."""


def switchboard(request: web.Request) -> Switchboard:
    """Raises Problem while the server is starting."""
    return started(request.app[CONTEXT].switchboard)


class Asking:
    """What a switchboard raises, as HTTP has it."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case NoSuchCallError():
                raise web.HTTPNotFound(reason="There is no such call, or it has ended.") from None
            case OutboundCapError():
                raise web.HTTPTooManyRequests(reason=_one_line(error)) from None
            case Problem() | DatabaseError() | DoneAlreadyError():
                pass  # not the switchboard's: these say themselves how they are to be told
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


def _one_line(error: BaseException) -> str:
    """A reason phrase has one line, and no bytes that could end it."""
    return " ".join(str(error).split())
