"""Sounds in calls: play one from the folder of sounds or from the request, hold with music, resume."""

from __future__ import annotations

import asyncio

from aiohttp import web

from api.asking import Asking, body, done, switchboard
from api.calls import identity
from api.context import CONTEXT
from mediaserver.calls.hold_music import SILENCE
from mediaserver.calls.playing import Frames
from mediaserver.calls.sounds import Sounds, decoded
from mediaserver.errors import CapacityError

UPLOAD_LIMIT = 16 << 20
"""Bytes of a sound in a request: nearly three minutes at 48 kHz, nearly nine at 16 kHz."""
UPLOADS_LIMIT = 32 << 20
"""Bytes of all sounds that are being handed in."""
UPLOAD_TIMEOUT_S = 30.0
WAV_TYPES = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})


async def play(request: web.Request) -> web.Response:
    """`{"sound"}`: play this file of the folder of sounds to all in the call; or the body is a WAV file
    (16-bit PCM, mono) and says so (`audio/wav`). It takes the place of what plays. Answers when it begins."""
    board, call_id = switchboard(request), identity(request)
    with Asking():
        board.parties(call_id)  # nobody sends us a large file for a call that is not there
        if request.content_type in WAV_TYPES:
            sound = await _handed_in(request)
        else:
            named = await body(request, "sound")
            sound = await _sound(request, named["sound"])
        board.play(call_id, sound)
    return done()


async def stop_playing(request: web.Request) -> web.Response:
    """Stop what plays, if anything does."""
    with Asking():
        switchboard(request).stop_playing(identity(request))
    return done()


async def hold(request: web.Request) -> web.Response:
    """`{"music"?}`: until `resume` the caller hears what `sounds.hold_music` says, this file of the folder of
    sounds, or (`false`) silence; and nobody hears the caller."""
    board, call_id = switchboard(request), identity(request)
    wanted = (await body(request)).get("music", True)
    with Asking():
        match wanted:
            case True:
                board.hold(call_id)
            case False:
                board.hold(call_id, SILENCE)
            case str():
                board.parties(call_id)
                board.hold(call_id, await _sound(request, wanted))
            case _:
                raise web.HTTPBadRequest(reason="music is the name of a sound, true or false.")
    return done()


async def resume(request: web.Request) -> web.Response:
    """The end of a hold."""
    with Asking():
        switchboard(request).resume(identity(request))
    return done()


async def _sound(request: web.Request, name: str) -> Frames:
    sounds = Sounds(request.app[CONTEXT].settings.sounds_folder)
    async with request.app[CONTEXT].converting:
        return await asyncio.to_thread(sounds.read, name)


async def _handed_in(request: web.Request) -> Frames:
    """The sound in a request. Raises what `_uploaded` and `decoded` do, and CapacityError when others hand
    in as much as we take at a time."""
    context = request.app[CONTEXT]
    octets = UPLOAD_LIMIT if request.content_length is None else request.content_length
    if octets > UPLOAD_LIMIT:
        raise _too_large()
    if context.uploading + octets > UPLOADS_LIMIT:
        raise CapacityError("other sounds are being handed in; try again soon")
    context.uploading += octets
    context.prove(request)  # uploads have limits of their own
    try:
        content = await _uploaded(request)
        async with context.converting:
            return await asyncio.to_thread(decoded, content)
    finally:
        context.uploading -= octets


async def _uploaded(request: web.Request) -> bytearray:
    """The whole body. Raises HTTPRequestEntityTooLarge before more than the limit is read, and
    HTTPRequestTimeout."""
    parts = bytearray()
    try:
        async with asyncio.timeout(UPLOAD_TIMEOUT_S):
            async for part in request.content.iter_any():
                parts += part
                if len(parts) > UPLOAD_LIMIT:
                    raise _too_large()
    except TimeoutError:
        raise web.HTTPRequestTimeout(
            reason=f"The sound was not here within {UPLOAD_TIMEOUT_S:g} s."
        ) from None
    return parts


def _too_large() -> web.HTTPException:
    reason = f"A sound may have {UPLOAD_LIMIT >> 20} MiB."
    return web.HTTPRequestEntityTooLarge(max_size=UPLOAD_LIMIT, actual_size=UPLOAD_LIMIT, reason=reason)
