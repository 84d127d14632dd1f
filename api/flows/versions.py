"""Versions of a flow: saved, read, exported, checked, compared. None of them ever changes."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.flows.asking import (
    as_json,
    changing,
    check_code,
    checked_change,
    checked_document,
    flow_in_use,
    maker_of,
    named,
    pool_of,
    told_faults,
    usable_by,
    version_in_use,
)
from api.flows.shown import (
    DOCUMENT,
    DOCUMENT_BYTES,
    NOTE,
    FlowChecked,
    FlowCompared,
    FlowDifferenceShown,
    FlowFindingShown,
    FlowName,
    FlowSaved,
    FlowVersionShown,
    FlowVersionWhole,
    Note,
    VersionNumber,
    findings_shown,
    saved_shown,
)
from api.routing.models import RequestModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from mediaserver.storage import flows as table
from pipelines.flows.differing import FlowDifference, differences
from pipelines.flows.library.keeping import save_flow

routes = ApiRoutes("flow-versions", "What flows were and are; versions never change.")


class NewVersion(RequestModel):
    """A document that is to be the newest version."""

    document: dict[str, Any] = Field(description=DOCUMENT)
    note: Note = Field(default="", description=NOTE)
    publish: bool = Field(default=False, description="Have new calls run it at once, if it has no errors.")


class WhichVersion(RequestModel):
    """Of a flow."""

    version: VersionNumber | None = Field(default=None, description="The newest where none is given.")


class FlowToCheck(RequestModel):
    """A document that need not be kept."""

    document: dict[str, Any] = Field(description=DOCUMENT)


class WhichVersions(RequestModel):
    """Two of a flow."""

    before: VersionNumber | None = Field(default=None, description="The published one where none is given.")
    after: VersionNumber | None = Field(default=None, description="The newest where none is given.")


class FlowToCompare(RequestModel):
    """A document that need not be kept, and what it is compared with."""

    document: dict[str, Any] = Field(description=DOCUMENT)
    before: VersionNumber | None = Field(default=None, description="The published one where none is given.")


@routes.get("/api/flows/{name}/versions", scope=Scope.FLOWS_READ)
async def flow_versions(request: web.Request, name: FlowName, query: PageQuery) -> Page[FlowVersionShown]:
    """The versions of a flow without their documents, newest first."""
    await flow_in_use(request, name)
    place = place_of(query.cursor, int)
    rows = await table.history(
        pool_of(request), name, below=place[0] if place else None, limit=query.limit + 1
    )
    shown, further = page_of(rows, query.limit, lambda row: (row["number"],))
    items = [FlowVersionShown(**{**row, "findings": findings_shown(row["findings"])}) for row in shown]
    return Page[FlowVersionShown](items=items, next=further)


@routes.post(
    "/api/flows/{name}/versions",
    scope=Scope.FLOWS_WRITE,
    status=201,
    made_at="/api/flows/{flow}/versions/{version}",
    body_limit=DOCUMENT_BYTES,
)
async def save_version(request: web.Request, name: FlowName, body: NewVersion) -> FlowSaved:
    """Keep a document as the newest version.

    It goes under this flow's name, whatever it calls itself. What the newest version says already is not
    kept again. With errors it is a draft, which no call can get, also with `publish`."""
    row = checked_change(await flow_in_use(request, name), asker(request))
    who = maker_of(request, row)
    read = await checked_document(request, named(body.document, name), who.may_use)
    check_code(read, asker(request))
    async with changing(request, name) as (connection, _):
        with told_faults():
            saved = await save_flow(connection, read, who, note=body.note)
            published = body.publish and not read.errors
            if published:
                await table.publish(connection, name, saved.version, who.name)
        await audited(
            connection, request, "flow.save", f"flow:{name}", version=saved.version, published=published
        )
    return saved_shown(read, name, saved.version, published)


@routes.get("/api/flows/{name}/versions/{number}", scope=Scope.FLOWS_READ)
async def flow_version(request: web.Request, name: FlowName, number: VersionNumber) -> FlowVersionWhole:
    """One version with its document."""
    row = await version_in_use(request, name, number)
    return FlowVersionWhole(**{**row, "findings": findings_shown(row["findings"])})


@routes.get("/api/flows/{name}/export", scope=Scope.FLOWS_READ, produces=("application/json",))
async def export_flow(request: web.Request, name: FlowName, query: WhichVersion) -> web.StreamResponse:
    """A flow's document as a file, as import takes it."""
    row = await version_in_use(request, name, query.version)
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return web.Response(body=as_json(row["document"]), content_type="application/json", headers=headers)


@routes.post("/api/flows/validate", scope=Scope.FLOWS_READ, body_limit=DOCUMENT_BYTES)
async def validate_document(request: web.Request, body: FlowToCheck) -> FlowChecked:
    """Say what is wrong with a document, and how to mend it, also where it cannot be read at all.

    Nothing is kept."""
    try:
        read = await checked_document(
            request, named(body.document, None), usable_by(request, asker(request).owner)
        )
    except Problem as fault:
        if fault.code != "bad_document":
            raise
        return FlowChecked(ok=False, findings=[_unreadable(line) for line in fault.detail])
    return FlowChecked(ok=not read.errors, findings=findings_shown(read.told))


def _unreadable(line: str) -> FlowFindingShown:
    """What the reader of documents says names its node by itself: "node 'ask' slot: Field required"."""
    return FlowFindingShown(severity="error", node="", field="", what=line[:2000], remedy="")


@routes.post("/api/flows/{name}/validate", scope=Scope.FLOWS_READ)
async def validate_flow(
    request: web.Request, name: FlowName, body: WhichVersion | None = None
) -> FlowChecked:
    """Say what is wrong with a version, as things stand now: what it names may be gone."""
    flow = await flow_in_use(request, name)
    row = await version_in_use(request, name, body.version if body is not None else None)
    read = await checked_document(request, row["document"], usable_by(request, flow["owner"]))
    return FlowChecked(ok=not read.errors, findings=findings_shown(read.told))


@routes.get("/api/flows/{name}/diff", scope=Scope.FLOWS_READ)
async def diff_versions(request: web.Request, name: FlowName, query: WhichVersions) -> FlowCompared:
    """What changed between two versions, in words of nodes, edges, variables and fields."""
    before = await _before(request, name, query.before)
    after = await version_in_use(request, name, query.after)
    found = await _differences(request, before["document"], after["document"])
    return FlowCompared(before=before["number"], after=after["number"], differences=found)


@routes.post("/api/flows/{name}/diff", scope=Scope.FLOWS_READ, body_limit=DOCUMENT_BYTES)
async def diff_document(request: web.Request, name: FlowName, body: FlowToCompare) -> FlowCompared:
    """What a document that is not kept would change."""
    before = await _before(request, name, body.before)
    read = await checked_document(
        request, named(body.document, name), usable_by(request, asker(request).owner)
    )
    found = await _differences(request, before["document"], read.document)
    return FlowCompared(before=before["number"], after=None, differences=found)


async def _before(request: web.Request, name: str, number: int | None) -> dict[str, Any]:
    flow = await flow_in_use(request, name)
    chosen = number if number is not None else flow["published"]
    if chosen is None:
        raise Problem(422, "unprocessable", f"The flow {name} has nothing published: name `before`.")
    return await version_in_use(request, name, chosen)


async def _differences(
    request: web.Request, before: dict[str, Any], after: dict[str, Any]
) -> list[FlowDifferenceShown]:
    async with request.app[CONTEXT].checking:
        found = await asyncio.to_thread(differences, before, after)
    return [_difference(each) for each in found]


def _difference(each: FlowDifference) -> FlowDifferenceShown:
    return FlowDifferenceShown(**each.as_dict())
