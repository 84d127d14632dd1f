"""`/api/flows/{name}/draft`: the working copy of a flow, saved while somebody draws.

Two who draw at once are told of each other (If-Match, :rfc:`9110` 13.1.1), and neither's work is lost: what
is refused changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.flows.asking import checked_change, flow_in_use, maker_of, pool_of, told_faults
from api.flows.shown import DOCUMENT, DOCUMENT_BYTES, FlowName, VersionNumber
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.versions import check_version, versioned
from mediaserver.storage import flow_drafts as table
from mediaserver.storage.sql import Row

routes = ApiRoutes("flow-drafts", "Working copies of flows, which no call can get.")


class FlowDraft(RequestModel):
    """What is being drawn. It need not make sense yet."""

    document: dict[str, Any] = Field(description=DOCUMENT)
    base: VersionNumber | None = Field(default=None, description="The version that it began from.")


class FlowDraftShown(ResponseModel):
    """A working copy, as it was saved last."""

    flow: str
    document: dict[str, Any]
    base: int | None = Field(description="The version that it began from; null: none.")
    revision: int = Field(description="Counts its changes, and is its ETag.")
    made_by: str
    changed_at: datetime


@routes.get("/api/flows/{name}/draft", scope=Scope.FLOWS_READ, answers=FlowDraftShown)
async def draft(request: web.Request, name: FlowName) -> web.StreamResponse:
    """The working copy of a flow, with its revision as ETag; 404 when nothing is being drawn."""
    checked_change(await flow_in_use(request, name), asker(request))
    row = await table.draft_of(pool_of(request), name)
    if row is None:
        raise _no_draft(name)
    return _answer(name, row)


@routes.put(
    "/api/flows/{name}/draft", scope=Scope.FLOWS_WRITE, body_limit=DOCUMENT_BYTES, answers=FlowDraftShown
)
async def save_draft(request: web.Request, name: FlowName, body: FlowDraft) -> web.StreamResponse:
    """Save the working copy of a flow. It is kept until it is removed, and is no version.

    With `If-Match` it takes the place of that revision alone, with `If-None-Match: *` only of none: 412 when
    somebody else has saved meanwhile."""
    flow = checked_change(await flow_in_use(request, name), asker(request))
    pool = pool_of(request)
    row = await table.draft_of(pool, name)
    if row is None and "If-Match" in request.headers:
        raise Problem(412, "version_changed", "It was removed meanwhile: save it with If-None-Match: *.")
    if row is not None:
        if request.headers.get("If-None-Match", "").strip() == "*":
            raise _changed(row)
        check_version(request, row["revision"])
    with told_faults():
        saved = await table.put_draft(
            pool,
            name,
            body.document,
            base=body.base,
            before=None if row is None else row["revision"],
            made_by=maker_of(request, flow).name,
        )
    if saved is None:  # between the two somebody else did
        raise _changed(await table.draft_of(pool, name))
    return _answer(name, saved)


@routes.delete("/api/flows/{name}/draft", scope=Scope.FLOWS_WRITE)
async def remove_draft(request: web.Request, name: FlowName) -> None:
    """Give up the working copy of a flow; its versions stay. `If-Match` as for saving."""
    checked_change(await flow_in_use(request, name), asker(request))
    pool = pool_of(request)
    row = await table.draft_of(pool, name)
    if row is None:
        raise _no_draft(name)
    check_version(request, row["revision"])
    if not await table.remove_draft(pool, name, row["revision"]):
        raise _changed(await table.draft_of(pool, name))


def _answer(name: str, row: Row) -> web.StreamResponse:
    return versioned(FlowDraftShown(flow=name, **row), row["revision"])


def _no_draft(name: str) -> Problem:
    return Problem(404, "no_draft", f"Nothing is being drawn of the flow {name}.")


def _changed(row: Row | None) -> Problem:
    if row is None:
        return Problem(412, "version_changed", "It was removed meanwhile: save it with If-None-Match: *.")
    said = f"{row['made_by'] or 'Somebody'} has saved it meanwhile: read it again, and decide what to keep."
    return Problem(412, "version_changed", said, {"version": row["revision"]})
