"""Who is in a call: parties added, listeners, their seats, who hears whom and how loud, and who is muted.

Parties have names: `caller` or `callee`, `agent`, `listener`, or the address that was added.
"""

from __future__ import annotations

from aiohttp import web

from api.answers import answer
from api.asking import Asking, body, done, number, switchboard, text
from api.calls import identity
from mediaserver.calls.seat_kinds import SeatKind

KINDS = tuple(str(kind) for kind in SeatKind)


async def parties(request: web.Request) -> web.Response:
    """Who is in the call: name, kind of leg, whether it only listens, is held or muted, and gains."""
    with Asking():
        return answer({"parties": switchboard(request).parties(identity(request))})


async def add(request: web.Request) -> web.Response:
    """`{"to"}`: call one more party into the call. Answers when it is in."""
    content = await body(request, "to")
    with Asking():
        await switchboard(request).add(identity(request), content["to"])
    return done()


async def monitor(request: web.Request) -> web.Response:
    """`{"to", "whisper_to"?, "barge"?, "gain"?}`: call somebody who listens and whom nobody hears; or one
    party, with `whisper_to`; or all, with `barge`; as loud as `gain` says. Answers when that one is in."""
    board, call_id = switchboard(request), identity(request)
    content = await body(request, "to")
    whisper_to, barge = text(content, "whisper_to"), content.get("barge", False)
    if not isinstance(barge, bool) or (barge and whisper_to):
        raise web.HTTPBadRequest(reason="barge is true or false, and not together with whisper_to.")
    gain = number(content, "gain", 1.0)
    with Asking():
        names = [party["name"] for party in board.parties(call_id) if not party["listens"]]
        heard_by = names if barge else [whisper_to] if whisper_to else []
        await board.monitor(call_id, content["to"], dict.fromkeys(heard_by, gain))
    return done()


async def seat(request: web.Request) -> web.Response:
    """`{"party", "seat", "whisper_to"?, "gain"?}`: this party listens, whispers, is heard by all, is one like
    any other, or takes the call over, from now on. Any other seat after a takeover hands the call back."""
    content = await body(request, "party", "seat")
    if content["seat"] not in KINDS:
        raise web.HTTPBadRequest(reason=f"seat is one of {', '.join(KINDS)}.")
    kind, whisper_to = SeatKind(content["seat"]), text(content, "whisper_to")
    if (kind is SeatKind.WHISPER) is not bool(whisper_to):
        raise web.HTTPBadRequest(reason="whisper_to goes with the seat whisper, and with no other.")
    with Asking():
        switchboard(request).change_seat(
            identity(request), content["party"], kind, whisper_to, number(content, "gain", 1.0)
        )
    return done()


async def gain(request: web.Request) -> web.Response:
    """`{"listener", "speaker", "gain"}`: how loud one party hears another; 0 is not at all, 1 as it is."""
    content = await body(request, "listener", "speaker")
    with Asking():
        switchboard(request).set_gain(
            identity(request), content["listener"], content["speaker"], number(content, "gain", 1.0)
        )
    return done()


async def mute(request: web.Request) -> web.Response:
    """`{"party"}`: nobody hears this party until `unmute`."""
    return await _mute(request, True)


async def unmute(request: web.Request) -> web.Response:
    """`{"party"}`: it is heard again."""
    return await _mute(request, False)


async def _mute(request: web.Request, muted: bool) -> web.Response:
    content = await body(request, "party")
    with Asking():
        switchboard(request).mute(identity(request), content["party"], muted)
    return done()
