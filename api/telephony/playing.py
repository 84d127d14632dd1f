"""Sounds in calls: play one from the folder of sounds or from the request, hold with music, resume."""

from __future__ import annotations

import asyncio
from uuid import UUID

from aiohttp import web
from pydantic import Field, StrictBool, model_validator

from api.access.asker import asker
from api.access.scopes import Scope
from api.asking import TEXT_LIMIT
from api.context import CONTEXT
from api.plain_text import OneLine
from api.routing.binding import body_of
from api.routing.expecting import go_on
from api.routing.models import RequestModel
from api.routing.problems import started
from api.routing.table import BODY_LIMIT, ApiRoutes
from api.telephony.acting import acting
from api.telephony.finding import CALL
from mediaserver.calls.hold_music import SILENCE
from mediaserver.calls.playing import Frames, framed
from mediaserver.calls.sounds import Sounds, decoded
from mediaserver.errors import CapacityError

UPLOAD_LIMIT = 16 << 20
"""Bytes of a sound in a request: nearly three minutes at 48 kHz, nearly nine at 16 kHz."""
UPLOADS_LIMIT = 32 << 20
"""Bytes of all sounds that are being handed in."""
UPLOAD_TIMEOUT_S = 30.0
WAV_TYPES = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})


routes = ApiRoutes("calls")


class PlayWanted(RequestModel):
    """What is to be played: one of the two."""

    sound: OneLine | None = Field(
        default=None, min_length=1, max_length=TEXT_LIMIT, description="A file of the folder of sounds."
    )
    prompt: OneLine | None = Field(
        default=None, min_length=1, max_length=100, description="A sound file of `/api/telephony/prompts`."
    )

    @model_validator(mode="after")
    def _one(self) -> PlayWanted:
        if (self.sound is None) == (self.prompt is None):
            raise ValueError('name either a "sound" or a "prompt"')
        return self


class HoldWanted(RequestModel):
    """What the caller hears meanwhile."""

    music: OneLine | StrictBool = Field(
        default=True,
        description="true: what `sounds.hold_music` says; false: silence; or a file of the folder of sounds.",
    )


@routes.post(
    f"{CALL}/play",
    scope=Scope.CALLS_WRITE,
    consumes=("application/json", "audio/wav"),
    reads=PlayWanted,
    errors=(408, 413, 421),
)
async def play(request: web.Request, id: UUID) -> None:
    """Play a sound to all in the call but an agent.

    `{"prompt"}` names a sound file of yours or of the operator's (`/api/telephony/prompts`), `{"sound"}` a
    file of the folder of sounds; or the body is a WAV file (16-bit PCM, mono, 8 to 48 kHz, at most 10 minutes
    and 16 MiB) and says so. It takes the place of what plays. Answered when it begins."""
    async with acting(request, id, "play") as board:
        board.parties(id)  # nobody sends us a large file for a call that is not there
        if request.content_type in WAV_TYPES:
            sound = await _handed_in(request)
        else:
            named = await body_of(request, PlayWanted, BODY_LIMIT)
            assert isinstance(named, PlayWanted)
            sound = await (
                _prompt(request, named.prompt) if named.prompt else _sound(request, named.sound or "")
            )
        board.play(id, sound)


@routes.delete(f"{CALL}/play", scope=Scope.CALLS_WRITE, errors=(421,))
async def stop_playing(request: web.Request, id: UUID) -> None:
    """Stop what plays, if anything does."""
    async with acting(request, id, "stop_playing") as board:
        board.stop_playing(id)


@routes.post(f"{CALL}/hold", scope=Scope.CALLS_WRITE, errors=(421,))
async def hold(request: web.Request, id: UUID, body: HoldWanted | None = None) -> None:
    """Put the caller on hold until `resume`.

    The caller hears music or silence, and nobody hears the caller."""
    wanted = True if body is None else body.music
    async with acting(request, id, "hold", music=wanted) as board:
        match wanted:
            case True:
                board.hold(id)
            case False:
                board.hold(id, SILENCE)
            case str():
                board.parties(id)
                board.hold(id, await _sound(request, wanted))


@routes.post(f"{CALL}/resume", scope=Scope.CALLS_WRITE, errors=(421,))
async def resume(request: web.Request, id: UUID) -> None:
    """The end of a hold."""
    async with acting(request, id, "resume") as board:
        board.resume(id)


async def _sound(request: web.Request, name: str) -> Frames:
    sounds = Sounds(request.app[CONTEXT].settings.sounds_folder)
    async with request.app[CONTEXT].converting:
        return await asyncio.to_thread(sounds.read, name)


async def _prompt(request: web.Request, name: str) -> Frames:
    """Raises Problem, PeerError, DatabaseError."""
    found = await started(request.app[CONTEXT].prompts).get_for(name, asker(request).may_use)
    return await asyncio.to_thread(framed, found.samples)


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
    await go_on(request)
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
