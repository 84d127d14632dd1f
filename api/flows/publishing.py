"""Which version new calls run: published, rolled back, shared between two, and how both fare."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.flows.asking import changing, flow_in_use, maker_of, pool_of, told_faults
from api.flows.shown import FlowName, VersionFared, VersionNumber
from api.flows.versions import WhichVersion
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.finding import whose
from mediaserver.storage import flows as table
from pipelines.flows.library.keeping import compared_versions, publish_version, roll_back

routes = ApiRoutes("flow-publishing", "Which version of a flow new calls run.")


class FlowPublished(ResponseModel):
    """What new calls run from now on."""

    flow: str
    version: int
    before: int | None = Field(description="What they ran until now; null: nothing.")
    agents: list[str] = Field(description="Agents that run the flow.")


class FlowSplit(RequestModel):
    """A second version, and its share."""

    version: VersionNumber
    percent: Annotated[int, Field(ge=1, le=99)] = Field(description="So many of a hundred new calls get it.")


class FlowsFared(ResponseModel):
    """How versions fare that share the calls."""

    flow: str
    versions: list[VersionFared]


class ComparedVersions(RequestModel):
    """Which versions."""

    version: list[VersionNumber] = Field(
        default=[], max_length=10, description="Else those that share the calls; may be given several times."
    )


@routes.post("/api/flows/{name}/publish", scope=Scope.FLOWS_WRITE)
async def publish(request: web.Request, name: FlowName, body: WhichVersion | None = None) -> FlowPublished:
    """Have all new calls run a version, the newest where none is named; a split ends.

    Calls that are up keep theirs. 422 for a draft; one whose errors were in what it runs through, and are
    mended, is kept as a version of its own and published."""
    async with changing(request, name) as (connection, row):
        with told_faults():
            number = body.version if body is not None else None
            chosen, _ = await publish_version(connection, name, number, maker_of(request, row))
        await audited(connection, request, "flow.publish", f"flow:{name}", version=chosen.version)
        agents = await table.flows_seen(connection, row["owner"], everything=False, name=name)
    return FlowPublished(
        flow=name,
        version=chosen.version,
        before=row["published"],
        agents=agents[0]["agents"] if agents else [],
    )


@routes.delete("/api/flows/{name}/publish", scope=Scope.FLOWS_WRITE)
async def unpublish(request: web.Request, name: FlowName) -> None:
    """Have no new call run the flow: its agents refuse theirs."""
    async with changing(request, name) as (connection, row):
        with told_faults():
            await table.unpublish(connection, name, maker_of(request, row).name)
        await audited(connection, request, "flow.unpublish", f"flow:{name}")


@routes.post("/api/flows/{name}/rollback", scope=Scope.FLOWS_WRITE)
async def rollback(request: web.Request, name: FlowName) -> FlowPublished:
    """Publish the version that was published before."""
    async with changing(request, name) as (connection, row):
        with told_faults():
            number, before = await roll_back(connection, name, maker_of(request, row))
        await audited(connection, request, "flow.publish", f"flow:{name}", version=number, instead_of=before)
        agents = await table.flows_seen(connection, row["owner"], everything=False, name=name)
    return FlowPublished(
        flow=name, version=number, before=before, agents=agents[0]["agents"] if agents else []
    )


@routes.put("/api/flows/{name}/split", scope=Scope.FLOWS_WRITE)
async def split(request: web.Request, name: FlowName, body: FlowSplit) -> FlowsFared:
    """Share new calls between the published version and another."""
    async with changing(request, name) as (connection, row):
        with told_faults():
            await table.split(connection, name, body.version, body.percent, maker_of(request, row).name)
        change = {"version": body.version, "percent": body.percent}
        await audited(connection, request, "flow.split", f"flow:{name}", **change)
    return await _fared(request, name, [])


@routes.delete("/api/flows/{name}/split", scope=Scope.FLOWS_WRITE)
async def end_split(request: web.Request, name: FlowName) -> None:
    """All new calls run the published version again; 409 when they did."""
    async with changing(request, name) as (connection, row):
        if not await table.end_split(connection, name, maker_of(request, row).name):
            raise Problem(409, "no_split", f"The calls of {name} are not split.")
        await audited(connection, request, "flow.split", f"flow:{name}", percent=0)


@routes.get("/api/flows/{name}/split", scope=Scope.FLOWS_READ)
async def compare(request: web.Request, name: FlowName, query: ComparedVersions) -> FlowsFared:
    """What your calls of the versions came to that share the calls, or of those that are named.

    The operator's figures are of all calls."""
    await flow_in_use(request, name)
    return await _fared(request, name, query.version)


async def _fared(request: web.Request, name: str, versions: list[int]) -> FlowsFared:
    with told_faults():
        rows = await compared_versions(pool_of(request), name, versions, whose(asker(request)))
    return FlowsFared(flow=name, versions=[VersionFared(**row) for row in rows])
