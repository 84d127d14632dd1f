"""`/api/telephony/trunks`: the rows of trunks, their secrets masked, and how each stands.

A change is written to the database and counts from the next call on; who follows the table hears of it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT, ApiContext
from api.directory_changes import changing_followed
from api.plain_text import OneLine
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.versions import check_version
from mediaserver.errors import ConfigError, SealError
from mediaserver.storage import trunks as table
from mediaserver.storage.sql import Database, Row
from sip.trunks.presets.catalogue import PRESETS
from sip.trunks.rows import changed, checked, read, shown, written
from sip.trunks.spec import TrunkSpec

routes = ApiRoutes("trunks", "Servers that are called by, and that call: carriers and exchanges.")

TRUNKS = "/api/telephony/trunks"
TRUNK = TRUNKS + "/{name}"
PRESET_LIST = TRUNKS + "/presets"


def _with_settings(schema: dict[str, Any]) -> None:
    """What a trunk may say, as its own type has it; parts that are objects by their names alone."""
    for name, part in TypeAdapter(TrunkSpec).json_schema()["properties"].items():
        plain = {"type": "object", "additionalProperties": True} if "$ref" in json.dumps(part) else part
        schema["properties"].setdefault(name, plain)


class TrunkBody(BaseModel):
    """The settings of a trunk (docs/interop.md). A setting that is not known is an error which names the
    nearest."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_with_settings)

    host: OneLine = Field(min_length=1, max_length=255)


class NewTrunk(TrunkBody):
    """A trunk to be added."""

    name: OneLine = Field(min_length=1, max_length=64)


class TrunkShown(BaseModel):
    """A trunk: its settings with masks in the place of secrets; of a row beyond reading its name alone."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_with_settings)

    name: str


class TrunkStood(TrunkShown):
    """A trunk as it stands."""

    version: int = Field(description="Goes up with each change.")
    fault: str = Field(description="What is wrong with its row; empty: nothing.")
    status: dict[str, Any] | None = Field(description="Its standing and scorecards; null: it is not used.")


class TrunksShown(BaseModel):
    """All trunks."""

    trunks: list[TrunkStood]


class RegionShown(BaseModel):
    """A place that a carrier has servers at."""

    name: str
    words: str
    host: str = Field(description="With what is to be filled in in braces.")


class BlankShown(BaseModel):
    """What is to be filled in."""

    name: str
    words: str = Field(description="What it is, and where the carrier shows it.")
    example: str
    pattern: str = Field(description="A regular expression that all of it fits.")


class PresetShown(BaseModel):
    """A trunk to a known carrier or exchange."""

    name: str
    title: str
    signing: list[Literal["address", "password", "registration"]] = Field(
        description="How our calls are known there; the usual way first."
    )
    regions: list[RegionShown] = Field(description="The usual one first.")
    blanks: list[BlankShown]
    settings: dict[str, Any] = Field(description="Of the trunk, beside its host; others are as usual.")
    secure: dict[str, Any] = Field(
        description="Laid over them for encrypted signalling and audio; empty: there is none."
    )
    steps: list[str] = Field(description="What is to be done there.")
    sources: list[str] = Field(description="The documents that it was made from.")


class PresetsShown(BaseModel):
    """All presets."""

    presets: list[PresetShown]


@routes.get(PRESET_LIST, scope=Scope.ADMIN)
async def presets(request: web.Request) -> PresetsShown:
    """Carriers and exchanges whose trunks need little more than a user name: made from their documents."""
    return PresetsShown(presets=[PresetShown(**each.as_dict()) for each in PRESETS.values()])


@routes.get(TRUNKS, scope=Scope.ADMIN)
async def trunks(request: web.Request) -> TrunksShown:
    """All trunks, by name."""
    context = request.app[CONTEXT]
    rows = await table.all_trunks(context.database)
    return TrunksShown(trunks=[_stood(context, row) for row in rows])


@routes.post(TRUNKS, scope=Scope.ADMIN, status=201, made_at=f"{TRUNKS}/{{name}}")
async def add(request: web.Request, body: NewTrunk) -> TrunkShown:
    """Add a trunk. 409 when there is one of that name."""
    context = request.app[CONTEXT]
    spec = _made(lambda: checked(body.model_dump()))
    settings, secrets = written(spec, started(context.trunks).sealer)
    async with changing_followed(request, context.trunks) as connection:
        if not await table.add_trunk(connection, spec.name, settings, secrets):
            raise Problem(409, "name_taken", f"There is a trunk {spec.name}: change it with PUT.")
        await audited(connection, request, "trunk.add", f"trunk:{spec.name}", host=spec.host)
    return TrunkShown(**shown(spec))


@routes.get(TRUNK, scope=Scope.ADMIN)
async def trunk(request: web.Request, name: str) -> TrunkStood:
    """One trunk."""
    context = request.app[CONTEXT]
    return _stood(context, await _row(context.database, name))


@routes.put(TRUNK, scope=Scope.ADMIN, errors=(412,))
async def change(request: web.Request, name: str, body: TrunkBody) -> TrunkShown:
    """Put this in the place of a trunk.

    A secret that is left out, or sent back as its mask, stays; a password does not where the trunk leads to
    another server. With If-Match and a version it is done only while that is the version."""
    context = request.app[CONTEXT]
    sealer = started(context.trunks).sealer
    async with changing_followed(request, context.trunks) as connection:
        row = await _row(connection, name, lock=True)
        check_version(request, row["version"])
        try:
            before = read(row, sealer)
        except (ConfigError, SealError):
            before = TrunkSpec(row["name"], "")  # beyond reading: the new one stands for itself
        spec = _made(lambda: changed(before, body.model_dump()))
        settings, secrets = written(spec, sealer)
        if not await table.change_trunk(connection, spec.name, settings, secrets):
            raise _unknown()
        different = sorted(
            key for key, value in settings.items() if (row["settings"] or {}).get(key) != value
        )
        await audited(connection, request, "trunk.change", f"trunk:{spec.name}", settings=different)
    return TrunkShown(**shown(spec))


@routes.delete(TRUNK, scope=Scope.ADMIN)
async def remove(request: web.Request, name: str) -> None:
    """Remove a trunk. Calls that are up go on."""
    async with changing_followed(request, request.app[CONTEXT].trunks) as connection:
        if not await table.remove_trunk(connection, name):
            raise _unknown()
        await audited(connection, request, "trunk.remove", f"trunk:{name}")


def _made(make: Callable[[], TrunkSpec]) -> TrunkSpec:
    try:
        return make()
    except ConfigError as error:
        raise Problem(400, "bad_request", " ".join(str(error).split())[:500]) from None


async def _row(connection: Database, name: str, *, lock: bool = False) -> Row:
    """Raises Problem (404)."""
    row = await table.one_trunk(connection, name, lock=lock)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> Problem:
    return Problem(404, "not_found", "There is no such trunk.")


def _stood(context: ApiContext, row: Row) -> TrunkStood:
    board = started(context.trunks)
    fault, content = "", {"name": row["name"]}
    try:
        content = shown(read(row, board.sealer))
    except (ConfigError, SealError) as error:
        fault = str(error)
    line = board.line(row["name"])
    now = asyncio.get_running_loop().time()
    return TrunkStood(
        **content,
        version=row["version"],
        fault=fault or board.faults.get(row["name"], ""),
        status=None if line is None else line.as_dict(now),
    )
