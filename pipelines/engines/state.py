"""How the engines that were asked for fare, for whoever shows it or has to go by them. Does nothing."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from mediaserver.diagnosis.finding import Finding
from pipelines.engines.circuits import EngineCircuits
from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.place import EnginePlace
from pipelines.engines.protocols import Kind
from pipelines.workers.figures import PoolFigures
from pipelines.workers.work_pool import WorkPool


class EngineStatus(enum.StrEnum):
    READY = "ready"
    WARMING = "warming"
    """It is being started, or loads its model: all it needs is time."""
    UNLOADED = "unloaded"
    """It made room, or nobody wanted it; it is loaded again when somebody does."""
    PASSED_OVER = "passed_over"
    """It failed lately, and is tried in the background."""
    FAILED = "failed"
    """It cannot be had, or cannot work now."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """How an engine that was asked for fares."""

    kind: Kind
    name: str
    ready: bool
    restarts: int = 0
    load: int = 0
    fault: str = ""
    """Why it could not be had, or cannot work now, and the way to mend it."""
    pool: WorkPool | None = None
    """Which pool of work its requests belong to."""
    workers: int = 0
    """Processes, of an engine that has some."""
    workers_ready: int = 0
    waiting: int = 0
    """Requests for which there is no room yet."""
    gpu: int | None = None
    """Number of the GPU that it is on."""
    gpu_mb: int = 0
    """Memory that is kept for it there."""
    unloaded: bool = False
    """It was there, and is loaded again when somebody wants it."""
    warming: bool = False
    """It is being started, or loads its model: here or at its provider's."""
    ready_in_s: float | None = None
    """While it is warming: about so long still, where anybody knows."""
    passed_over: str = ""
    """Why calls go by it for now."""
    figures: PoolFigures | None = None
    """Of its workers."""
    doing: str = ""
    """What it does while it starts."""
    latency_s: float = 0.0
    """A running mean: to a model's first word, of a worker's whole request; 0: not measured."""

    @property
    def status(self) -> EngineStatus:
        """All that in a word."""
        if self.unloaded:
            return EngineStatus.UNLOADED
        if self.warming:
            return EngineStatus.WARMING
        if not self.ready:
            return EngineStatus.FAILED
        return EngineStatus.PASSED_OVER if self.passed_over else EngineStatus.READY

    def as_finding(self, mend: str) -> Finding:
        """Others of its list may work. `mend`: what the operator can do beside what the fault says."""
        if self.fault:
            return Finding(f"engine {self.name}", False, self.fault, mend, required=False)
        return Finding(f"engine {self.name}", True, f"{self.kind}, {self.load} at work", required=False)


def trouble(place: EnginePlace, circuits: EngineCircuits) -> str:
    """Why a call goes by it now; empty when it does not."""
    engine = place.engine
    if engine is None:
        return place.fault or "it is being started"
    failed = circuits.open(engine)
    if failed or engine.ready:
        return failed
    return str(getattr(engine, "trouble", "")) or "it is not ready"


def state_of(place: EnginePlace, circuits: EngineCircuits) -> EngineState:
    engine, share = place.engine, place.share
    if engine is None:
        return EngineState(
            place.kind,
            place.name,
            False,
            fault=place.fault,
            pool=place.pool,
            unloaded=place.unloaded,
            warming=not place.unloaded and not place.fault,
            ready_in_s=place.ready_in_s,
            doing=place.doing,
        )
    ready = engine.ready
    warming_s = None if ready else getattr(engine, "warming_s", None)
    workers = engine.pool if isinstance(engine, WorkerEngine) else None
    return EngineState(
        place.kind,
        place.name,
        ready,
        engine.restarts,
        engine.load,
        "" if ready else str(getattr(engine, "trouble", "")),
        place.pool,
        workers=len(workers.workers) if workers is not None else 0,
        workers_ready=sum(each.ready for each in workers.workers) if workers is not None else 0,
        waiting=workers.waiting if workers is not None else 0,
        gpu=share.device if share is not None else None,
        gpu_mb=share.mb if share is not None else 0,
        warming=warming_s is not None or (not ready and bool(place.doing)),
        ready_in_s=warming_s,
        passed_over=circuits.open(engine),
        figures=workers.figures if workers is not None else None,
        doing=place.doing,
        latency_s=workers.figures.service_s if workers is not None else getattr(engine, "first_s", 0.0),
    )
