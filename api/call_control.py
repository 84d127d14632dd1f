"""What can be asked of calls: place, hang up, transfer, say, press keys; more in `parties`, `playing`."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from api.answers import answer
from api.asking import Asking, body, done, forbidden, number, switchboard, text
from api.calls import identity
from mediaserver.calls.joining import RING_TIMEOUT_S
from mediaserver.calls.warm import Warm
from mediaserver.errors import CallError

WARM = frozenset({"briefing", "accept", "hears", "ring_s", "confirm_s"})


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
    """`{"to", "warm"?, "how"?}`: connect the caller elsewhere. Answers when somebody there has; with `warm`,
    when that one has taken the call. `how`: "bridge", by a call of ours, or "refer", by the caller's own
    side."""
    content = await body(request, "to")
    warm, how = _warm(content.get("warm", False)), content.get("how", "bridge")
    if how not in ("bridge", "refer") or (how == "refer" and warm is not None):
        raise web.HTTPBadRequest(reason="how is bridge or refer, and refer is never warm.")
    board, call_id = switchboard(request), identity(request)
    with Asking():
        if how == "refer":
            await board.refer(call_id, content["to"])
        else:
            await board.transfer(call_id, content["to"], warm)
    return done()


def _warm(asked: Any) -> Warm | None:
    """`true`, or an object of what differs from the settings. Raises HTTPBadRequest."""
    if asked is False:
        return None
    given = {} if asked is True else asked
    if not isinstance(given, dict) or not set(given) <= WARM:
        raise web.HTTPBadRequest(reason=f"warm is true, or an object of {', '.join(sorted(WARM))}.")
    briefing, accept, hears = text(given, "briefing"), given.get("accept"), given.get("hears")
    if ("briefing" in given and not briefing.strip()) or forbidden(briefing):
        raise web.HTTPBadRequest(reason="briefing is a text, or left out: then the agent says what it knows.")
    try:
        return Warm(
            briefing,
            accept,
            hears,
            number(given, "ring_s", 0.0) if "ring_s" in given else None,
            number(given, "confirm_s", 0.0) if "confirm_s" in given else None,
        )
    except CallError as error:
        raise web.HTTPBadRequest(reason=str(error)) from None


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
