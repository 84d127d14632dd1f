"""`/api/flows/{name}/simulate`: simulated callers call a flow, and are watched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, model_validator

from api.access.access import KeyRefused
from api.access.asker import asker
from api.access.scopes import Scope
from api.context import CONTEXT
from api.engine_faults import failed
from api.flows.asking import (
    checked_change,
    flow_in_use,
    operators_alone,
    pool_of,
    told_faults,
    usable_by,
    version_in_use,
)
from api.flows.shown import DOCUMENT, DOCUMENT_BYTES, FlowName, VersionNumber
from api.flows.streaming import streamed
from api.flows.unkept import to_run
from api.guard import told_refusal
from api.plain_text import OneLine
from api.routing.models import RequestModel
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from mediaserver.errors import CapacityError, EngineError
from mediaserver.storage.sql import Row
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of
from pipelines.flows.library.operators import not_lent
from pipelines.flows.library.references import flows_of
from pipelines.flows.library.simulating import MOST_CALLS, SimulationNews, WantedSimulation

routes = ApiRoutes("flow-simulating", "Simulated calls to flows.")

PERSONAS_BYTES = 256 << 10


class SimulationWanted(RequestModel):
    """Who calls, and how often."""

    version: VersionNumber | None = Field(default=None, description="The newest where none is given.")
    document: dict[str, Any] | None = Field(
        default=None, description=f"Called in the place of a version; it need not be kept. {DOCUMENT}"
    )
    personas: list[dict[str, Any]] = Field(
        default=[],
        max_length=200,
        description="Who calls (docs/flows.md); empty: those that come with the flow of this name, else "
        "some who fit any flow: silent, not understood, agreeing, refusing, asking for a person.",
    )
    only: list[Annotated[str, Field(max_length=100)]] = Field(
        default=[], max_length=50, description="Words of which a persona's name has one; empty: all call."
    )
    calls: int = Field(default=0, ge=0, le=MOST_CALLS, description="In all; 0: one of each persona.")
    seed: OneLine = Field(
        default="1",
        max_length=100,
        description="The same one gives the same callers again.",
    )
    interrupt: float = Field(
        default=0.0, ge=0, le=1, description="The chance that a caller talks into a line."
    )

    @model_validator(mode="after")
    def _one(self) -> SimulationWanted:
        if self.version is not None and self.document is not None:
            raise ValueError("give a version or a document, not both")
        return self


@routes.post(
    "/api/flows/{name}/simulate",
    scope=Scope.FLOWS_WRITE,
    body_limit=DOCUMENT_BYTES + PERSONAS_BYTES,
    produces=("text/event-stream",),
)
async def simulate(
    request: web.Request, name: FlowName, body: SimulationWanted | None = None
) -> web.StreamResponse:
    """Have simulated callers call a flow by text, kept or not; the answer is a stream of events.

    `call` for each call that is over (whether it went as its persona expects, and why not; of the first
    failed ones what was said), then `result` with figures for all and for each persona; `failed` where the
    calls cannot go on. What a persona's world names is answered by it; other requests, functions and models
    are real: so a flow of the operator's is simulated by the operator alone. Closing the connection ends
    it."""
    context, body = request.app[CONTEXT], body or SimulationWanted()
    flow = checked_change(await flow_in_use(request, name), asker(request))
    simulator = started(context.simulator)
    of_key = flow["owner"] is not None
    if body.document is not None:
        ready = await to_run(request, body.document, name)
        wanted = _wanted(name, None, ready.document, ready.subflows, body, of_key)
    else:
        row = await version_in_use(request, name, body.version)
        try:
            context.access.within_quota(asker(request), "tokens")
        except KeyRefused as refused:
            raise told_refusal(refused) from None
        with told_faults():
            document = await asyncio.to_thread(document_of, row["document"])
            subflows = await flows_of(pool_of(request), document, usable_by(request, flow["owner"]))
        wanted = _wanted(name, row["number"], document, subflows, body, of_key)
    _check_means(request, wanted)
    try:
        with context.simulating.take(asker(request).key), told_faults():
            calls = await simulator.simulate(wanted)
            return await streamed(request, _news(calls))
    except CapacityError as error:
        raise Problem(429, "busy", f"{error}.", headers={"Retry-After": "10"}) from None
    except EngineError as error:
        raise failed(error, "engine_failed", f"{error}.") from None


def _wanted(
    name: str,
    version: int | None,
    document: Document,
    subflows: Mapping[tuple[str, int | None], Document],
    body: SimulationWanted,
    of_key: bool,
) -> WantedSimulation:
    return WantedSimulation(
        name,
        version,
        document,
        subflows,
        body.personas,
        body.only,
        body.calls,
        body.seed,
        body.interrupt,
        of_key=of_key,
    )


def _check_means(request: web.Request, wanted: WantedSimulation) -> None:
    """For a key: nothing of the operator's that it does not lend takes part in simulated calls, also not by
    a flow of the operator's that its own runs through. Raises Problem."""
    if asker(request).admin:
        return
    shared = request.app[CONTEXT].settings.shared
    for document in (wanted.document, *wanted.subflows.values()):
        if found := not_lent(document, shared):
            raise operators_alone(found)


async def _news(calls: AsyncGenerator[SimulationNews, None]) -> AsyncGenerator[tuple[str, Row], None]:
    async with aclosing(calls) as each:
        async for news in each:
            yield news.kind, news.data
