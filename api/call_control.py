"""What can be asked of calls: place, hang up, transfer, say, press keys; more in `parties`, `playing`."""

from __future__ import annotations

from aiohttp import web

from api.answers import answer
from api.asking import Asking, body, done, number, switchboard, text
from api.calls import identity
from mediaserver.calls.joining import RING_TIMEOUT_S
from mediaserver.errors import CallError


async def place(request: web.Request) -> web.Response:
    """`{"to", "agent", "caller"?, "ring_s"?, "about"?}`: call somebody for an agent. 201 with the call's id,
    before it rings."""
    board = switchboard(request)
    content = await body(request, "to", "agent")
    caller, ring_s = text(content, "caller"), number(content, "ring_s", RING_TIMEOUT_S)
    about = content.get("about", {})
    if not isinstance(about, dict):
        raise web.HTTPBadRequest(reason="about is an object.")
    with Asking():
        try:
            call = board.place(content["to"], content["agent"], caller=caller, ring_s=ring_s, about=about)
        except CallError as error:
            if error.code not in (400, 404):
                raise
            raise web.HTTPBadRequest(reason=str(error)) from None
    return answer({"id": str(call.id), "state": str(call.state)}, 201)


async def hang_up(request: web.Request) -> web.Response:
    """End a call, or give up one that still rings."""
    with Asking():
        await switchboard(request).hang_up(identity(request))
    return done()


async def transfer(request: web.Request) -> web.Response:
    """`{"to"}`: connect the caller elsewhere. Answers when somebody there has."""
    content = await body(request, "to")
    with Asking():
        await switchboard(request).transfer(identity(request), content["to"])
    return done()


async def say(request: web.Request) -> web.Response:
    """`{"text"}`: said in the voice of the call's agent, once nobody speaks. Answers before that."""
    content = await body(request, "text")
    with Asking():
        switchboard(request).say(identity(request), content["text"])
    return done()


async def digits(request: web.Request) -> web.Response:
    """`{"digits"}`: press these keys for the far end to hear."""
    content = await body(request, "digits")
    with Asking():
        switchboard(request).send_digits(identity(request), content["digits"])
    return done()
