"""What can be asked of calls: place, hang up, transfer, add a party, say, press keys, hold and resume.

Bodies are JSON and say so: a form that another site's page sends cannot.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from api.answers import answer
from api.calls import identity
from api.context import CONTEXT
from mediaserver.calls.protocols import Switchboard
from mediaserver.errors import CallError, CapacityError, VoiceForgeError

TEXT_LIMIT = 2000
"""Characters of an address, or of what is to be said."""


async def place(request: web.Request) -> web.Response:
    """`{"to", "agent", "caller"?}`: call somebody for an agent. 201 with the call's id, before it rings."""
    board = switchboard(request)
    body = await _body(request, "to", "agent")
    caller = body.get("caller", "")
    if not isinstance(caller, str) or len(caller) > TEXT_LIMIT:
        raise web.HTTPBadRequest(reason="caller is a text.")
    try:
        call = board.place(body["to"], body["agent"], caller=caller)
    except CapacityError as error:
        raise web.HTTPServiceUnavailable(reason=_one_line(str(error))) from None
    except CallError as error:
        raise web.HTTPBadRequest(reason=_one_line(str(error))) from None
    return answer({"id": str(call.id), "state": str(call.state)}, 201)


async def hang_up(request: web.Request) -> web.Response:
    """End a call, or give up one that still rings."""
    with _Asking():
        await switchboard(request).hang_up(identity(request))
    return _done()


async def transfer(request: web.Request) -> web.Response:
    """`{"to"}`: connect the caller elsewhere. Answers when somebody there has."""
    body = await _body(request, "to")
    with _Asking():
        await switchboard(request).transfer(identity(request), body["to"])
    return _done()


async def add(request: web.Request) -> web.Response:
    """`{"to"}`: call one more party into the call. Answers when it is in."""
    body = await _body(request, "to")
    with _Asking():
        await switchboard(request).add(identity(request), body["to"])
    return _done()


async def say(request: web.Request) -> web.Response:
    """`{"text"}`: said in the voice of the call's agent, once nobody speaks. Answers before that."""
    body = await _body(request, "text")
    with _Asking():
        switchboard(request).say(identity(request), body["text"])
    return _done()


async def digits(request: web.Request) -> web.Response:
    """`{"digits"}`: press these keys for the far end to hear."""
    body = await _body(request, "digits")
    with _Asking():
        switchboard(request).send_digits(identity(request), body["digits"])
    return _done()


async def hold(request: web.Request) -> web.Response:
    """The caller hears silence, and nobody hears it, until `resume`."""
    with _Asking():
        await switchboard(request).hold(identity(request))
    return _done()


async def resume(request: web.Request) -> web.Response:
    """The end of a hold."""
    with _Asking():
        switchboard(request).resume(identity(request))
    return _done()


def switchboard(request: web.Request) -> Switchboard:
    """Raises HTTPServiceUnavailable while the server is starting."""
    board = request.app[CONTEXT].switchboard
    if board is None:
        raise web.HTTPServiceUnavailable(reason="The server is still starting.")
    return board


class _Asking:
    """What a switchboard raises, as HTTP has it."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, LookupError):
            raise web.HTTPNotFound(reason="There is no such call, or it has ended.") from None
        if isinstance(error, CapacityError):
            raise web.HTTPServiceUnavailable(reason=_one_line(str(error))) from None
        if isinstance(error, VoiceForgeError):
            raise web.HTTPConflict(reason=_one_line(str(error))) from None


async def _body(request: web.Request, *fields: str) -> dict[str, Any]:
    """The JSON object of a request, in which these fields are texts. Raises HTTPBadRequest and
    HTTPUnsupportedMediaType."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(reason="Send JSON, as application/json.")
    try:
        content = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(reason="The body is not JSON.") from None
    if not isinstance(content, dict):
        raise web.HTTPBadRequest(reason="The body is a JSON object.")
    for name in fields:
        value = content.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > TEXT_LIMIT:
            raise web.HTTPBadRequest(reason=f"{name} is a text of 1 to {TEXT_LIMIT} characters.")
    return content


def _one_line(text: str) -> str:
    """A reason phrase has one line."""
    return " ".join(text.split())


def _done() -> web.Response:
    return web.Response(status=204)
