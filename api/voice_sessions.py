"""`/api/voice`: conversations that a web application begins for its visitors, who then talk over
`/ws/voice/{session}` (`api.session_socket`) without a key of their own."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.gateway.close_codes import GatewayRefusal, NoLanguageModel
from api.gateway.session_settings import NewSession, wanted_of
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.telephony.acting import not_elsewhere
from mediaserver.errors import EngineMissingError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.storage import voice_sessions as table
from mediaserver.storage.sql import Row
from pipelines.previews.standing import VoiceStanding

routes = ApiRoutes("sessions", "Conversations that a web application begins for its visitors.")

FLUSH_S = 2.0
MOST_VOICES = 200
"""That a key keeps."""
LONGEST_REPORT = 366
"""Days."""
Provider = Annotated[str, Field(min_length=1, max_length=100)]
VoiceName = Annotated[str, Field(min_length=1, max_length=100)]


class SessionStarted(ResponseModel):
    """A session, and what its visitor connects with."""

    id: UUID
    token: str = Field(description="For its visitor alone; told now and never again.")
    websocket: str = Field(description="Where to connect, on this server.")
    expires_at: datetime = Field(description="Nobody may connect after this, unless somebody had.")


class SessionShown(ResponseModel):
    """How a session stands."""

    id: UUID
    state: str = Field(description="`open`, `live` (somebody talks), `ended` or `expired`.")
    settings: dict[str, Any] = Field(description="As it was started.")
    calls: list[UUID] = Field(description="Its conversations, the oldest first.")
    created_at: datetime
    ended_at: datetime | None
    network: dict[str, Any] | None = Field(
        description="What its client last reported of its network, while somebody talks."
    )


class SessionLine(ResponseModel):
    """A line of what was said."""

    call_id: UUID
    index: int
    speaker: str
    text: str
    heard: str = Field(description="What the caller heard of it.")
    started_ms: int
    ended_ms: int
    confidence: float | None
    understood: bool
    interrupted: bool
    latency: dict[str, float]


class SessionTranscript(ResponseModel):
    """What was said in all conversations of a session."""

    lines: list[SessionLine]


class ProviderVoice(ResponseModel):
    """A voice of the catalogue."""

    id: str
    name: str
    language: str
    gender: str
    description: str
    ready: bool


class KeptVoice(RequestModel):
    """How a voice is to be kept."""

    name: OneLine = Field(default="", max_length=100, description="One's own for it; else the catalogue's.")


class VoiceOfKey(ResponseModel):
    """A voice that a key keeps for itself."""

    id: str = Field(description="Of the catalogue: what agents and sessions name it by.")
    name: str
    language: str
    engine: str
    created_at: datetime


class VoicesOfKey(ResponseModel):
    """All voices that a key keeps."""

    voices: list[VoiceOfKey]


class SessionsQuery(RequestModel):
    """Since when."""

    days: int = Field(default=30, ge=1, le=LONGEST_REPORT, description="Back from now.")


class SessionFigures(ResponseModel):
    """Of the sessions of a time."""

    sessions: int
    conversations: int
    seconds: float = Field(description="Of all conversations together.")
    caller_messages: int
    agent_messages: int
    interruptions: int
    end_to_end_p50_ms: float | None = Field(description="From the caller's last sound to the answer's first.")
    end_to_end_p95_ms: float | None


@routes.post("/api/voice/start", scope=Scope.SESSIONS, status=201, made_at="/api/voice/{id}")
async def start(request: web.Request, body: NewSession) -> SessionStarted:
    """Begin a session.

    Its visitor connects to `websocket` with the token, within ten minutes, and again within ten minutes after
    each conversation."""
    context, who = request.app[CONTEXT], asker(request)
    try:
        await started(context.gateway).agent_for(wanted_of(body, ()), who)
    except NoLanguageModel as refused:
        raise Problem(422, "no_language_model", str(refused)) from None
    except GatewayRefusal as refused:
        raise Problem(422, "no_such_agent", str(refused)) from None
    token = secrets.token_urlsafe(24)
    settings = body.model_dump(mode="json", exclude_defaults=True)
    row = await table.begun(context.database, who.key, token, settings)
    return SessionStarted(
        id=row["id"],
        token=token,
        websocket=f"/ws/voice/{row['id']}",
        expires_at=row["created_at"] + table.KEPT_OPEN,
    )


@routes.get("/api/voice/analytics", scope=Scope.SESSIONS)
async def analytics(request: web.Request, query: SessionsQuery) -> SessionFigures:
    """Figures of one's own sessions; the operator's are of all."""
    context, who = request.app[CONTEXT], asker(request)
    since = datetime.now(UTC) - timedelta(days=query.days)
    return SessionFigures(**await table.figures(context.database, who.key, who.admin, since))


@routes.get("/api/voice/my-voices", scope=Scope.SESSIONS)
async def my_voices(request: web.Request) -> VoicesOfKey:
    """The voices that the key has kept for itself, the newest first."""
    context, who = request.app[CONTEXT], asker(request)
    rows = await table.voices_of(context.database, who.key) if who.key is not None else []
    return VoicesOfKey(voices=[VoiceOfKey(**row) for row in rows])


@routes.put("/api/voice/my-voices/{voice}", scope=Scope.SESSIONS, errors=(422,))
async def keep_voice(request: web.Request, voice: VoiceName, body: KeptVoice | None = None) -> VoiceOfKey:
    """Keep a voice of the catalogue among one's own, under a name of one's own if one is given.

    Once more: under another name. Agents and sessions name it by its id, as before."""
    context, who = request.app[CONTEXT], asker(request)
    if who.key is None:
        raise Problem(422, "no_key", "Voices are kept by keys: ask with one.")
    voices = started(context.voices)
    try:
        found = (await voices.standing(voice)).voice
    except EngineMissingError as error:
        raise Problem(404, "not_found", f"{error}.") from None
    name = (body.name if body is not None else "") or found.name
    async with context.database.acquire() as connection, connection.transaction():
        row, fresh = await table.keep_voice(connection, who.key, found.id, name, found.language, found.engine)
        if fresh and await table.voice_count(connection, who.key) > MOST_VOICES:
            raise Problem(422, "too_many_voices", f"A key keeps {MOST_VOICES} voices: give one up first.")
    return VoiceOfKey(**row)


@routes.delete("/api/voice/my-voices/{voice}", scope=Scope.SESSIONS)
async def remove_voice(request: web.Request, voice: VoiceName) -> None:
    """Give up a voice that the key has kept; the catalogue still has it."""
    context, who = request.app[CONTEXT], asker(request)
    if who.key is None or not await table.remove_voice(context.database, who.key, voice):
        raise Problem(404, "not_found", "This key keeps no such voice.")


@routes.get("/api/voice/voices/{provider}", scope=Scope.SESSIONS)
async def voices(request: web.Request, provider: Provider, query: PageQuery) -> Page[ProviderVoice]:
    """The voices of one engine, by id; those that it speaks now or was made for."""
    desk = started(request.app[CONTEXT].voices)
    standings = (await desk.standings()).values()
    found = sorted((each for each in standings if _is_of(each, provider)), key=lambda each: each.voice.id)
    if not found:
        raise Problem(404, "not_found", "There are no voices of that provider.")
    place = place_of(query.cursor, str)
    rest = [each for each in found if place is None or each.voice.id > place[0]]
    shown, following = page_of(rest, query.limit, lambda each: (each.voice.id,))
    return Page[ProviderVoice](items=[_voice(each) for each in shown], next=following)


@routes.get("/api/voice/{id}", scope=Scope.SESSIONS)
async def session(request: web.Request, id: UUID) -> SessionShown:
    """How a session stands."""
    context = request.app[CONTEXT]
    row = await _own(request, id)
    live = context.gateway.of_session(id) if context.gateway is not None else None
    return SessionShown(
        id=id,
        state="live" if live is not None else row["state"],
        settings=row["settings"],
        calls=row["calls"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        network=dict(live.leg.network) if live is not None and live.leg is not None else None,
    )


@routes.get("/api/voice/{id}/transcript", scope=Scope.SESSIONS)
async def transcript(request: web.Request, id: UUID) -> SessionTranscript:
    """What was said in all its conversations, in order."""
    await _own(request, id)
    rows = await table.lines(request.app[CONTEXT].database, id)
    return SessionTranscript(lines=[SessionLine(**row) for row in rows])


@routes.post("/api/voice/{id}/end", scope=Scope.SESSIONS, errors=(421,))
async def end(request: web.Request, id: UUID) -> SessionShown:
    """End a session for good, and the conversation that goes on in it. Once more changes nothing."""
    row = await _own(request, id)
    context = request.app[CONTEXT]
    for call in row["calls"]:
        await not_elsewhere(request, call)
    await table.ended(context.database, id)
    live = context.gateway.of_session(id) if context.gateway is not None else None
    if live is not None and live.leg is not None:
        live.leg.ended(Termination(EndedBy.SERVER, Why.HANGUP, detail="its session was ended"))
    return await session(request, id)


@routes.delete("/api/voice/{id}", scope=Scope.SESSIONS)
async def erase(request: web.Request, id: UUID) -> None:
    """Remove a session with all that is kept of its conversations: calls, transcripts, recordings, all else.

    Its visitors have no telephone number, by which others are erased. 409 while somebody talks in it: end it
    first; and where a file cannot be removed: its call stays then, and with it the session."""
    row = await _own(request, id)
    context = request.app[CONTEXT]
    eraser = started(context.eraser)
    if context.gateway is not None and context.gateway.of_session(id) is not None:
        raise _still_talking()
    if context.sink is not None:
        await context.sink.flush(FLUSH_S)  # what of its last conversation still waits would come back
    async with context.database.acquire() as connection, connection.transaction():
        calls = await table.calls_of(connection, row["id"])
        if any(call["state"] != "ended" for call in calls):
            raise _still_talking()
        faults = await eraser.erase_calls(connection, [call["id"] for call in calls])
        if not faults:
            await table.removed(connection, id)
        await audited(connection, request, "session.erase", f"session:{id}", whole=not faults)
    if faults:
        raise Problem(409, "files_stay", f"Not all of it can be removed: {faults[0]}.")


async def _own(request: web.Request, id: UUID) -> Row:
    """Raises Problem (404) for what is not there, or another's."""
    row = await table.one(request.app[CONTEXT].database, id)
    if row is None or not asker(request).sees(row["owner"]):
        raise Problem(404, "not_found", "There is no such session.")
    return row


def _still_talking() -> Problem:
    return Problem(409, "session_is_live", "Somebody talks in this session: end it first.")


def _is_of(stands: VoiceStanding, provider: str) -> bool:
    speaks = stands.way.engine if stands.way is not None else ""
    return provider.lower() in (stands.voice.engine.lower(), speaks.lower())


def _voice(stands: VoiceStanding) -> ProviderVoice:
    voice = stands.voice
    return ProviderVoice(
        id=voice.id,
        name=voice.name,
        language=voice.language,
        gender=str(voice.gender),
        description=voice.description,
        ready=stands.way is not None,
    )
