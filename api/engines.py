"""`/api/engines`: what hears, thinks and speaks here, what each needs and costs, and how it fares."""

from __future__ import annotations

import math
from typing import Annotated

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.context import CONTEXT
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem, sentence, started
from api.routing.table import ApiRoutes
from mediaserver.errors import CapacityError, EngineMissingError
from pipelines.engines.overview import EngineView
from pipelines.engines.protocols import Kind
from pipelines.engines.state import EngineState, EngineStatus

routes = ApiRoutes("engines", "What hears, thinks and speaks.")
EngineName = Annotated[str, Field(min_length=1, max_length=100)]


class EngineQuery(RequestModel):
    """Which engines."""

    kind: Kind | None = None
    ready: bool | None = Field(default=None, description="Whether they have what they need.")
    used: bool | None = Field(default=None, description="Whether they were asked for since the start.")


class EngineStateShown(ResponseModel):
    """How an engine that was asked for fares."""

    status: EngineStatus = Field(
        description="`warming`: it is being started, or its model is being loaded, here or at its provider "
        "(a cold start); `passed_over`: it failed lately, and is tried in the background; `failed`: see "
        "`fault`."
    )
    ready: bool = Field(description="It can take work now.")
    ready_in_s: int | None = Field(
        description="While it is warming: about so many seconds still. null: nobody knows."
    )
    doing: str | None = Field(description="What it does while it starts, such as `loading weights 40 %`.")
    fault: str | None = Field(description="Why it cannot be had or cannot work now, and how to mend it.")
    passed_over: str | None = Field(description="Why calls go by it for now.")
    unloaded: bool = Field(description="It made room, and is loaded again when somebody wants it.")
    restarts: int = Field(description="How often a part of it was started again.")
    load: int = Field(description="Requests that run on it now.")
    waiting: int = Field(description="Requests for which it has no room yet.")
    workers: int = Field(description="Processes that it should have; 0: it has none.")
    workers_ready: int
    latency_ms: float | None = Field(
        description="A running mean: to the first word of a language model, of a whole request of one with "
        "processes. null: not measured yet."
    )
    gpu: int | None = Field(description="Number of the GPU that it is on.")
    gpu_mb: int = Field(description="Memory that is kept for it there.")


class EngineShown(ResponseModel):
    """An engine."""

    kind: Kind
    name: str
    summary: str
    languages: list[str] = Field(description="BCP 47; `*` is any.")
    licence: str
    needs: list[str] = Field(description="Of `weights`, `gpu` and `key`; empty: it works out of the box.")
    ready: bool = Field(description="It has what it needs on this server.")
    lacks: str | None = Field(description="What is missing, and the command that mends it.")
    cost: str = Field(description="What its use costs, in words.")
    pool: str | None = Field(
        description="The pool of work that its requests belong to; null: none has a limit for it."
    )
    gpu_mb: int = Field(description="About so much memory of a GPU it takes; 0: none.")
    state: EngineStateShown | None = Field(description="null: nobody has asked for it since the start.")


class EngineModeShown(ResponseModel):
    """A mode, and the engines that it stands for on this server, best first."""

    name: str
    stt: list[str]
    tts: list[str]
    llm: list[str]


class EnginesShown(ResponseModel):
    """All engines by kind and name, and the modes."""

    engines: list[EngineShown]
    modes: list[EngineModeShown]


class EngineTrialShown(ResponseModel):
    """What came of trying an engine."""

    ok: bool
    took_ms: float = Field(description="From the question to what it gave, its start left out.")
    fault: str | None = Field(description="Why it gave nothing.")


@routes.get("/api/engines", scope=Scope.METRICS)
async def engines(request: web.Request, query: EngineQuery) -> EnginesShown:
    """All engines that this server knows.

    `ready` is whether an engine has what it needs, by its files, keys and devices; `state` how one fares that
    calls, rows or settings have asked for. Costs are told in words, with their date: what was spent stands in
    `/api/usage`."""
    overview = started(request.app[CONTEXT].engines)
    found = [
        _shown(view)
        for view in await overview.all()
        if query.kind in (None, view.manifest.kind)
        and query.ready in (None, view.readiness.ready)
        and query.used in (None, view.state is not None)
    ]
    modes = [
        EngineModeShown(name=name, stt=of[Kind.STT], tts=of[Kind.TTS], llm=of[Kind.LLM])
        for name, of in overview.modes().items()
    ]
    return EnginesShown(engines=found, modes=modes)


@routes.get("/api/engines/{kind}/{name}", scope=Scope.METRICS)
async def engine(request: web.Request, kind: Kind, name: EngineName) -> EngineShown:
    """One engine. A name with a slash in it (`vllm:OWNER/NAME`) is written with `%2F`."""
    try:
        return _shown(await started(request.app[CONTEXT].engines).one(kind, name))
    except EngineMissingError as error:
        raise Problem(404, "not_found", sentence(error)) from None


@routes.post("/api/engines/{kind}/{name}/test", scope=Scope.ADMIN)
async def trial(request: web.Request, kind: Kind, name: EngineName) -> EngineTrialShown:
    """Ask something small of an engine: a word, a moment of silence, a few tokens.

    One that is not there is started first. It counts for no usage, and costs what a provider bills for so
    little. 503 `busy` while another is tried."""
    try:
        run = await started(request.app[CONTEXT].engines).trial(kind, name)
    except CapacityError as error:
        raise Problem(503, "busy", sentence(error), headers={"Retry-After": "5"}) from None
    except EngineMissingError as error:
        raise Problem(404, "not_found", sentence(error)) from None
    return EngineTrialShown(ok=not run.fault, took_ms=round(run.took_s * 1000, 1), fault=run.fault or None)


def _shown(view: EngineView) -> EngineShown:
    manifest, state = view.manifest, view.state
    return EngineShown(
        kind=manifest.kind,
        name=view.name,
        summary=manifest.summary,
        languages=list(manifest.languages),
        licence=manifest.licence,
        needs=list(manifest.needs),
        ready=view.readiness.ready,
        lacks=view.readiness.lacks or None,
        cost=view.cost,
        pool=None if view.pool is None else view.pool.value,
        gpu_mb=view.recipe.gpu_mb,
        state=None if state is None else _state(state),
    )


def _state(state: EngineState) -> EngineStateShown:
    return EngineStateShown(
        status=state.status,
        ready=state.ready,
        ready_in_s=None if state.ready_in_s is None else math.ceil(state.ready_in_s),
        doing=state.doing or None,
        fault=state.fault or None,
        passed_over=state.passed_over or None,
        unloaded=state.unloaded,
        restarts=state.restarts,
        load=state.load,
        waiting=state.waiting,
        workers=state.workers,
        workers_ready=state.workers_ready,
        latency_ms=round(state.latency_s * 1000, 1) if state.latency_s else None,
        gpu=state.gpu,
        gpu_mb=state.gpu_mb,
    )
