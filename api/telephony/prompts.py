"""`/api/telephony/prompts`: sound files that flows and agents play in calls.

A key sees its own and the operator's, and changes its own. They are kept as they are played, at 16 kHz:
what was handed in is read once, by a process of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.directory_changes import changing_followed
from api.plain_text import OneLine, PlainText
from api.ranges import UnsatisfiableError, range_of
from api.routing.models import RequestModel, ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.speech.asked import speech_desk
from api.speech.faults import told_to_client
from api.speech.received import CONSUMES, HandedIn, received
from api.tidy import SAFE_HEADERS
from api.versions import check_version, versioned
from mediaserver.calls.wave_file import wav_header
from mediaserver.media.time import SAMPLE_RATE
from mediaserver.plural import counted
from mediaserver.storage import prompts as table
from mediaserver.storage.prompts import NewPrompt
from mediaserver.storage.sql import Database, Row
from pipelines.audio.prompts import UPLOAD_LIMIT, read_prompt

routes = ApiRoutes("prompts", "Sound files that are played in calls.")

PROMPTS = "/api/telephony/prompts"
PROMPT = PROMPTS + "/{name}"
WAV = "audio/wav"
MOST_OF_KEY = 500
"""Sound files of one key, ..."""
SECONDS_OF_KEY = 7_200
"""... and seconds of them in all: 230 MB in the database."""

_Wish = TypeVar("_Wish", bound="PromptWish")
PromptName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class PromptWish(RequestModel):
    """What is said of a sound file."""

    text: Annotated[PlainText, Field(max_length=4000)] | None = Field(
        default=None,
        description="What is said in it, for transcripts; left out: as it was, else its name stands there.",
    )
    url: OneLine = Field(default="", max_length=4_096, description="Where it is, in place of a file.")


class NewPromptWish(PromptWish):
    """A sound file to be added."""

    name: PromptName = Field(description="By which flows and agents name it.")


class PromptShown(ResponseModel):
    """A sound file."""

    name: str
    version: int = Field(description="Goes up with each change.")
    owner: UUID | None = Field(description="The key whose it is; null: the operator's, for everybody to use.")
    text: str = Field(description="What is said in it; empty: nobody wrote that down.")
    seconds: float
    container: str = Field(description="Of the file that was handed in, as its codec, rate and channels are.")
    codec: str
    rate: int = Field(description="In Hz. It is played at 16000.")
    channels: int
    created_at: datetime
    changed_at: datetime


class PromptRemovalQuery(RequestModel):
    """How a sound file is removed."""

    force: bool = Field(default=False, description="Also while flows or agents play it.")


@routes.get(PROMPTS, scope=Scope.TELEPHONY_READ)
async def prompts(request: web.Request, query: PageQuery) -> Page[PromptShown]:
    """Your own sound files and the operator's, by name."""
    context, who = request.app[CONTEXT], asker(request)
    place = place_of(query.cursor, str)
    rows = await table.some_prompts(
        context.database, who.key, place[0] if place else "", query.limit + 1, everybody=who.admin
    )
    shown, following = page_of(rows, query.limit, lambda row: (row["name"],))
    return Page[PromptShown](items=[_shown(row) for row in shown], next=following)


@routes.post(
    PROMPTS,
    scope=Scope.TELEPHONY_WRITE,
    status=201,
    made_at=PROMPT,
    consumes=CONSUMES,
    reads=NewPromptWish,
    answers=PromptShown,
    errors=(408, 413, 415, 422),
)
async def add(request: web.Request) -> web.StreamResponse:
    """Add a sound file: as a form (`file`, `name`, `text`), as the body itself, or by its address.

    WAV, MP3, Ogg and what else `POST /api/stt` reads, of 3 minutes at most. Flows play it by a node `play`,
    assistants where a machine answers (`voicemail_prompt`)."""
    who = asker(request)
    async with _handed_in(request, NewPromptWish) as (audio, wish):
        new = await _read(request, audio, wish.name, wish)
    async with _changing(request) as connection:
        await _has_room(connection, who.owner, new)
        if not await table.add_prompt(connection, new, who.owner):
            raise Problem(409, "name_taken", f"The name {wish.name} is taken: choose another, or use PUT.")
        await audited(connection, request, "prompt.add", f"prompt:{wish.name}", seconds=_seconds(new))
        row = await table.one_prompt(connection, wish.name)
    assert row is not None
    return versioned(_shown(row), row["version"], 201)


@routes.get(PROMPT, scope=Scope.TELEPHONY_READ, answers=PromptShown)
async def prompt(request: web.Request, name: str) -> web.StreamResponse:
    """One sound file; its audio is apart."""
    row = await _visible(request, request.app[CONTEXT].database, name)
    return versioned(_shown(row), row["version"])


@routes.get(f"{PROMPT}/audio", scope=Scope.TELEPHONY_READ, produces=(WAV,), errors=(416,))
async def audio(request: web.Request, name: str) -> web.StreamResponse:
    """A sound file as it is played: WAV, 16-bit mono at 16 kHz.

    Parts of it by `Range` (RFC 9110, 14)."""
    database = request.app[CONTEXT].database
    await _visible(request, database, name)
    found = await table.audio_of(database, name)
    if found is None:
        raise _unknown()
    content = wav_header(len(found["audio"]), 1) + found["audio"]
    headers = SAFE_HEADERS | {"Content-Type": WAV, "Accept-Ranges": "bytes"}
    headers["ETag"] = f'"{found["version"]}-{len(content):x}"'
    headers["Content-Disposition"] = f'attachment; filename="{name}.wav"'
    try:
        wanted = range_of(request.headers.get("Range", ""), len(content))
    except UnsatisfiableError:
        whole = {"Content-Range": f"bytes */{len(content)}"}
        raise Problem(416, "range_not_satisfiable", f"It has {len(content)} octets.", None, whole) from None
    if wanted is None:
        return web.Response(body=content, headers=headers)
    headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{len(content)}"
    return web.Response(status=206, body=content[wanted.start : wanted.stop], headers=headers)


@routes.put(
    PROMPT,
    scope=Scope.TELEPHONY_WRITE,
    consumes=CONSUMES,
    reads=PromptWish,
    answers=PromptShown,
    errors=(408, 412, 413, 415, 422),
)
async def replace(request: web.Request, name: str) -> web.StreamResponse:
    """Put another file in the place of a sound file of yours; handed in as one is added.

    It is played from the next time on. With If-Match and a version it is done only while that is the
    version."""
    await _own(request, request.app[CONTEXT].database, name)
    async with _handed_in(request, PromptWish) as (audio, wish):
        new = await _read(request, audio, name, wish)
    async with _changing(request) as connection:
        before = await _own(request, connection, name, lock=True)
        await _has_room(connection, before["owner"], new, before)
        await table.change_prompt(connection, new)
        await audited(connection, request, "prompt.change", f"prompt:{name}", seconds=_seconds(new))
        row = await table.one_prompt(connection, name)
    assert row is not None
    return versioned(_shown(row), row["version"])


@routes.delete(PROMPT, scope=Scope.TELEPHONY_WRITE, errors=(412,))
async def remove(request: web.Request, name: str, query: PromptRemovalQuery) -> None:
    """Remove a sound file of yours; 409 while a flow that calls run, or an agent, plays it, unless `force`.

    With `force`, their own words are said in its place, where they have any."""
    async with _changing(request) as connection:
        owner = (await _own(request, connection, name, lock=True))["owner"]
        flows = [] if query.force else await table.flows_playing(connection, name, owner)
        agents = [] if query.force else await table.agents_leaving(connection, name, owner)
        if flows or agents:
            parts = [counted(len(each), of) for each, of in ((flows, "flow"), (agents, "agent")) if each]
            raise Problem(
                409,
                "prompt_in_use",
                f"{' and '.join(parts)} {'plays' if len(flows) + len(agents) == 1 else 'play'} {name}: have "
                "them play another, or use force=true.",
                {"flows": flows[:100], "agents": agents[:100]},
            )
        await table.remove_prompt(connection, name)
        await audited(connection, request, "prompt.remove", f"prompt:{name}")


@asynccontextmanager
async def _handed_in(request: web.Request, model: type[_Wish]) -> AsyncIterator[tuple[HandedIn, _Wish]]:
    """See `received`; less is taken than of a recording. Raises Problem."""
    with told_to_client():
        async with received(request, model, UPLOAD_LIMIT) as (audio, wish):
            yield audio, wish


async def _read(request: web.Request, audio: HandedIn, name: str, wish: PromptWish) -> NewPrompt:
    """Raises Problem, UnreadableAudioError, CapacityError, EngineError."""
    desk = speech_desk(request)
    async with desk.files.place():
        return await read_prompt(desk.audio, audio.path, audio.folder, name, wish.text)


async def _has_room(
    connection: Database, owner: UUID | None, new: NewPrompt, before: Row | None = None
) -> None:
    """Raises Problem (409) when a key would have more than one may."""
    if owner is None:
        return
    count, samples = await table.kept_by(connection, owner)
    if before is None and count >= MOST_OF_KEY:
        raise Problem(409, "too_many", f"A key has {MOST_OF_KEY} sound files at most: remove some.")
    samples += len(new.audio) // 2 - (0 if before is None else before["samples"])
    if samples > SECONDS_OF_KEY * SAMPLE_RATE:
        raise Problem(
            409, "too_many", f"A key has {SECONDS_OF_KEY // 60} minutes of sound files at most: remove some."
        )


@asynccontextmanager
async def _changing(request: web.Request) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
    async with changing_followed(request, request.app[CONTEXT].prompts) as connection:
        yield connection


async def _visible(request: web.Request, connection: Database, name: str, *, lock: bool = False) -> Row:
    """One that whoever asks may use. Raises Problem (404)."""
    row = await table.one_prompt(connection, name, lock=lock)
    if row is None or not asker(request).may_use(row["owner"]):
        raise _unknown()
    return row


async def _own(request: web.Request, connection: Database, name: str, *, lock: bool = False) -> Row:
    """One that whoever asks may change, in the version that it wants. Raises Problem."""
    row = await _visible(request, connection, name, lock=lock)
    if not asker(request).sees(row["owner"]):
        raise Problem(403, "not_yours", f"{name} is the operator's: add one of your own under another name.")
    check_version(request, row["version"])
    return row


def _unknown() -> Problem:
    return Problem(404, "not_found", "There is no such sound file.")


def _seconds(new: NewPrompt) -> float:
    return round(len(new.audio) / 2 / SAMPLE_RATE, 2)


def _shown(row: Row) -> PromptShown:
    told = {name: row[name] for name in PromptShown.model_fields if name != "seconds"}
    return PromptShown(**told, seconds=round(row["samples"] / SAMPLE_RATE, 2))
