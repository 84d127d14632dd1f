"""A call from the page in which a flow is drawn: what is drawn answers, published or not."""

from __future__ import annotations

from aiohttp import web

from api.access.asker import asker
from api.access.scopes import Scope
from api.context import CONTEXT
from api.flows.asking import checked_change, flow_in_use, pool_of, told_faults
from api.flows.unkept import to_run
from api.guard import check_scope
from api.routing.problems import Problem, started
from mediaserver.calls.routes import AgentSpec
from mediaserver.storage import flow_drafts, flows


async def as_drawn(request: web.Request, spec: AgentSpec) -> AgentSpec:
    """The agent of one call, which runs the working copy of `spec.flow` as it was saved last; its newest
    version where nothing is being drawn. Raises Problem."""
    who, name = asker(request), spec.flow
    check_scope(who, Scope.FLOWS_WRITE, "To call what is being drawn")
    drafts = started(request.app[CONTEXT].drafts)
    checked_change(await flow_in_use(request, name), who)
    pool = pool_of(request)
    row = await flow_drafts.draft_of(pool, name) or await flows.version(pool, name)
    if row is None:
        raise Problem(404, "no_draft", f"Nothing was drawn of the flow {name} yet.")
    ready = await to_run(request, row["document"], name)
    with told_faults():
        return await drafts.lend(spec, ready.document, ready.subflows)
