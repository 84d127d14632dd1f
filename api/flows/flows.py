"""The flows themselves: listed, made, imported, removed; templates, and the schema of documents."""

from __future__ import annotations

import asyncio

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.answers import answer
from api.audit import audited
from api.directory_changes import changing_flows
from api.flows.asking import (
    changing,
    check_code,
    checked_change,
    checked_document,
    maker_of,
    named,
    no_flow,
    pool_of,
    told_faults,
)
from api.flows.shown import (
    DOCUMENT_BYTES,
    FlowName,
    FlowSaved,
    FlowShown,
    FlowTemplateShown,
    FlowTemplateWhole,
    ImportedFlow,
    NewFlow,
    saved_shown,
)
from api.routing.models import RequestModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from mediaserver.storage import flows as table
from mediaserver.storage.sql import Row
from pipelines.flows.document.json_schema import described_schema
from pipelines.flows.library.keeping import FlowMaker, import_subflows, save_flow
from pipelines.flows.library.reading import ReadFlow
from pipelines.flows.shipped import template, templates

routes = ApiRoutes("flows", "Dialogues drawn as graphs.")


@routes.get("/api/flows", scope=Scope.FLOWS_READ)
async def flows(request: web.Request, query: PageQuery) -> Page[FlowShown]:
    """All flows, by name: your own and those that everybody may use."""
    place = place_of(query.cursor, str)
    rows = await _seen(request, after=place[0] if place else "", limit=query.limit + 1)
    shown, further = page_of(rows, query.limit, lambda row: (row["name"],))
    return Page[FlowShown](items=[_shown(row) for row in shown], next=further)


@routes.get("/api/flows/{name}", scope=Scope.FLOWS_READ)
async def flow(request: web.Request, name: FlowName) -> FlowShown:
    """One flow, without its versions."""
    rows = await _seen(request, name=name)
    if not rows:
        raise no_flow()
    return _shown(rows[0])


@routes.post(
    "/api/flows", scope=Scope.FLOWS_WRITE, status=201, made_at="/api/flows/{flow}", body_limit=DOCUMENT_BYTES
)
async def make(request: web.Request, body: NewFlow) -> FlowSaved:
    """Make a flow: the document is its first version.

    409 when there is one of that name: save another version of it. With errors it is a draft, which no call
    can get, also with `publish`."""
    who = maker_of(request)
    read = await checked_document(request, named(body.document, body.name), who.may_use)
    return await _kept(request, read, who, body.note, body.publish, fresh=True)


@routes.post(
    "/api/flows/import",
    scope=Scope.FLOWS_WRITE,
    status=201,
    made_at="/api/flows/{flow}",
    body_limit=DOCUMENT_BYTES,
)
async def import_flow(request: web.Request, body: ImportedFlow) -> FlowSaved:
    """Keep a document, or a template, as the newest version of its flow, which is made where there is none.

    What the newest version says already is not kept again. Templates that a template runs through are kept
    and published beside it where there is no flow of their names."""
    if (body.document is None) == (not body.template):
        raise Problem(400, "bad_request", "Give a document or the name of a template, and not both.")
    with told_faults():
        content = template(body.template).document if body.document is None else body.document
    content = named(content, body.name)
    there = await table.one_flow(pool_of(request), str(content.get("name", ""))[:100])
    mine = there is not None and asker(request).sees(there["owner"])
    who = maker_of(request, there if mine else None)
    made: list[str] = []
    if body.template:
        async with changing_flows(request) as connection:
            with told_faults():
                made = await import_subflows(connection, content, who)
            for each in made:
                await audited(connection, request, "flow.import", f"flow:{each}", published=1)
    read = await checked_document(request, content, who.may_use)
    return await _kept(request, read, who, body.note, body.publish, beside=made)


class FlowRemoval(RequestModel):
    """How a flow is removed."""

    force: bool = Field(default=False, description="Though agents run it: they can take no more calls.")


@routes.delete("/api/flows/{name}", scope=Scope.FLOWS_WRITE)
async def remove(request: web.Request, name: FlowName, query: FlowRemoval) -> None:
    """Remove a flow with all its versions; calls that run it go on.

    409 while agents run it, unless `force` is given."""
    async with changing(request, name) as (connection, row):
        agents = await table.flows_seen(connection, row["owner"], everything=True, name=name)
        running = agents[0]["agents"]
        if running and not query.force:
            said = (
                f"{len(running)} agents could take no more calls: give ?force=true to remove it all the same."
            )
            raise Problem(409, "flow_in_use", said)
        await table.remove(connection, name)
        await audited(connection, request, "flow.remove", f"flow:{name}")


@routes.get("/api/flows/templates", scope=Scope.FLOWS_READ)
async def flow_templates(request: web.Request) -> list[FlowTemplateShown]:
    """The flows that come with us: import one by its name."""
    return [
        FlowTemplateShown(name=each.name, about=each.about, needs_model=each.needs_model)
        for each in templates().values()
    ]


@routes.get("/api/flows/templates/{template}", scope=Scope.FLOWS_READ)
async def flow_template(request: web.Request, template: FlowName) -> FlowTemplateWhole:
    """One flow that comes with us: its document, and the simulated callers that try it."""
    found = templates().get(template)
    if found is None:
        raise Problem(404, "not_found", "There is no such template: `/api/flows/templates` has them.")
    return FlowTemplateWhole(
        name=found.name,
        about=found.about,
        needs_model=found.needs_model,
        document=found.document,
        personas=list(found.personas),
    )


@routes.get("/api/flows/schema", scope=Scope.FLOWS_READ, answers=dict)
async def schema(request: web.Request) -> web.StreamResponse:
    """The JSON Schema of a flow's document, with what its fields mean, for editors and programs."""
    return answer(await asyncio.to_thread(described_schema))


async def _kept(
    request: web.Request,
    read: ReadFlow,
    who: FlowMaker,
    note: str,
    publish: bool,
    *,
    fresh: bool = False,
    beside: list[str] | None = None,
) -> FlowSaved:
    """Raises Problem."""
    check_code(read, asker(request))
    async with changing_flows(request) as connection:
        with told_faults():
            saved = await save_flow(connection, read, who, note=note, fresh=fresh)
            published = publish and not read.errors
            if published:
                await table.publish(connection, saved.name, saved.version, who.name)
        checked_change(await table.one_flow(connection, saved.name), asker(request))
        await audited(
            connection, request, "flow.save", f"flow:{saved.name}", version=saved.version, published=published
        )
    return saved_shown(read, saved.name, saved.version, published, beside or ())


async def _seen(
    request: web.Request, *, name: str | None = None, after: str = "", limit: int | None = None
) -> list[Row]:
    who = asker(request)
    return await table.flows_seen(
        pool_of(request), who.key, everything=who.admin, name=name, after=after, limit=limit
    )


def _shown(row: Row) -> FlowShown:
    return FlowShown(**{name: row[name] for name in FlowShown.model_fields})
