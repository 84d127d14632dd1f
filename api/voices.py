"""`/api/voices`: the catalogue of voices, how each stands on this server, and what it sounds like."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Annotated

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.context import CONTEXT
from api.engine_faults import failed
from api.routing.models import ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from mediaserver.errors import CapacityError, EngineError, EngineMissingError
from pipelines.previews.standing import VoiceFilter, VoiceStanding
from pipelines.voices.catalogue import Gender

routes = ApiRoutes("voices", "The voices that can be asked for by name.")

KEPT_S = 300
"""So long a browser may keep a preview: another engine may speak it then."""
VoiceId = Annotated[str, Field(min_length=1, max_length=100)]


class VoiceQuery(PageQuery):
    """Which voices."""

    language: str = Field(
        default="",
        max_length=35,
        pattern=r"^([A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*)?$",
        description="BCP 47: `pt` is any Portuguese, `pt-BR` that of Brazil.",
    )
    gender: Gender | None = None
    engine: str = Field(
        default="", max_length=100, description="That they were made for, or that speaks them now."
    )
    ready: bool | None = Field(default=None, description="Whether any engine can speak them now.")
    q: str = Field(
        default="",
        max_length=100,
        description="Words that are all to be found in id, name, language or description.",
    )


class VoiceShown(ResponseModel):
    """A voice, and how it stands on this server."""

    id: str = Field(description="What agents, calls and requests for speech name it by.")
    name: str
    language: str = Field(description="Its own, BCP 47.")
    language_name: str = Field(description="In English.")
    gender: Gender
    description: str = Field(description="How it sounds, in the words that its engine is told.")
    sample: str = Field(description="The sentence of its preview.")
    engine: str = Field(description="The engine that it was made for.")
    ready: bool = Field(description="Some engine can speak it now.")
    spoken_by: str | None = Field(description="Which; null: none can.")
    instead_of: str | None = Field(description="`engine`, where another speaks it.")
    why: str | None = Field(description="Why another speaks it.")
    lacks: str | None = Field(description="What `engine` lacks on this server; null: nothing.")


@routes.get("/api/voices", scope=Scope.VOICES_READ)
async def voices(request: web.Request, query: VoiceQuery) -> Page[VoiceShown]:
    """All voices, by language.

    143 in 33 languages and those that engines have by themselves. A voice is `ready` when some engine can
    speak it now, be it another than the one that it was made for."""
    wanted = VoiceFilter(query.language, query.gender, query.engine, query.ready, query.q)
    found = wanted.among((await started(request.app[CONTEXT].voices).standings()).values())
    place = place_of(query.cursor, str, str)
    begin = 0 if place is None else bisect_right(found, place, key=_place)
    shown, further = page_of(found[begin : begin + query.limit + 1], query.limit, _place)
    return Page[VoiceShown](items=[_shown(each) for each in shown], next=further)


@routes.get("/api/voices/{id}", scope=Scope.VOICES_READ)
async def voice(request: web.Request, id: VoiceId) -> VoiceShown:
    """One voice."""
    return _shown(await _standing(request, id))


@routes.get("/api/voices/{id}/preview", scope=Scope.VOICES_READ, produces=("audio/wav",))
async def preview(request: web.Request, id: VoiceId) -> web.StreamResponse:
    """What a voice sounds like: a sentence in its own language.

    WAV, 16-bit, mono, 16 kHz. `X-Voice-Engine` says which engine spoke it, `X-Voice-Instead-Of` the one that
    it was made for where that is another. It is made once and kept; it counts for no usage. 503
    `voice_not_ready` when no engine can speak it: `detail.lacks` says what is missing."""
    stands = await _standing(request, id)
    if not stands.ready:
        raise Problem(
            503,
            "voice_not_ready",
            f"No engine here can speak {stands.voice.id}: {stands.voice.engine} lacks {stands.lacks}.",
            {"engine": stands.voice.engine, "lacks": stands.lacks},
        )
    try:
        made = await started(request.app[CONTEXT].voices).preview(id)
    except CapacityError as error:
        raise Problem(503, "busy", f"{error}.", headers={"Retry-After": "2"}) from None
    except EngineError as error:
        raise failed(error, "engine_failed", f"{error}.") from None
    headers = {"X-Voice-Engine": made.way.engine, "Cache-Control": f"private, max-age={KEPT_S}"}
    if made.way.instead_of:
        headers["X-Voice-Instead-Of"] = made.way.instead_of
    return web.Response(body=made.wav, content_type="audio/wav", headers=headers)


async def _standing(request: web.Request, id: str) -> VoiceStanding:
    try:
        return await started(request.app[CONTEXT].voices).standing(id)
    except EngineMissingError as error:
        raise Problem(404, "not_found", f"{error}.") from None


def _place(stands: VoiceStanding) -> tuple[str, str]:
    return stands.voice.language_name, stands.voice.id


@lru_cache(maxsize=1024)
def _shown(stands: VoiceStanding) -> VoiceShown:
    voice, way = stands.voice, stands.way
    return VoiceShown(
        id=voice.id,
        name=voice.name,
        language=voice.language,
        language_name=voice.language_name,
        gender=voice.gender,
        description=voice.description,
        sample=voice.sample,
        engine=voice.engine,
        ready=stands.ready,
        spoken_by=way.engine if way is not None else None,
        instead_of=(way.instead_of or None) if way is not None else None,
        why=(way.why or None) if way is not None else None,
        lacks=stands.lacks or None,
    )
